import { deepStrictEqual as deepEqual } from "node:assert/strict";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { hashOf } from "../../../engine/audit/chain.ts";
import { type CloudEvent, defineApp, defineRule, merge } from "../../../engine/define/index.ts";
import { ContendedError } from "../../../engine/errors/contended-error.ts";
import type { Documents, Ports, Topic } from "../../../engine/ports.ts";
import type { Announcement } from "../../../engine/sync/announce.ts";
import { BY_OPERATOR } from "../../../engine/sync/control.ts";
import type { DocumentItem } from "../../../engine/sync/entity.ts";
import { type EntityState, foldEvent, NOTHING } from "../../../engine/sync/fold.ts";
import type { ParkedEvent } from "../../../engine/sync/park.ts";
import { createProcessor, type Processor } from "../../../engine/sync/process.ts";
import { memoryPorts } from "./memory-ports.ts";
import { event, gone, goneRule, minute, person, told } from "./shop.ts";

/** Where a host dies: at its `call`-th write or publish (from 0), before or after that took effect. */
export interface Crash {
  readonly call: number;
  readonly when: "before" | "after";
}

/** What one entity's partition holds. */
export interface Held {
  readonly document: DocumentItem | undefined;
  /** In the order of their sequence. */
  readonly records: readonly AuditRecord[];
  /** In the order of their places. */
  readonly line: readonly ParkedEvent[];
}

/** A store and a topic that hosts share, with a rule that fails until it is mended. */
export class ParkingLot {
  /** Whether the rule takes what it failed on. */
  mended = false;
  /** Everything that was announced, in order. */
  readonly announced: Announcement[] = [];
  readonly #memory = memoryPorts();

  /** A host of its own: what it remembers, the others do not know. Each call waits for `turn` first. */
  host(crash?: Crash, turn: () => Promise<void> = async () => {}): Processor {
    let calls = 0;
    const perilous = async <T>(work: () => Promise<T>): Promise<T> => {
      await turn();
      const dies = crash?.call === calls++ ? crash.when : undefined;
      // The one error after which a host does not try again by itself.
      if (dies === "before") throw new ContendedError("a crash", 0);
      const result = await work();
      if (dies === "after") throw new ContendedError("a crash", 0);
      return result;
    };
    const { documents } = this.#memory;
    const store: Documents = {
      read: (...asked) => turn().then(() => documents.read(...asked)),
      query: (...asked) => turn().then(() => documents.query(...asked)),
      write: (...asked) => perilous(() => documents.write(...asked)),
    };
    const topic: Topic = {
      publish: (messages) =>
        perilous(async () => {
          this.announced.push(...messages.map(({ body }) => body as Announcement));
        }),
    };
    const ports: Ports = { ...this.#memory, documents: store, topic: () => topic };
    return createProcessor(this.#app, ports, topic, () => "hash");
  }

  readonly #app = defineApp({
    documents: [person],
    rules: [
      defineRule({
        on: told,
        to: person,
        apply: (current, { data: { number, email, phone } }) => {
          if (phone === "poison" && !this.mended) throw new Error("no such phone");
          return merge(current, { identity: { number }, contact: { email, phone } });
        },
      }),
      goneRule,
    ],
  });

  held(): Held {
    const items = this.#memory.items("unified") as unknown as { kind: string }[];
    const of = (kind: string): unknown[] => items.filter((item) => item.kind === kind);
    const [document] = of("document") as DocumentItem[];
    const records = (of("audit") as AuditRecord[]).toSorted((one, other) => one.sequence - other.sequence);
    const line = (of("parked") as ParkedEvent[]).toSorted((one, other) => one.place - other.place);
    return { document, records, line };
  }

  /** Whether the document is the fold of its records, the chain holds, and the line is as the document says. */
  check(): void {
    const { document, records, line } = this.held();
    let state: EntityState = NOTHING;
    for (const record of records) {
      deepEqual(record.previous, state.head);
      const { hash, personal, ...unsealed } = record;
      deepEqual(hashOf(unsealed, personal.commitments), hash);
      state = { ...this.#folded(state, record), sequence: record.sequence, head: hash };
      deepEqual(record.version, state.version);
    }
    deepEqual(
      records.map(({ sequence }) => sequence),
      records.map((_, index) => index + 1),
    );
    // As the store gives it back: what is undefined in a list is null there.
    const stored = (each: EntityState): unknown => JSON.parse(JSON.stringify(each));
    const { data, version, sequence, head, observed } = document ?? NOTHING;
    deepEqual(stored({ data, version, sequence, head, observed }), stored(state));
    deepEqual(document?.parked?.waiting ?? 0, line.length);
    const [first] = line;
    deepEqual(
      line.map(({ place }) => place),
      line.map((_, index) => (first?.place ?? 0) + index),
    );
  }

  #folded(state: EntityState, { event: each, rule, at }: AuditRecord): EntityState {
    const found = this.#app.rules.get(each.type);
    if (rule.name === BY_OPERATOR.name || !found) return state;
    const mended = this.mended;
    // What has a record was folded once, so it was mended then.
    this.mended = true;
    const after = foldEvent(state, each, found, { at, salt: new Uint8Array(16), ruleHash: "hash" }).state;
    this.mended = mended;
    return after;
  }
}

/** What one of the test's events says. */
export type Saying = "email" | "phone" | "poison" | "gone" | "unheard";

/** A fresh event; `at` is the minute of its observation. */
export function saying(what: Saying, at: number): CloudEvent {
  if (what === "gone") return event(gone.type, minute(at));
  if (what === "unheard") return event("person.unheard", minute(at));
  return event(told.type, minute(at), what === "email" ? { email: `${at}@x.co` } : { phone: what });
}
