import type { Database } from "@azure/cosmos";
import { z } from "zod";
import { openDatabase } from "../../engine/datasets/database.ts";
import { hashOf } from "../../engine/audit/chain.ts";
import type { AuditRecord, StoredRecord } from "../../engine/audit/record.ts";
import { wholeRecord } from "../../engine/audit/stub.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import {
  type Attempt,
  type CloudEvent,
  defineApp,
  defineDocument,
  defineEvent,
  defineIntegration,
  defineRule,
  type IntegrationDefinition,
  merge,
  personal,
  type Snapshot,
} from "../../engine/define/index.ts";
import { createDeliverer, type Deliverer } from "../../engine/deliveries/deliver.ts";
import { createGate } from "../../engine/deliveries/gate.ts";
import { EVENTS, RUNS } from "../../engine/define/topology.ts";
import { ContendedError } from "../../engine/errors/contended-error.ts";
import type { Container, Documents, OutgoingMessage, Ports } from "../../engine/ports.ts";
import type { Receipt } from "../../engine/privacy/receipt.ts";
import type { RunMessage } from "../../engine/runs/start.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import { createProcessor, type Processor } from "../../engine/sync/process.ts";
import { work } from "../../functions/workers.ts";
import { type Ask, openApi } from "../unit/functions/api.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";

const text = z.string().min(1);

/** Somebody in a club; what is personal is marked, in the document and in what the club says. */
export const member = defineDocument("member", {
  id: ["club", "number"],
  schema: z.strictObject({
    identity: z.strictObject({ club: text, number: text, name: personal(text).optional() }),
    contact: personal(z.strictObject({ email: text.optional(), phone: text.optional() })).optional(),
    family: z.array(z.strictObject({ name: personal(text).optional(), age: z.number() })).optional(),
    visits: z.strictObject({ count: z.number() }).optional(),
  }),
});

/** What the club says. */
export const said = defineEvent("club.said", {
  about: member,
  data: z.strictObject({
    club: text,
    number: text,
    name: personal(text).nullish(),
    email: personal(text).nullish(),
    phone: personal(text).nullish(),
    family: z.array(z.strictObject({ name: personal(text).optional(), age: z.number() })).nullish(),
    visits: z.number().nullish(),
  }),
});

/** What takes the place of a destination's answers. */
export type Mood = (snapshot: Snapshot) => Attempt;

/** One host on the stand-in of the store, with two destinations: its API, its processor, its worker and its deliveries. */
export class Desk {
  readonly ports: Ports;
  readonly ask: Ask;
  readonly documents: Documents;
  /** How destinations answer; they take everything unless something is said here. */
  readonly moods = new Map<string, Mood>();
  /** What each destination took last, by key. */
  readonly given = new Map<string, Snapshot>();
  /** How many calls to the ports had an effect so far: what was only read leaves things as they were. */
  effects = 0;
  /** The host dies once, right after the effect of that number (from 1): the store has it, and its caller never hears. */
  diesAfter: number | undefined;
  /** While it is set, announcements stay on the topic. */
  still = false;
  /** Whether the rule takes what it fails on. */
  mended = false;
  readonly #memory = memoryPorts();
  readonly #runs: RunMessage[] = [];
  readonly #processor: Processor;
  readonly #services: Parameters<typeof work>[0];
  readonly #deliverers = new Map<string, Deliverer>();

