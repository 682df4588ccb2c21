import { beforeAll, beforeEach } from "vitest";
import { z } from "zod";
import {
  type CloudEvent,
  defineDocument,
  defineEvent,
  defineIntegration,
  defineRule,
  type IntegrationDefinition,
  merge,
  personal,
  secret,
  type Snapshot,
} from "../../engine/define/index.ts";
import { createDeliverer } from "../../engine/deliveries/deliver.ts";
import { createGate } from "../../engine/deliveries/gate.ts";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { shelve } from "../../engine/audit/stub.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import type { EntityState } from "../../engine/sync/fold.ts";
import {
  event,
  gone,
  goneRule,
  minute,
  person,
  told,
  toldRule,
  visited,
  visitedRule,
} from "../unit/sync/shop.ts";
import type { Answer, Ask } from "../unit/functions/api.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";

/** A document of which sources have ranks: the store comes before all others. */
const member = defineDocument("member", {
  id: ["number"],
  schema: z.strictObject({
    identity: z.strictObject({ number: z.string() }),
    contact: personal(z.strictObject({ email: z.string() })).optional(),
    notes: z.record(z.string(), z.string()).optional(),
  }),
  priority: { contact: ["store", "crm"] },
});
const memberTold = defineEvent("member.told", {
  about: member,
  data: z.strictObject({
    number: z.string(),
    email: personal(z.string()),
    notes: z.record(z.string(), z.string()).optional(),
  }),
});
const memberRule = defineRule({
  on: memberTold,
  to: member,
  apply: (current, { data: { number, email, notes } }) =>
    merge(current, { identity: { number }, contact: { email }, notes }),
});

/** Entities that are told of, announced, delivered and explained, on the stand-in of the store. */
export class ExplainDesk {
  readonly account = useAccount();
  desk!: Desk;
  /** Id of the entity of this case; a new one for each. */
  id = "";
  /** The token of an auditor. */
  auditor = "";
  /** What `list` answers: throws what it throws. */
  mood: () => void = () => {};
  /** Without their rules, as after a deployment that dropped them. */
  ruleless!: Ask;
  #made = 0;

  constructor() {
    beforeAll(async () => {
      await makeContainers(this.account.database);
    });
    beforeEach(async () => {
      this.id = `e${(this.#made += 1)}`;
      this.mood = () => {};
      this.desk = openDesk(this.account.database, this.definitions());
      this.ruleless = openDesk(this.account.database, { ...this.definitions(), rules: [] }).ask;
      const issued = await this.desk.ask("POST /api/v1/tokens", {
        json: { name: `auditor ${this.#made}`, roles: ["auditor"] },
      });
      this.auditor = String(issued.json["token"]);
    });
  }

  get key(): string {
    return `person|${this.id}`;
  }

  /** An event of this case's person. */
  said(at: number, facts: object, source = "crm", cause?: string): CloudEvent {
    const { data, ...rest } = event(told.type, minute(at), facts, source);
    const own = { ...(data as object), number: this.id };
    return { ...rest, subject: this.key, data: own, ...(cause === undefined ? {} : { cause }) };
  }

  goes(at: number): CloudEvent {
    return { ...event(gone.type, minute(at), { number: this.id }), subject: this.key };
  }

  visits(at: number): CloudEvent {
    return { ...event(visited.type, minute(at), { number: this.id }), subject: this.key };
  }

  /** An event of this case's member. */
  memberSaid(at: number, email: string, source: string, notes?: Record<string, string>): CloudEvent {
    const data = { number: this.id, email, ...(notes ? { notes } : {}) };
    return { ...event(memberTold.type, minute(at), {}, source), subject: `member|${this.id}`, data };
  }

  async give(...events: readonly CloudEvent[]): Promise<void> {
    for (const each of events) await this.desk.processor.process([each]);
  }

  /** Serves the subscriptions that these integrations have: announcements of the given versions, or all. */
  async deliver(names: readonly string[] = ["list", "log"], versions?: readonly number[]): Promise<void> {
    const waiting = this.desk.published.filter(({ version }) => versions?.includes(version) ?? true);
    for (const name of names) for (const each of waiting) await this.deliverOne(name, each);
  }

  async deliverOne(name: string, announcement: Announcement): Promise<void> {
    const { ports } = this.desk;
    const integration = this.#integrations().find((known) => known.name === name);
    if (!integration) throw new Error(`no integration ${name}`);
    const settings = createSettings({}, [secret("NONE")]);
    const gate = createGate(integration, ports, settings, async () => {});
    const secrets = { fresh: () => Promise.reject(new Error("not needed here")) };
    const context = { ports, settings, secrets, gate, wakeAt: async () => {} };
    await createDeliverer(integration, context).deliver(announcement, 1);
  }

  /** Explains a path of this case's entity. */
  explain(
    path: string,
    more: { token?: string; query?: string; entity?: string; ask?: Ask } = {},
  ): Promise<Answer> {
    const { entity = "person", ask = this.desk.ask, query = "" } = more;
    const asked = `GET /api/v1/entities/${entity}/${this.id}/explain?path=${encodeURIComponent(path)}${query}`;
    return ask(asked, more.token === undefined ? {} : { token: more.token });
  }

  /** Writes a chain, and the document after it, past the processor, as an undo, an erasure or long use leaves it. */
  async seed(state: EntityState, records: readonly AuditRecord[]): Promise<void> {
    const { documents, blobs } = this.desk.ports;
    const shelved = records.map((record) => shelve(record));
    for (const each of shelved) if ("whole" in each) await blobs.put(each.item.blob.name, each.whole);
    const items = [documentItem(this.key, state, minute(600)), ...shelved.map(({ item }) => item)];
    for (let at = 0; at < items.length; at += 100) {
      const writes = items.slice(at, at + 100).map((item) => ({ op: "create", item }) as const);
      await documents.write("unified", this.key, writes);
    }
  }

  #integrations(): IntegrationDefinition[] {
    const takes = async (_snapshot: Snapshot): Promise<{ status: "delivered" }> => {
      this.mood();
      return { status: "delivered" };
    };
    const destination = { settings: [], deliver: takes };
    return [
      defineIntegration(
        { name: "list", on: person, when: { changed: ["contact"] }, echoes: "listing" },
        destination,
      ),
      defineIntegration(
        { name: "log", on: person },
        { settings: [], deliver: async () => ({ status: "delivered" }) },
      ),
    ];
  }

  definitions(): {
    documents: (typeof person | typeof member)[];
    rules: (typeof toldRule | typeof goneRule | typeof visitedRule | typeof memberRule)[];
    integrations: IntegrationDefinition[];
  } {
    return {
      documents: [person, member],
      rules: [toldRule, goneRule, visitedRule, memberRule],
      integrations: this.#integrations(),
    };
  }
}
