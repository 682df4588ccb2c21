import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "./stray.ts";

const firstPauseMs = 100;
const longestPauseMs = 2000;
const startAttempts = 3;
// Programs that live on short-lived messages: with room for them, the garbage collector runs a tenth as often.
const nodeArguments = ["--max-semi-space-size=32"];
const largestLogBytes = 10 * 1024 * 1024;

/** A program of the stack and how it is started. */
export interface ChildOptions {
  name: string;
  /** The script and its arguments; it runs on the Node that runs this. */
  command: string[];
  env: NodeJS.ProcessEnv;
  /** What it prints goes here. */
  logFile: string;
  /** One line for the operator. */
  report: (line: string) => void;
  /** Called when its processes changed. */
  changed: () => void;
}

/** A program that is kept running: when it ends, it is started again, after 100 ms at first and 2 s at most. */
export interface Child {
  name: string;
  /** Resolves with what it said first when it was ready. Rejects when it ended three times, or was stopped, before. */
  firstReady: Promise<Record<string, unknown>>;
  /** Resolves as soon as it is ready; at once if it is and all its processes run. */
  whenReady(): Promise<void>;
  /** The processes of it that run: its own, and one it started and told about (`pid` of its ready message). */
  processes(): { name: string; pid: number }[];
  /** Ends it with SIGTERM, and SIGKILL after `limitMs`. It is not started again. */
  stop(limitMs: number): Promise<void>;
}

/**
 * Starts a program that says `{ready: …}` over its IPC channel and ends when that channel does. It gets a
 * process group of its own: Ctrl-C reaches the stack alone, which then stops its programs in order.
 */
export function keepRunning(options: ChildOptions): Child {
  const { name, report } = options;
  const first = Promise.withResolvers<Record<string, unknown>>();
  let process_: ChildProcess | undefined;
  let inner: number | undefined;
  let ready = Promise.withResolvers<void>();
  let stopping = false;
  let isReady = false;
  let everReady = false;
  let failures = 0;
  let pauseMs = firstPauseMs;
  let pause: NodeJS.Timeout | undefined;
  first.promise.catch(() => {});
  start();

  return {
    name,
    firstReady: first.promise,
    async whenReady() {
      await ready.promise;
      // Killed a moment ago, with the news still on its way to us, it is not ready.
      while (!serves()) {
        await sleep(10);
        await ready.promise;
      }
    },
    processes,
    async stop(limitMs) {
      stopping = true;
      clearTimeout(pause);
      first.reject(new Error(`${name} was stopped`));
      const running = process_;
      if (running === undefined) return;
      const ended = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill("SIGTERM");
      const timer = setTimeout(() => running.kill("SIGKILL"), limitMs);
      await ended;
      clearTimeout(timer);
    },
  };

  function processes(): { name: string; pid: number }[] {
    const own = process_?.pid === undefined ? [] : [{ name, pid: process_.pid }];
    return inner === undefined ? own : [...own, { name: `${name}-server`, pid: inner }];
  }

  function serves(): boolean {
    return isReady && processes().every(({ pid }) => isRunning(pid));
  }

  function start(): void {
    rotate(options.logFile);
    const log = openSync(options.logFile, "a");
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...nodeArguments, ...options.command], {
      env: options.env,
      stdio: ["ignore", log, log, "ipc"],
      detached: true,
    });
    closeSync(log);
    process_ = child;
    options.changed();
    child.on("message", (message: { ready?: Record<string, unknown> }) => {
      if (message.ready === undefined) return;
      inner = typeof message.ready["pid"] === "number" ? message.ready["pid"] : undefined;
      everReady = isReady = true;
      options.changed();
      first.resolve(message.ready);
      ready.resolve();
    });
    child.once("error", (error) => report(`${name} cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => ended(code, signal, performance.now() - startedAt));
  }

  function ended(code: number | null, signal: NodeJS.Signals | null, livedMs: number): void {
    process_ = undefined;
    inner = undefined;
    if (isReady) ready = Promise.withResolvers<void>();
    isReady = false;
    options.changed();
    if (stopping) return;
    failures++;
    if (!everReady && failures === startAttempts) {
      stopping = true;
      first.reject(new Error(`${name} did not start:\n${lastLines(options.logFile)}`));
      return;
    }
    if (livedMs > 10_000) pauseMs = firstPauseMs;
    report(`${name} ended (${signal ?? `exit code ${code}`}); starting it again in ${pauseMs} ms`);
    pause = setTimeout(start, pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n") : "";
}

function rotate(file: string): void {
  if (existsSync(file) && statSync(file).size > largestLogBytes) renameSync(file, `${file}.1`);
}