  /** `dropped`: the app has the club's definitions no more. */
  constructor(database: Database, { dropped = false } = {}) {
    const integrations = ["list", "books"].map((name) => this.#integration(name));
    const rule = defineRule({
      name: "club-said",
      on: said,
      to: member,
      apply: (current, { data: { club, number, name, email, phone, family, visits } }) => {
        if (phone === "poison" && !this.mended) throw new Error(`no phone of ${name}`);
        return merge(current, {
          identity: { club, number, name },
          contact: { email, phone },
          family: family ?? undefined,
          visits: typeof visits === "number" ? { count: visits } : undefined,
        });
      },
    });
    const definitions = dropped
      ? { documents: [], rules: [] }
      : { documents: [member], rules: [rule], integrations };
    this.documents = cosmosDocuments(database);
    const { documents, blobs } = { documents: this.documents, blobs: this.#memory.blobs };
    const perilous = async <T>(call: () => Promise<T>): Promise<T> => {
      const result = await call();
      if ((this.effects += 1) === this.diesAfter) throw new Crash();
      return result;
    };
    this.ports = {
      ...this.#memory,
      documents: {
        ...documents,
        write: (...asked) => perilous(() => documents.write(...asked)),
      },
      blobs: {
        ...blobs,
        put: (...asked) => perilous(() => blobs.put(...asked)),
        delete: (...asked) => perilous(() => blobs.delete(...asked)),
      },
      topic: () => ({ publish: (messages) => perilous(() => this.#publish(messages)) }),
      queue: (name) => ({ send: (messages) => perilous(() => this.#send(name, messages)) }),
      clock: { now: () => (this.#memory.time += 1) },
    };
    const settings = createSettings({}, []);
    const secrets = { fresh: () => Promise.reject(new Error("not needed here")) };
    const app = defineApp(definitions);
    this.#services = {
      app,
      ports: this.ports,
      settings,
      secrets,
      datasets: openDatabase(settings),
      log: () => {},
      ...NO_MODELS,
      close: async () => {},
    };
    for (const integration of integrations) {
      const wakeAt = async (): Promise<void> => {};
      const gate = createGate(integration, this.ports, settings, wakeAt);
      const context = { ports: this.ports, settings, secrets, gate, wakeAt };
      this.#deliverers.set(integration.name, createDeliverer(integration, context));
    }
    this.ask = openApi(this.ports, definitions);
    this.#processor = createProcessor(app, this.ports, this.ports.topic("changes"), () => "hash");
  }

  /** Puts the clock on. */
  pass(ms: number): void {
    this.#memory.time += ms;
  }

  get now(): number {
    return this.#memory.time;
  }

  get blobNames(): readonly string[] {
    return this.#memory.blobNames();
  }

  /** Processes what the club says. Returns the event. */
  async tell(number: string, data: object, more: { id?: string; time?: number } = {}): Promise<CloudEvent> {
    const { id = `club:${number}-${this.now}`, time = this.now } = more;
    const event: CloudEvent = {
      specversion: "1.0",
      id,
      source: "club",
      type: said.type,
      subject: keyOf(number),
      time: new Date(time).toISOString(),
      datacontenttype: "application/json",
      data: { club: "Ajax", number, ...data },
    };
    await this.#processor.process([event]);
    return event;
  }

  /** Has a member erased. Returns the run as the API shows it, with its receipt. */
  async erase(number: string): Promise<Record<string, unknown> & { readonly result: Receipt }> {
    const { json } = await this.ask(`POST /api/v1/entities/member/Ajax-${number}/erasure`, {
      json: { reason: "asked to be forgotten" },
    });
    await this.work();
    const run = (await this.ask(`GET /api/v1/runs/${String(json["run"])}`)).json;
    return run as Record<string, unknown> & { readonly result: Receipt };
  }

  /** Works on the runs that were started; a message whose work a crash cut off comes again. */
  async work(): Promise<void> {
    for (let message = this.#runs.at(0); message; message = this.#runs.at(0)) {
      try {
        await work(this.#services, message);
        this.#runs.shift();
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
    }
  }

  async document(number: string): Promise<DocumentItem | undefined> {
    return (await this.documents.read<DocumentItem>("unified", keyOf(number), "document"))?.item;
  }

  /** The audit records of a member, in order, large ones whole. */
  async records(number: string): Promise<readonly AuditRecord[]> {
    const stored = await this.items<StoredRecord>(
      "unified",
      `c.kind = 'audit' AND c.key = '${keyOf(number)}'`,
    );
    const whole = await Promise.all(stored.map((record) => wholeRecord(record, this.#memory.blobs)));
    return whole.toSorted((one, other) => one.sequence - other.sequence);
  }

  /** Where the chain of a member breaks; nothing where it holds. */
  async breaks(number: string): Promise<readonly number[]> {
    let previous: string | null = null;
    const broken: number[] = [];
    for (const [index, record] of (await this.records(number)).entries()) {
      const holds = hashOf(record, record.personal.commitments) === record.hash;
      if (!holds || record.previous !== previous || record.sequence !== index + 1)
        broken.push(record.sequence);
      previous = record.hash;
    }
    return broken;
  }

  async items<T>(container: Container, where = "true"): Promise<readonly T[]> {
    const found: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.documents.query<T>(container, {
        text: `SELECT * FROM c WHERE ${where}`,
        limit: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return found;
  }

  /** The places in which one of the texts stands: items and blobs. */
  async placesOf(texts: readonly string[]): Promise<readonly string[]> {
    const holds = (bytes: string): boolean =>
      texts.some((each) => bytes.includes(JSON.stringify(each).slice(1, -1)));
    const found: string[] = [];
    for (const container of ["unified", "deliveries", "operations", "control"] as const) {
      for (const item of await this.items<{
        id: string;
        payload?: { body: string; encoding: "base64" | "utf8" };
      }>(container)) {
        const { payload } = item;
        const body = payload ? Buffer.from(payload.body, payload.encoding).toString() : "";
        if (holds(JSON.stringify(item)) || holds(body) || texts.some((each) => body.includes(each)))
          found.push(`${container} ${item.id}`);
      }
    }
    for (const name of this.blobNames) {
      const bytes = Buffer.from((await this.#memory.blobs.get(name)) ?? []).toString();
      if (holds(bytes)) found.push(`blob ${name}`);
    }
    return found;
  }

  /** Empties the store. */
  async clear(): Promise<void> {
    for (const container of ["unified", "deliveries", "operations", "control"] as const) {
      const all = await this.items<{ id: string; key?: string; run?: string }>(container);
      const partitions = { unified: "key", deliveries: "key", operations: "run", control: "id" } as const;
      for (const [partition, items] of Map.groupBy(all, (item) => item[partitions[container]] ?? "")) {
        await this.documents.write(
          container,
          partition,
          items.map(({ id }) => ({ op: "delete", id })),
        );
      }
    }
  }

  async #publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.still) return;
    for (const { body, properties } of messages) {
      for (const [name, deliverer] of this.#deliverers) {
        const only = properties?.["only"];
        if (only === undefined || only === name) await deliverer.deliver(body as Announcement, 1);
      }
    }
  }

  async #send(name: string, messages: readonly OutgoingMessage[]): Promise<void> {
    for (const { body } of messages) {
      if (name === RUNS) this.#runs.push(body as RunMessage);
      if (name === EVENTS) await this.#processor.process([body as CloudEvent]);
    }
  }

  #integration(name: string): IntegrationDefinition {
    return defineIntegration(
      { name, on: member },
      {
        settings: [],
        deliver: async (snapshot: Snapshot) => {
          const attempt = this.moods.get(name)?.(snapshot) ?? {
            status: "delivered",
            request: { body: snapshot.data },
            response: { echo: snapshot.data },
          };
          if (attempt.status === "delivered") this.given.set(`${name} ${snapshot.key}`, snapshot);
          return attempt;
        },
      },
    );
  }
}

/** A host that dies: nothing in it tries again. */
class Crash extends ContendedError {
  constructor() {
    super("a crash", 0);
  }
}

/** The key of a member. */
export function keyOf(number: string): string {
  return `member|Ajax-${number}`;
}
