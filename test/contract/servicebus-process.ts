import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { configOf, type Entities } from "./servicebus-broker.ts";

const MAIN = new URL("../../infra/local/servicebus/main.ts", import.meta.url).pathname;

/** What the broker's program says when it serves. */
export interface Ready {
  readonly endpoint: string;
  readonly port: number;
  readonly connectionString: string;
}

/** A temporary folder with a Config.json and a data folder, and the brokers started on it. */
export class BrokerFolder implements AsyncDisposable {
  readonly path = mkdtempSync(join(tmpdir(), "caudal-servicebus-"));
  readonly config = join(this.path, "Config.json");
  private readonly running = new Set<ChildProcess>();

  constructor(entities: Entities) {
    writeFileSync(this.config, JSON.stringify(configOf(entities)));
  }

  /** Starts the program on the folder's data and waits until it serves. */
  async start(): Promise<Ready & { kill(signal: NodeJS.Signals): Promise<number | null> }> {
    const child = this.run(["--config", this.config, "--port", "0", "--data", join(this.path, "data")]);
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => {
        throw new Error("the broker ended before it served");
      }),
    ])) as [string];
    const ready = JSON.parse(line.replace(/^ready /, "")) as Ready;
    return {
      ...ready,
      kill: async (signal) => {
        const ended = once(child, "exit") as Promise<[number | null]>;
        child.kill(signal);
        return (await ended)[0];
      },
    };
  }

  /** Runs the program with any arguments. */
  run(args: readonly string[], stdio: "pipe" | "ipc" = "pipe"): ChildProcess {
    const channels: ("ignore" | "pipe" | "ipc")[] = ["ignore", "pipe", "pipe"];
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: stdio === "ipc" ? [...channels, "ipc"] : channels,
    });
    this.running.add(child);
    child.once("exit", () => this.running.delete(child));
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      Array.from(this.running, async (child) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
    rmSync(this.path, { recursive: true, force: true });
  }
}
