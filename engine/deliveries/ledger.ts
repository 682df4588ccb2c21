import { ContendedError } from "../errors/contended-error.ts";
import type { Item, Ports, Write } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import type { Announcement } from "../sync/announce.ts";
import { withoutSystemFields } from "../system-fields.ts";
import { RecentlyUsed } from "../sync/cache.ts";
import { type DeadLetter, deadLetterId, refusedDelivery } from "./dead-letter.ts";
import { type Delay, joined, type PendingDelivery, pendingId } from "./pending.ts";
import { type DeliveryFacts, type DeliveryRecord, deliveryRecord } from "./records.ts";
import { doneWith, noWatermark, type Watermark, watermarkId } from "./watermark.ts";

const MAX_CONFLICTS = 20;

/** A watermark as it was read; its etag guards every change of what stands beside it. */
export interface Mark {
  readonly watermark: Watermark;
  readonly etag: string | undefined;
}

/**
 * What is recorded of one integration's deliveries, entity by entity: attempts, the watermark, what waits and what was
 * refused. All that an outcome alters is written in one batch, guarded by the watermark's etag.
 */
export interface Ledger {
  /** The watermark of an entity; `remembered`: another host may have moved it since. */
  read(key: string, remembered?: boolean): Promise<Mark>;
  /** Records an attempt after which another one follows. Returns its number. */
  retrying(facts: DeliveryFacts, attempt: number): Promise<number>;
  /** Records a delivery: what waited or was refused up to its version is done with. Returns whether something newer waits. */
  settled(
    facts: DeliveryFacts,
    attempt: number,
    now: Pick<Watermark, "known" | "remoteId">,
  ): Promise<boolean>;
  /** Records a refusal for good as a dead letter; the watermark does not move. */
  refused(facts: DeliveryFacts, attempt: number): Promise<void>;
  /** Puts a delivery off; without a delay it joins what waits for its entity already. Returns what waits now. */
  postponed(announcement: Announcement, delay: Delay | undefined): Promise<PendingDelivery>;
  /** Says that nothing is left to do for an announcement: it waits no more, and its run need not ask again. */
  acknowledged(announcement: Announcement): Promise<void>;
}

/** What a change of the ledger writes: the next watermark, and the items beside it. */
interface Plan {
  readonly watermark: Watermark;
  readonly beside: readonly Write[];
}

