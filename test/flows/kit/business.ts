import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CosmosClient, type Container } from "@azure/cosmos";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { Webhook } from "standardwebhooks";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { DeliveryRecord } from "../../../engine/deliveries/records.ts";
import type { DocumentItem } from "../../../engine/sync/entity.ts";
import { startStack, type Stack } from "../../../infra/local/stack.ts";
import { Marketing, Store } from "./outside.ts";

const SECRET = `whsec_${Buffer.from("the webhook secret of the tests").toString("base64")}`;

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** The example business on a stack of its own, with the systems around it. */
export class Business {
  readonly marketing = new Marketing();
  readonly store = new Store();
  readonly folder: string;
  #stack: Stack | undefined;
  #env: Record<string, string> = {};
  readonly #webhook = new Webhook(SECRET);

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts everything. */
  static async open(options: { hosts?: number } = {}): Promise<Business> {
    const business = new Business(await mkdtemp(path.join(tmpdir(), "caudal-flow-")));
    business.#env = {
      CRM_WEBHOOK_SECRET: SECRET,
      MARKETING_API_URL: await business.marketing.open(),
      MARKETING_API_TOKEN: "marketing-token",
      STORE_API_URL: await business.store.open(),
      STORE_PULL_SCHEDULE: "0 0 0 1 1 *",
    };
    try {
      await business.start(options);
    } catch (error) {
      await business.close();
      throw error;
    }
    return business;
  }

  /** Starts the stack (again), on the data that is there. */
  async start(options: { hosts?: number } = {}): Promise<void> {
    this.#stack = await startStack({
      dataDir: path.join(this.folder, "data"),
      env: this.#env,
      quiet: true,
      ...options,
    });
  }

  get stack(): Stack {
    if (!this.#stack) throw new Error("the stack is not running");
    return this.#stack;
  }

  async close(): Promise<void> {
    await this.#stack?.stop();
    await this.marketing.close();
    await this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The body of a contact event. */
  contact(documentNumber: string, data: object = {}, timestamp = new Date().toISOString()): string {
    return JSON.stringify({
      type: "contact.upserted",
      timestamp,
      data: { documentType: "CC", documentNumber, ...data },
    });
  }

  /** Sends a webhook, signed unless `headers` say otherwise. */
  async send(
    body: string | Uint8Array,
    id: string = randomUUID(),
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const now = new Date();
    return this.call("POST", "/api/v1/webhooks/crm", body, {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": this.sign(id, now, body),
      ...headers,
    });
  }

  sign(id: string, at: Date, body: string | Uint8Array): string {
    return this.#webhook.sign(id, at, typeof body === "string" ? body : Buffer.from(body));
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

  /** Sends until it is taken in: a sender's patience while something restarts. */
  async deliver(body: string, id: string, patienceMs = 90_000): Promise<void> {
    const end = Date.now() + patienceMs;
    let last: unknown;
    while (Date.now() < end) {
      const answer = await this.send(body, id).catch((error: unknown) => void (last = error));
      if (answer?.status === 202) return;
      last = answer ?? last;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${id} was not taken in: ${JSON.stringify(last)}`);
  }

  container(name: string): Container {
    const { endpoint, key, database } = this.stack.ready.cosmos;
    const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
    return client.database(database).container(name);
  }

  async documents(): Promise<Map<string, DocumentItem>> {
    const found = await all<DocumentItem>(
      this.container("unified"),
      "SELECT * FROM c WHERE c.kind = 'document'",
    );
    return new Map(found.map((item) => [item.entityId, item]));
  }

  /** All audit records by entity id, in the order of their sequence. */
  async audit(): Promise<Map<string, AuditRecord[]>> {
    const found = await all<AuditRecord>(this.container("unified"), "SELECT * FROM c WHERE c.kind = 'audit'");
    return Map.groupBy(
      found.toSorted((a, b) => a.sequence - b.sequence),
      (record) => record.entityId,
    );
  }

  async deliveries(): Promise<DeliveryRecord[]> {
    return all<DeliveryRecord>(this.container("deliveries"), "SELECT * FROM c WHERE c.kind = 'delivery'");
  }

  /** Rows of the business model, by customer id. */
  async rows(): Promise<Map<string, Record<string, unknown>>> {
    const connection: Connection = await createConnection({ uri: this.stack.ready.mysql, timezone: "Z" });
    try {
      const [rows] = await connection.query<RowDataPacket[]>("SELECT * FROM caudal_customer_360.customers");
      return new Map(rows.map((row) => [String(row["id"]), row]));
    } finally {
      await connection.end();
    }
  }
}

async function all<T>(container: Container, query: string): Promise<T[]> {
  const found: T[] = [];
  const iterator = container.items.query<T>(query, { maxItemCount: 1_000 });
  while (iterator.hasMoreResults()) found.push(...((await iterator.fetchNext()).resources ?? []));
  return found;
}

/** Waits until `check` no longer throws, and returns what it returned. Throws its last error after `patienceMs`. */
export async function eventually<T>(check: () => Promise<T> | T, patienceMs = 60_000): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Runs `work` over `items`, at most `width` at a time. */
export async function inFlight<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
