/**
 * The program that stands over one job: `node warden.ts`, told by its host on standard input what to run (order.ts). It
 * ends the job when that is over, when a limit is met, and when its host closes the pipe: because it wants to, or
 * because it is gone, however it went. Then it answers and ends itself. Nothing in its arguments or environment is secret.
 */
import { closeSync, readdirSync, readFileSync } from "node:fs";
import { JobNotStartedError } from "./job-not-started-error.ts";
import type { WardenAnswer, WardenLine, WardenOrder } from "./order.ts";
import { supervise } from "./supervise.ts";

if (process.platform === "linux") closeWhatWasLeftOpen();
const cancel = new AbortController();
// It is asked to end, as all is when a machine is shut down: the job first.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => cancel.abort());
// Nobody may be there to read it any more: then standard input has ended, and with that the job.
process.stdout.on("error", () => undefined);
const order = await readOrder();
const answer = order && (await answerTo(order));
process.stdout.write(answer ? lineOf(answer) : "", () => process.exit());

async function answerTo(order: WardenOrder): Promise<WardenAnswer> {
  try {
    return { end: await supervise(order, cancel.signal, tell) };
  } catch (error) {
    if (error instanceof JobNotStartedError) return { refused: error.message };
    throw error;
  }
}

/** Says what the job printed so far; false while the host has not read what it was told before: it may be slow, a job may not. */
function tell(output: string): boolean {
  if (process.stdout.writableLength > 0) return false;
  process.stdout.write(lineOf({ output }));
  return true;
}

function lineOf(line: WardenLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The first line; undefined where the host is gone before it. What ends after it cancels the job. */
function readOrder(): Promise<WardenOrder | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    process.stdin.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (!chunk.includes("\n")) return;
      resolve(JSON.parse(Buffer.concat(chunks).toString()) as WardenOrder);
    });
    const ended = (): void => {
      cancel.abort();
      resolve(undefined);
    };
    process.stdin.on("end", ended);
    process.stdin.on("error", ended);
  });
}

/**
 * Files and sockets that whoever started our host left open for all its children: a job must not get them. What Node
 * opened itself is closed at every start of a program anyway, and is told by that.
 */
function closeWhatWasLeftOpen(): void {
  const closeOnExec = 0o2000000;
  for (const fd of readdirSync("/proc/self/fd").map(Number)) {
    if (fd <= 2) continue;
    try {
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
      if ((Number.parseInt(flags, 8) & closeOnExec) === 0) closeSync(fd);
    } catch (error) {
      // The folder that was read here is among them, and closed by now.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}
