import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** The connection string of a blob service that listens there. */
export function blobConnection(port: number): string {
  return (
    `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${KEY};` +
    `BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`
  );
}

/** The blob service of the local stack, in a process of its own, on a folder of its own. */
export class BlobServer {
  port = 0;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "caudal-blob-"));
  #child: ChildProcess | undefined;

  /** Where it keeps its files. */
  get folder(): string {
    return this.#folder;
  }

  get connection(): string {
    return blobConnection(this.port);
  }

  /** Starts it; again, on the same port and data. */
  async start(): Promise<void> {
    const script = path.resolve(import.meta.dirname, "../../infra/local/blob.ts");
    const args = [script, "--port", String(this.port), "--data", this.#folder];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      this.port = (JSON.parse(line.replace(/^ready /, "")) as { port: number }).port;
      return;
    }
    throw new Error("the blob service did not start");
  }

  /** Ends it with a signal, if it runs. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
