import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { JobNotStartedError } from "./job-not-started-error.ts";
import { Lines } from "./lines.ts";
import type { WardenAnswer, WardenLine, WardenOrder } from "./order.ts";

/** How long a warden may take beyond its job's time: to end it, and tidy up. */
export const BEYOND_MS = 60_000;
/** Bytes that it copies in a millisecond on a slow disk. */
const COPIED_PER_MS = 8 * 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A line has 64 KiB of output, each byte of it at most six characters of JSON, and beside that what was kept. */
const LINE_BYTES = 1024 ** 2;
/** Where a warden finds `prlimit`, `setpriv`, `nice`, `mkfifo`, `rm`. */
const WARDEN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Starts a warden and waits for its answer; an abort asks it to end its job. `hear` gets what the job printed so far: the
 * newest where more came at once. Rejects when none can be started.
 */
export async function askWarden(
  file: string,
  order: WardenOrder,
  signal: AbortSignal,
  hear?: (output: string) => void,
): Promise<WardenAnswer | { readonly died: string }> {
  const warden = spawn(process.execPath, [file], {
    cwd: "/",
    env: { PATH: WARDEN_PATH },
    stdio: ["pipe", "pipe", "pipe"],
    // A Ctrl-C is for the host: the warden goes when that does.
    detached: true,
  });
  await once(warden, "spawn").catch((error: unknown) => {
    throw new JobNotStartedError(`no warden could be started: ${(error as Error).message}`);
  });
  const cancel = (): void => void warden.stdin.end();
  signal.addEventListener("abort", cancel);
  const timer = setTimeout(() => warden.kill("SIGKILL"), Math.min(longestOf(order), LONGEST_TIMER_MS));
  try {
    // Where it is gone already, its end says why.
    warden.stdin.on("error", () => undefined);
    warden.stdin.write(`${JSON.stringify(order)}\n`);
    if (signal.aborted) cancel();
    const answer = listen(warden.stdout, LINE_BYTES + bytesOfPaths(order), hear);
    const trouble = collect(warden.stderr, 4096);
    const [code, killedBy] = (await once(warden, "close")) as [number | null, NodeJS.Signals | null];
    const said = answer();
    if (code === 0 && said) return said;
    return { died: `its warden ended with ${killedBy ?? code}: ${trouble().trim()}`.replace(/: $/, "") };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
    end(warden);
  }
}

/** Milliseconds that a warden may take in all: its job's, to copy what is brought and what is kept, and some more. */
function longestOf({ job, folderBytes }: WardenOrder): number {
  return (job?.limits.timeMs ?? 0) + (2 * folderBytes) / COPIED_PER_MS + BEYOND_MS;
}

function bytesOfPaths({ job }: WardenOrder): number {
  return Buffer.byteLength(JSON.stringify(Object.keys(job?.keep ?? {})));
}

/** Where waiting for it failed, it is not left alone. */
function end(warden: ChildProcess): void {
  if (warden.exitCode === null && warden.signalCode === null) warden.kill("SIGKILL");
}

/** Reads all that a warden says, as it comes: what there is to hear is handed on, and its answer kept. */
function listen(
  stream: NodeJS.ReadableStream,
  most: number,
  hear?: (output: string) => void,
): () => WardenAnswer | undefined {
  const lines = new Lines(most);
  let answer: WardenAnswer | undefined;
  stream.on("data", (chunk: Buffer) => {
    let newest: string | undefined;
    for (const line of lines.take(chunk)) {
      const said = parsed(line);
      if (said && "output" in said) newest = said.output;
      else answer = said;
    }
    if (newest !== undefined) hear?.(newest);
  });
  return () => answer;
}

/** Undefined where it is no JSON: a warden that says such a thing is as good as dead. */
function parsed(line: string): WardenLine | undefined {
  try {
    return JSON.parse(line) as WardenLine;
  } catch {
    return undefined;
  }
}

/** Reads a stream to its end, and keeps its first bytes. */
function collect(stream: NodeJS.ReadableStream, most: number): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    if (bytes < most) chunks.push(chunk);
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString();
}
