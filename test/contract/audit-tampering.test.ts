import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { verifyEntities, type VerifiedEntity } from "../../engine/audit/verify/verify.ts";
import { type CloudEvent } from "../../engine/define/index.ts";
import { event, gone, minute, told, visited } from "../unit/sync/shop.ts";
import { rehashed } from "./tampering.ts";
import { VerifyDesk } from "./verify-desk.ts";

const shop = new VerifyDesk();

const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof(of, fc.constant(null), fc.constant(undefined));
const facts = fc.record({
  name: optional(fc.constantFrom("Ana", "Eva", "nobody")),
  email: optional(fc.constantFrom("a@x", "b@x", "ñ".repeat(140_000))),
  phone: optional(fc.constantFrom("1", "2")),
  tags: optional(fc.array(fc.constantFrom("x", "y"), { maxLength: 3 })),
  consent: optional(fc.boolean()),
});
type Said = (subject: string) => CloudEvent;
const said: fc.Arbitrary<Said> = fc
  .tuple(
    fc.nat(50),
    fc.constantFrom("told", "told", "told", "gone", "visited"),
    facts,
    fc.constantFrom("crm", "shop"),
  )
  .map(([at, what, data, source]) => (subject) => {
    const type = { told, gone, visited }[what as "told"].type;
    const known = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
    return { ...event(type, minute(at), what === "told" ? known : {}, source), subject };
  });
const chain = fc.array(said, { minLength: 2, maxLength: 8 });

/** Writes a chain of an entity of its own, in folds of a few events. */
async function write(events: readonly Said[]): Promise<string> {
  const key = shop.newKey();
  for (let at = 0; at < events.length; at += 3) {
    await shop.desk.processor.process(events.slice(at, at + 3).map((each) => each(key)));
  }
  return key;
}
async function verify(key: string): Promise<VerifiedEntity | undefined> {
  let found: VerifiedEntity | undefined;
  for await (const one of verifyEntities(shop.desk.ports, { key })) found = one;
  return found;
}

/** Members that nothing proves: what the store adds, what is not in the log, what does not name what it holds. */
const UNPROVEN = /^(_.*|observed|at|parked)$/;
type Place = readonly string[];

/** Every leaf of an item that must not be altered unseen. */
function leaves(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...at, name]));
}

/** One letter, digit or truth of an item altered. */
function withOther(item: unknown, [name = "", ...rest]: Place): unknown {
  const copy = Array.isArray(item) ? [...(item as unknown[])] : { ...(item as object) };
  const members = copy as Record<string, unknown>;
  members[name] = rest.length > 0 ? withOther(members[name], rest) : other(members[name]);
  return copy;
}
function other(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith("0") ? `1${value.slice(1)}` : `0${value.slice(1)}`;
  if (typeof value === "number") return value + 1;
  return value === null ? "0" : !value;
}
function proven(item: object): Place[] {
  const isDocument = !("event" in item);
  return leaves(item).filter(([name = "", member, ...rest]) => {
    if (name === "id" || name === "key") return false;
    // A salt without a commitment proves nothing.
    const { personal } = item as Partial<AuditRecord>;
    if (name === "personal" && member === "salt") return Object.keys(personal?.commitments ?? {}).length > 0;
    return rest.length >= 0 && (name === "at" ? !isDocument : !UNPROVEN.test(name));
  });
}

type Tampering = (records: AuditRecord[], key: string, at: number) => Promise<void>;
const tamperings: Record<string, Tampering> = {
  async "a record altered"(records, _, at) {
    const record = records[at % records.length];
    if (!record) return;
    const places = proven(record);
    await shop.hand.put(withOther(record, places[at % places.length] ?? []) as object);
  },
  async "the document altered"(_, key, at) {
    const document = await shop.hand.document(key);
    const places = proven(document);
    await shop.hand.put(withOther(document, places[at % places.length] ?? []) as object);
  },
  async "a record removed"(records, _, at) {
    const record = records[at % records.length];
    if (record) await shop.hand.remove(record);
  },
  async "the document removed"(_, key) {
    await shop.hand.remove(await shop.hand.document(key));
  },
  async "two records exchanged"(records, _, at) {
    const [one, two] = [records[at % records.length], records[(at + 1) % records.length]];
    if (one && two)
      await shop.hand.put({ ...one, sequence: two.sequence }, { ...two, sequence: one.sequence });
  },
  async "a record made anew"(records, _, at) {
    const record = records[at % records.length];
    if (!record || "blob" in record) return shop.hand.remove(...records.slice(0, 1));
    await shop.hand.put(rehashed({ ...record, rule: { name: "forged", hash: "" } }));
  },
  async "a record added"(records, _, at) {
    const record = records[at % records.length];
    if (!record) return;
    const event = { ...record.event, id: "crm:forged" };
    await shop.hand.put({ ...record, id: "audit|crm:forged", event });
  },
};

test("whatever is altered is found, and nothing where nothing is", async () => {
  const property = fc.asyncProperty(
    chain,
    fc.constantFrom(...Object.keys(tamperings)),
    fc.nat(10_000),
    async (events, name, at) => {
      const key = await write(events);
      const records = await shop.hand.records(key);
      expect(await verify(key)).toEqual({ key, records: records.length, unread: 0 });
      await tamperings[name]?.(records, key, at);
      const verified = await verify(key);
      expect(verified, `${name} at ${at}`).toHaveProperty("found.kind");
      expect(JSON.stringify(verified)).not.toMatch(/@x|Ana|Eva/);
    },
  );
  await fc.assert(property, { numRuns: 120 });
});
