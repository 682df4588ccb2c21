import { beforeAll, beforeEach } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { createDeliverer, type Deliverer } from "../../engine/deliveries/deliver.ts";
import { createGate, type Gate } from "../../engine/deliveries/gate.ts";
import type { DeliveryRecord } from "../../engine/deliveries/records.ts";
import { wake } from "../../engine/deliveries/wake.ts";
import {
  type Attempt,
  defineIntegration,
  type IntegrationDefinition,
  secret,
  setting,
  type Snapshot,
} from "../../engine/define/index.ts";
import type { Working } from "../../engine/runs/work.ts";
import type { Documents, OutgoingMessage, Ports } from "../../engine/ports.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import { entityKey } from "../../engine/define/key.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { person } from "../unit/sync/shop.ts";
import { useAccount } from "./cosmos-account.ts";

/** What no record may show. */
export const TOKEN = "tok-planted-7f3a";

/** A host of its own: what it remembers, the others do not know. */
export interface Host extends Deliverer {
  readonly gate: Gate;
  readonly ports: Ports;
}

/** Deliveries to one destination on the Cosmos stand-in; the clock, the destination and the topic are the test's. */
export class Desk {
  readonly #account = useAccount();
  /** The store as hosts see it; a test may put another one in front. */
  documents!: Documents;
  /** Milliseconds since 1970. */
  now = 0;
  /** The versions that the destination took, in order, as `<id> <version>` where it is not of person 1. */
  sent: (number | string)[] = [];
  /** What the destination answers: throws what it throws. Default: it takes everything. */
  mood: ((snapshot: Snapshot) => Attempt) | undefined;
  /** Every snapshot that it was given, whether it took it or not. */
  seen: Snapshot[] = [];
  env: Record<string, string> = {};
  /** Whether the destination itself refuses to go back. */
  guardsVersions = false;
  /** Announcements on the topic, in order. */
  published: OutgoingMessage[] = [];
  /** What was sent to queues. */
  queued: OutgoingMessage[] = [];
  wakeups: number[] = [];
  /** What a host says in its log. */
  logged: string[] = [];

  constructor() {
    beforeAll(async () => {
      for (const id of ["deliveries", "unified"]) await this.#account.container({ id });
      await this.#account.container({ id: "control", partitionKey: { paths: ["/id"] } });
      await this.#account.container({ id: "operations", partitionKey: { paths: ["/run"] } });
    });
    beforeEach(() => this.reset());
  }

  /** Empties the store, and forgets everything. */
  async reset(): Promise<void> {
    for (const id of ["deliveries", "unified", "control", "operations"]) await this.#empty(id);
    this.documents = cosmosDocuments(this.#account.database);
    this.now = Date.now();
    this.env = { API_TOKEN: TOKEN, API_URL: "http://127.0.0.1" };
    this.guardsVersions = false;
    this.sent = [];
    this.seen = [];
    this.published = [];
    this.queued = [];
    this.wakeups = [];
    this.logged = [];
    this.mood = undefined;
  }

  /** Another host, with nothing in its memory. */
  host(): Host {
    const ports: Ports = {
      documents: this.documents,
      queue: () => ({ send: async (messages) => void this.queued.push(...messages) }),
      topic: () => ({ publish: async (messages) => void this.published.push(...messages) }),
      blobs: memoryPorts().blobs,
      clock: { now: () => this.now },
      log: (_level, message) => void this.logged.push(message),
    };
    const settings = createSettings(this.env, [secret("API_TOKEN")]);
    const wakeAt = async (time: number): Promise<void> => void this.wakeups.push(time);
    const gate = createGate(this.integration, ports, settings, () => wakeAt(this.now));
    const secrets = {
      fresh: async <T>(
        _name: string,
        _isFresh: (value: T) => boolean,
        renew: (last: T | undefined) => Promise<T>,
      ) => renew(undefined),
    };
    const deliverer = createDeliverer(this.integration, { ports, settings, secrets, gate, wakeAt });
    return { ...deliverer, gate, ports };
  }

  get integration(): IntegrationDefinition {
    return defineIntegration(
      { name: "list", on: person },
      {
        settings: [setting("API_URL")],
        guardsVersions: this.guardsVersions,
        deliver: async (snapshot: Snapshot) => {
          this.seen.push(snapshot);
          const attempt = this.mood?.(snapshot) ?? { status: "delivered" };
          if (attempt.status === "delivered") {
            this.sent.push(snapshot.id === "1" ? snapshot.version : `${snapshot.id} ${snapshot.version}`);
          }
          return attempt;
        },
      },
    );
  }

  /** The announcement of a version with its document. */
  announced(version: number, id = "1"): Announcement {
    return {
      key: entityKey("person", id),
      entity: "person",
      id,
      version,
      eventId: `crm:${id}-${version}`,
      removed: false,
      data: { identity: { number: id } },
    };
  }

  /** Puts a document of that version into the store, or the tombstone of a removed entity. */
  async write(version: number, id = "1", removed = false): Promise<void> {
    const key = entityKey("person", id);
    const data = removed ? undefined : { identity: { number: id } };
    const state = { data, version, sequence: version, head: null, observed: {} };
    const item = documentItem(key, state, new Date(this.now).toISOString());
    await this.documents.write("unified", key, [{ op: "upsert", item }]);
  }

  /** A wakeup, with the subscription served at once. Returns the times for which it planned others. */
  async wake(host: Host): Promise<number[]> {
    const planned: number[] = [];
    const publish = async (messages: readonly OutgoingMessage[]): Promise<void> => {
      for (const { body } of messages) await host.deliver(body as Announcement, 1);
    };
    const ports = { ...host.ports, topic: () => ({ publish }) };
    await wake("list", host.gate, ports, async (_name, time) => void planned.push(time));
    return planned;
  }

  /** A piece of long work, with the subscription served at once. */
  async run<State>(
    host: Host,
    request: unknown,
    worker: (ports: Ports, run: Working<State>) => Promise<Record<string, unknown> | "again">,
  ): Promise<Record<string, unknown> | "again"> {
    const publish = async (messages: readonly OutgoingMessage[]): Promise<void> => {
      this.published.push(...messages);
      for (const { body } of messages) await host.deliver(body as Announcement, 1);
    };
    const startedAt = new Date(this.now).toISOString();
    this.now += 1;
    return worker(
      { ...host.ports, topic: () => ({ publish }) },
      {
        request,
        state: undefined,
        actor: "ana",
        id: `run-${startedAt}`,
        startedAt,
        save: async () => {},
        spent: () => false,
      },
    );
  }

  async records(id = "1"): Promise<readonly DeliveryRecord[]> {
    const text = "SELECT * FROM c WHERE c.kind = 'delivery' ORDER BY c.at";
    return (
      await this.documents.query<DeliveryRecord>("deliveries", { text, partition: entityKey("person", id) })
    ).items;
  }

  /** An item beside the watermark of an entity: `watermark`, `pending` or `dead-letter`. */
  async item(kind: string, id = "1"): Promise<Record<string, unknown> | undefined> {
    const stored = await this.documents.read("deliveries", entityKey("person", id), `${kind}|list`);
    return stored?.item as Record<string, unknown> | undefined;
  }

  async #empty(name: string): Promise<void> {
    const container = this.#account.database.container(name);
    const { resources } = await container.items
      .query<{ id: string; key?: string; run?: string }>("SELECT * FROM c")
      .fetchAll();
    for (const { id, key, run } of resources) {
      const partition = name === "control" ? id : name === "operations" ? run : key;
      await container.item(id, partition).delete();
    }
  }
}
