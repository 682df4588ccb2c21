import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** What the fixture app wrote down. */
export type Entry = { at: string } & Record<string, unknown>;

/** A function host that runs an app, by default test/fixtures/host-app, as a process of its own. */
export class HostProcess {
  /** Where it answers. */
  url = "";
  output = "";
  readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #folder: string;
  readonly #ownsFolder: boolean;

  private constructor(child: ChildProcess, folder: string, ownsFolder: boolean) {
    this.child = child;
    this.#folder = folder;
    this.#ownsFolder = ownsFolder;
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text: Buffer) => (this.output += text.toString()));
  }

  /** Starts a host. `folder`: its data folder, kept at the end; default a temporary one. */
  static async start(
    options: { app?: string; env?: Record<string, string>; args?: string[]; folder?: string } = {},
  ): Promise<HostProcess> {
    const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), "caudal-host-"));
    const app = options.app ?? path.join(root, "test/fixtures/host-app");
    const child = spawn(
      process.execPath,
      [
        path.join(root, "infra/local/host/main.ts"),
        "--app",
        app,
        "--port",
        "0",
        "--data",
        folder,
        ...(options.args ?? []),
      ],
      {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        env: {
          ...process.env,
          TIMER_SCHEDULE: "0 0 0 1 1 *",
          RECORD_FILE: path.join(folder, "record.jsonl"),
          ...options.env,
        },
      },
    );
    const host = new HostProcess(child, folder, options.folder === undefined);
    const ready = new Promise<{ http: string }>((resolve) => {
      child.on("message", (message: { ready: { http: string } }) => resolve(message.ready));
    });
    const gone = host.exited.then(({ code }) => {
      throw new Error(`the host ended with ${code}: ${host.output}`);
    });
    try {
      host.url = (await Promise.race([ready, gone])).http;
    } catch (error) {
      await host.end();
      throw error;
    }
    return host;
  }

  /** What the app wrote down so far. */
  entries(at?: string): Entry[] {
    const file = path.join(this.#folder, "record.jsonl");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    return at === undefined ? entries : entries.filter((entry) => entry.at === at);
  }

  /** Ends it with SIGTERM and waits for it. */
  async stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.kill("SIGTERM");
    return this.exited;
  }

  /** Ends it whatever it does, and removes its folder. */
  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
    if (this.#ownsFolder) rmSync(this.#folder, { recursive: true, force: true });
  }
}