/** Makes the ledger of an integration. `guarded`: the destination itself refuses to go back, so marks may be remembered. */
export function createLedger(
  name: string,
  guarded: boolean,
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  settings: Settings,
): Ledger {
  const cache = new RecentlyUsed<Mark>(5_000);

  const read = async (key: string, remembered = guarded): Promise<Mark> => {
    const known = remembered ? cache.get(key) : undefined;
    if (known) return known;
    const stored = await documents.read<Watermark>("deliveries", key, watermarkId(name));
    const mark = stored
      ? { watermark: asWritten(stored.item), etag: stored.etag }
      : { watermark: noWatermark(key, name), etag: undefined };
    cache.set(key, mark);
    return mark;
  };

  const besideOf = async <T extends Item>(key: string, id: string): Promise<T | undefined> =>
    (await documents.read<T>("deliveries", key, id))?.item;

  /** Writes a plan in one batch; where another host was faster, the plan is made again from what stands then. */
  const commit = async (
    key: string,
    plan: (mark: Watermark) => Promise<Plan>,
    record?: { facts: DeliveryFacts; attempt: number },
  ): Promise<number> => {
    let attempt = record?.attempt ?? 0;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
      const { watermark: before, etag } = await read(key, conflicts === 0);
      const { watermark, beside } = await plan(before);
      const write: Write =
        etag === undefined ? { op: "create", item: watermark } : { op: "replace", item: watermark, etag };
      const item = record ? deliveryItem(record.facts, attempt) : undefined;
      const writes = [write, ...(item ? [{ op: "create", item } as const] : []), ...beside];
      const result = await documents.write("deliveries", key, writes);
      if (result.written) {
        cache.set(key, { watermark, etag: result.etags[0] });
        return attempt;
      }
      cache.delete(key);
      if (item && result.index === 1) {
        if (await wasWritten(item)) return attempt;
        attempt += 1;
      }
    }
    throw new ContendedError(`the deliveries of ${key} to ${name}`, MAX_CONFLICTS);
  };

  const deliveryItem = (facts: DeliveryFacts, attempt: number): DeliveryRecord => {
    // Not its identity: a password that is a word of the key would move the record to another partition.
    const identity = { key: facts.key, integration: name, eventId: facts.eventId };
    return deliveryRecord({ ...settings.redact(facts), ...identity }, attempt);
  };

  /** Whether the record that is in the way is this very one: it was written, only the answer was lost. */
  const wasWritten = async (item: DeliveryRecord): Promise<boolean> => {
    const taken = await besideOf<DeliveryRecord>(item.key, item.id);
    return taken?.at === item.at && taken.version === item.version && taken.status === item.status;
  };

  return {
    read,

    async retrying(facts, first) {
      for (let attempt = first; attempt < first + MAX_CONFLICTS; attempt++) {
        const item = deliveryItem(facts, attempt);
        const result = await documents.write("deliveries", facts.key, [{ op: "create", item }]);
        if (result.written || (await wasWritten(item))) return attempt;
      }
      throw new ContendedError(`the attempts of ${facts.key} at ${name}`, MAX_CONFLICTS);
    },

    async settled(facts, attempt, now) {
      const { key, version, at, run } = facts;
      let newer = false;
      await commit(
        key,
        async (before) => {
          const waits = before.pending ? await besideOf<PendingDelivery>(key, pendingId(name)) : undefined;
          newer = waits !== undefined && waits.last > version;
          const beside: Write[] = [];
          if (waits && !newer) beside.push({ op: "delete", id: waits.id });
          const moves = version >= before.version;
          const letter =
            before.deadLetter && moves ? await besideOf<DeadLetter>(key, deadLetterId(name)) : undefined;
          if (letter) beside.push({ op: "delete", id: letter.id });
          const { pending: _waited, deadLetter: dead, remoteId, ...rest } = before;
          const watermark: Watermark = {
            ...rest,
            // An entity that was removed there has no id there any more.
            ...(remoteId !== undefined && now.known ? { remoteId } : {}),
            ...(moves ? { version, at, ...now } : {}),
            ...doneWith(run, before),
            ...(newer ? { pending: true } : {}),
            ...(dead && !moves ? { deadLetter: true } : {}),
          };
          return { watermark, beside };
        },
        { facts, attempt },
      );
      return newer;
    },

    async refused(facts, attempt) {
      const { key, version, run } = facts;
      await commit(
        key,
        async (before) => {
          const waits = before.pending ? await besideOf<PendingDelivery>(key, pendingId(name)) : undefined;
          const stands = before.deadLetter ? await besideOf<DeadLetter>(key, deadLetterId(name)) : undefined;
          const newer = waits !== undefined && waits.last > version;
          const { pending: _waited, ...rest } = before;
          // Another host went on while this one still tried: what it was refused does not matter any more.
          const late = run === undefined ? version <= before.version : version < before.version;
          return {
            watermark: {
              ...rest,
              ...(late ? {} : { deadLetter: true }),
              ...doneWith(run, before),
              ...(newer ? { pending: true } : {}),
            },
            beside: [
              ...(waits && !newer ? [{ op: "delete", id: waits.id } as const] : []),
              ...(late
                ? []
                : [{ op: "upsert", item: refusedDelivery(stands, settings.redact(facts)) } as const]),
            ],
          };
        },
        { facts, attempt },
      );
    },

    async postponed(announcement, delay) {
      const { key } = announcement;
      let waits: PendingDelivery | undefined;
      await commit(key, async (before) => {
        const found = before.pending ? await besideOf<PendingDelivery>(key, pendingId(name)) : undefined;
        waits = joined(found, name, announcement, delay && settings.redact(delay), clock.now());
        return { watermark: { ...before, pending: true }, beside: [{ op: "upsert", item: waits }] };
      });
      if (!waits) throw new TypeError("a commit without a plan");
      return waits;
    },

    async acknowledged({ key, again }) {
      await commit(key, async (before) => {
        const waits = before.pending ? await besideOf<PendingDelivery>(key, pendingId(name)) : undefined;
        const over = waits !== undefined && waits.last <= before.version;
        const { pending, ...rest } = before;
        return {
          watermark: {
            ...rest,
            ...doneWith(again?.run, before),
            ...(pending && !over ? { pending } : {}),
          },
          beside: over ? [{ op: "delete", id: waits.id }] : [],
        };
      });
    },
  };
}

function asWritten(item: Watermark): Watermark {
  // One that was written before it said so.
  return { ...withoutSystemFields(item), known: item.known ?? item.version > 0 };
}
