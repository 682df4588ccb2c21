import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { topologyOf } from "../../../engine/define/topology.ts";
import app from "../../fixtures/airports-app/app.ts";
import { eventually } from "./patience.ts";
import { Site } from "./site.ts";

const APP = path.join(import.meta.dirname, "../../fixtures/airports-app");
/** Airports in the file. */
export const AIRPORTS = 3376;

/** A step, as far as the tests look at it. */
export interface StepSeen {
  readonly module: string;
  readonly status: string;
  readonly attempt: number;
  readonly exitCode: number | null;
  readonly log: string;
  readonly artifact: { readonly sha256: string; readonly bytes: number } | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly result?: Record<string, unknown>;
}

/** A run, as far as the tests look at it. */
export interface RunSeen {
  readonly id: string;
  readonly status: string;
  readonly error?: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly steps: readonly StepSeen[];
}

/** The app that takes in airports by a sequence, and a server that has their file. */
export class Airports extends Site {
  #server: Server | undefined;

  /** Starts everything; `lock`: how long a host that died keeps its step, ISO 8601. */
  static async open({ lock = "PT1M" } = {}): Promise<Airports> {
    const site = new Airports(await Site.folder());
    const topology = topologyOf(app);
    const queues = topology.queues.map((queue) => ({ ...queue, lockDuration: lock }));
    await writeFile(site.#topology, JSON.stringify({ ...topology, queues }));
    site.env = { MYSQL_URL: "", REPORTS_FILE: site.reports };
    try {
      await writeFile(site.reports, "");
      site.#server = await serveFile(path.join(APP, "airports.csv"));
      await site.start({ appDir: APP, topologyFile: site.#topology, hosts: 2 });
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#server?.close();
  }

  /** Where the file is; `slow`: it takes a second or two to come. */
  source(slow = false): string {
    if (!this.#server) throw new Error("the file is not served yet");
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${slow ? "slow" : "fast"}.csv`;
  }

  /** Where the error handler notes its calls. */
  get reports(): string {
    return path.join(this.folder, "reports.txt");
  }

  /** The calls of the error handler that were made to their end. */
  async reported(): Promise<string[]> {
    return (await readFile(this.reports, "utf8")).split("\n").filter((line) => line !== "");
  }

  /** Stores a sequence under a name of its own, and returns that. */
  async store(plan: object): Promise<string> {
    const name = `s${randomUUID().replaceAll("-", "")}`;
    const { status, json } = await this.call("PUT", `/api/v1/sequences/${name}`, JSON.stringify(plan));
    must(201, status, json);
    return name;
  }

  /** Starts a run, and returns its id. */
  async run(name: string, parameters: Record<string, string> = {}): Promise<string> {
    const body = JSON.stringify({ parameters });
    const { status, json } = await this.call("POST", `/api/v1/sequences/${name}/runs`, body);
    must(202, status, json);
    return String(json["run"]);
  }

  async seen(run: string): Promise<RunSeen> {
    const { status, json } = await this.call("GET", `/api/v1/runs/${run}`);
    must(200, status, json);
    return json as unknown as RunSeen;
  }

  /** Waits until a run is as `like` says, looking as often as it can. */
  async when(run: string, like: (seen: RunSeen) => boolean, patienceMs = 120_000): Promise<RunSeen> {
    return eventually(async () => {
      const seen = await this.seen(run);
      if (!like(seen)) throw new Error(`not yet: ${JSON.stringify(seen).slice(0, 3_000)}`);
      return seen;
    }, patienceMs);
  }

  /** Waits until a run has ended. */
  async end(run: string, patienceMs = 180_000): Promise<RunSeen> {
    return this.when(run, ({ endedAt }) => endedAt !== null, patienceMs);
  }

  get #topology(): string {
    return path.join(this.folder, "topology.json");
  }
}

/** Throws where an answer has another status. */
function must(wanted: number, status: number, json: unknown): void {
  if (status !== wanted) throw new Error(`answered with status ${status}: ${JSON.stringify(json)}`);
}

/** Serves a file as `fast.csv` in one go, and as `slow.csv` in pieces. */
async function serveFile(file: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (!request.url?.startsWith("/slow")) return void createReadStream(file).pipe(response);
    const pieces = createReadStream(file, { highWaterMark: 16 * 1024 });
    pieces.on("data", (piece) => {
      pieces.pause();
      response.write(piece);
      setTimeout(() => pieces.resume(), 100);
    });
    pieces.on("end", () => response.end());
    response.on("close", () => pieces.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
