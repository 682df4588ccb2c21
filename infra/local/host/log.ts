import { appendFileSync } from "node:fs";
import type { LogLevel } from "./rpc.ts";

const order: LogLevel[] = ["trace", "debug", "information", "warning", "error", "critical", "none"];
const aliases: Record<string, LogLevel> = { info: "information", warn: "warning" };

/** Writes one line: its level, who speaks (a function's name or `host`), and the message. */
export type Log = (level: LogLevel, source: string, message: string) => void;

/**
 * A log that prints `[time] level source message`, one line each: warnings and above to stderr, the rest to
 * stdout. A message of several lines (a stack) keeps to its line, with ` ⏎ ` between them.
 * `threshold`: the lowest level that is written, by its name or `info`/`warn`; default `warning`.
 * `file`: a file that gets the same lines.
 */
export function createLog(options: { threshold?: string | undefined; file?: string | undefined }): Log {
  const wanted = (options.threshold ?? "warning").toLowerCase();
  const level = aliases[wanted] ?? (order.includes(wanted as LogLevel) ? (wanted as LogLevel) : "warning");
  const lowest = order.indexOf(level);
  return (level, source, message) => {
    const rank = order.indexOf(level);
    if (rank < lowest) return;
    const line = `[${new Date().toISOString()}] ${level} ${source} ${message.replaceAll(/\r?\n/g, " ⏎ ")}\n`;
    (rank >= 3 ? process.stderr : process.stdout).write(line);
    if (options.file !== undefined) appendFileSync(options.file, line);
  };
}

/** An error's stack, or whatever was thrown, as text for a log line. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
