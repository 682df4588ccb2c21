import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { CosmosClient, type Container } from "@azure/cosmos";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { Webhook } from "standardwebhooks";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { DeliveryRecord } from "../../../engine/deliveries/records.ts";
import type { DocumentItem } from "../../../engine/sync/entity.ts";
import { startStack, type Stack, type StackOptions } from "../../../infra/local/stack.ts";

/** The secret with which the tests sign webhooks. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from("the webhook secret of the tests").toString("base64")}`;

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** How a stack is started; the settings of its app are the site's own. */
export type StartOptions = Pick<StackOptions, "hosts" | "appDir" | "topologyFile">;

/** A stack in a temporary folder of its own, and ways to speak to it and to look into it. */
export class Site {
  readonly folder: string;
  /** Settings of the app, for the next start. */
  protected env: Record<string, string> = {};
  readonly #webhook = new Webhook(WEBHOOK_SECRET);
  #stack: Stack | undefined;

  protected constructor(folder: string) {
    this.folder = folder;
  }

  /** A folder for a site. */
  protected static async folder(): Promise<string> {
    return mkdtemp(path.join(tmpdir(), "caudal-flow-"));
  }

  /** Starts the stack (again), on the data that is there. */
  async start(options: StartOptions = {}): Promise<void> {
    const dataDir = path.join(this.folder, "data");
    this.#stack = await startStack({ dataDir, env: this.env, quiet: true, ...options });
  }

  get stack(): Stack {
    if (!this.#stack) throw new Error("the stack is not running");
    return this.#stack;
  }

  async close(): Promise<void> {
    await this.#stack?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Kills with SIGKILL every process whose name is taken. Throws when there is none. */
  kill(takes: (name: string) => boolean): void {
    const all = this.stack.processes();
    const found = all.filter(({ name }) => takes(name));
    if (found.length === 0) {
      throw new Error(`nothing to kill among ${all.map(({ name }) => name).join(", ")}`);
    }
    for (const { pid } of found) process.kill(pid, "SIGKILL");
  }

  /** Sends a webhook to a receiver, signed unless `headers` say otherwise. */
  async post(
    receiver: string,
    body: string | Uint8Array,
    id: string = randomUUID(),
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const now = new Date();
    return this.call("POST", `/api/v1/webhooks/${receiver}`, body, {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": this.sign(id, now, body),
      ...headers,
    });
  }

  sign(id: string, at: Date, body: string | Uint8Array): string {
    return this.#webhook.sign(id, at, typeof body === "string" ? body : Buffer.from(body));
  }

  /** Sends until it is taken in: a sender's patience while something restarts. */
  async postUntilTaken(receiver: string, body: string, id: string, patienceMs = 90_000): Promise<void> {
    const end = Date.now() + patienceMs;
    let last: unknown;
    while (Date.now() < end) {
      const answer = await this.post(receiver, body, id).catch((error: unknown) => void (last = error));
      if (answer?.status === 202) return;
      last = answer ?? last;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${id} was not taken in: ${JSON.stringify(last)}`);
  }

  /** Calls the API with the operator's token. */
  async call(
    method: string,
    route: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(new URL(route, this.stack.ready.http), {
      method,
      headers: { authorization: `Bearer ${this.stack.ready.operatorToken}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : new Uint8Array(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: text ? (JSON.parse(text) as Answer["json"]) : {},
    };
  }

  container(name: string): Container {
    const { endpoint, key, database } = this.stack.ready.cosmos;
    const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
    return client.database(database).container(name);
  }

  async documents(): Promise<Map<string, DocumentItem>> {
    const found = await this.items<DocumentItem>("unified", "SELECT * FROM c WHERE c.kind = 'document'");
    return new Map(found.map((item) => [item.entityId, item]));
  }

  /** All audit records by entity id, in the order of their sequence. */
  async audit(): Promise<Map<string, AuditRecord[]>> {
    const found = await this.items<AuditRecord>("unified", "SELECT * FROM c WHERE c.kind = 'audit'");
    return Map.groupBy(
      found.toSorted((a, b) => a.sequence - b.sequence),
      (record) => record.entityId,
    );
  }

  async deliveries(): Promise<DeliveryRecord[]> {
    return this.items<DeliveryRecord>("deliveries", "SELECT * FROM c WHERE c.kind = 'delivery'");
  }

  /** What a query finds in a container of the store, all pages. */
  async items<T>(container: string, query: string): Promise<T[]> {
    const found: T[] = [];
    const iterator = this.container(container).items.query<T>(query, { maxItemCount: 1_000 });
    while (iterator.hasMoreResults()) found.push(...((await iterator.fetchNext()).resources ?? []));
    return found;
  }

  /** What MySQL answers to its administrator; no rows where a statement has none. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    const connection = await createConnection({ uri: this.stack.ready.mysql, timezone: "Z" });
    try {
      const [rows] = await connection.query<RowDataPacket[]>(statement);
      return Array.isArray(rows) ? rows : [];
    } finally {
      await connection.end();
    }
  }
}
