import { randomBytes } from "node:crypto";
import { type AuditRecord, auditId } from "../audit/record.ts";
import type { AppDefinition } from "../define/app.ts";
import type { CloudEvent } from "../define/event.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { ContendedError } from "../errors/contended-error.ts";
import { RuleError } from "../errors/rule-error.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { OutgoingMessage, Ports, Topic, Write } from "../ports.ts";
import { announcementOf } from "./announce.ts";
import { RecentlyUsed } from "./cache.ts";
import { documentItem, type LoadedEntity, loadEntity, type Parked } from "./entity.ts";
import { foldEvent } from "./fold.ts";
import { parkingWrites } from "./park.ts";
import { withPatience } from "./patience.ts";

/** Most events of one fold: with the document they fill a transactional batch of 100. */
export const MAX_FOLD = 99;
const MAX_CONFLICTS = 20;

/** Folds events into documents, as messages of the queue `events` bring them. */
export interface Processor {
  /**
   * Applies events of one entity (1 to 99, in order) and announces what changed; each takes effect once however
   * often it is given. Resolves when everything is written and announced, or parked. Rejects when the
   * infrastructure keeps failing: the message must then come again.
   */
  process(events: readonly CloudEvent[]): Promise<void>;
}

/** Makes the processor of an app. `ruleHash` gives the hash of a rule as built. */
export function createProcessor(
  app: AppDefinition,
  ports: Ports,
  topic: Topic,
  ruleHash: (rule: RuleDefinition) => string,
): Processor {
  const cache = new RecentlyUsed<LoadedEntity>(2_000);
  const now = (): string => new Date(ports.clock.now()).toISOString();

  const process = async (events: readonly CloudEvent[]): Promise<void> => {
    const key = events[0]?.subject;
    if (key === undefined || events.length > MAX_FOLD)
      throw new RangeError(`fold 1 to ${MAX_FOLD} events at a time`);
    const announcements = await withPatience(ports.log, `processing ${key}`, () => apply(key, events));
    if (announcements.length > 0) {
      await withPatience(ports.log, `announcing ${key}`, () => topic.publish(announcements));
    }
  };

  /** Writes what is new, and says what to announce: for events that were written before, again. */
  const apply = async (key: string, events: readonly CloudEvent[]): Promise<OutgoingMessage[]> => {
    const announcements: OutgoingMessage[] = [];
    // The same event twice in one fold is one.
    let pending = [...new Map(events.map((event) => [event.id, event])).values()];
    let tooLarge = false;
    /** Takes out what was here before; what it changed is announced again. */
    const dropKnown = async (): Promise<void> => {
      const known = await findKnown(key, pending);
      announcements.push(...known.announcements);
      pending = pending.filter((event) => !known.ids.has(event.id));
    };
    for (let attempt = 0; attempt < MAX_CONFLICTS && pending.length > 0; attempt++) {
      const entity = cache.get(key) ?? (await loadEntity(ports.documents, key));
      // The line holds waiting events alone: one that was applied before the entity was parked must not join it.
      if (entity.parked) await dropKnown();
      if (pending.length === 0) break;
      const plan = entity.parked
        ? planParking(key, entity, pending, entity.parked)
        : planFold(key, entity, pending, tooLarge);
      const result = await ports.documents.write("unified", key, plan.writes).catch((error: unknown) => {
        cache.delete(key);
        if (!(error instanceof TooLargeError) || entity.parked || tooLarge) throw error;
        tooLarge = true;
        return undefined;
      });
      if (!result) continue;
      if (result.written) {
        cache.set(key, { ...plan.after, etag: result.etags[0] });
        return [...announcements, ...plan.announcements];
      }
      cache.delete(key);
      const refused = plan.writes[result.index];
      if (result.index === 0 || refused?.op !== "create") continue;
      // Only the record (or the place in line) of an event that was here before can be in the way.
      await dropKnown();
    }
    if (pending.length > 0) throw new ContendedError(key, MAX_CONFLICTS);
    return announcements;
  };

  const planFold = (
    key: string,
    entity: LoadedEntity,
    events: readonly CloudEvent[],
    tooLarge: boolean,
  ): Plan => {
    const at = now();
    let state = entity.state;
    const records: Write[] = [];
    const announcements: OutgoingMessage[] = [];
    let parked: Parked | undefined;
    for (const [index, event] of events.entries()) {
      try {
        if (tooLarge)
          throw new TooLargeError("the document or its audit record is larger than the store takes");
        const rule = app.rules.get(event.type);
        if (!rule) throw new RuleError("(none)", `no rule takes the event ${event.type}`);
        const context = { at, salt: randomBytes(16), ruleHash: ruleHash(rule) };
        const folded = foldEvent(state, event, rule, context);
        state = folded.state;
        records.push({ op: "create", item: folded.record });
        const announcement = announcementOf(folded.record, state.data);
        if (announcement) announcements.push(announcement);
      } catch (error) {
        // Folding is pure: what it throws, it would throw again.
        const reason = error instanceof Error ? error.message : String(error);
        ports.log("error", `parked ${key}`, { event: event.id, reason });
        const line = { eventId: event.id, reason, at, waiting: 0 };
        const parking = parkingWrites(events.slice(index), line, at);
        parked = parking.parked;
        records.push(...parking.writes);
        break;
      }
    }
    return planOf(key, { state, etag: entity.etag, parked }, records, announcements, at);
  };

  const planParking = (
    key: string,
    entity: LoadedEntity,
    events: readonly CloudEvent[],
    line: Parked,
  ): Plan => {
    const at = now();
    const { parked, writes } = parkingWrites(events, line, at);
    return planOf(key, { ...entity, parked }, writes, [], at);
  };

  const findKnown = async (
    key: string,
    events: readonly CloudEvent[],
  ): Promise<{ ids: Set<string>; announcements: OutgoingMessage[] }> => {
    const ids = new Set<string>();
    const announcements: OutgoingMessage[] = [];
    for (const event of events) {
      const record = await ports.documents.read<AuditRecord>("unified", key, auditId(event.id));
      const waiting = record ?? (await ports.documents.read("unified", key, `parked|${event.id}`));
      if (waiting) ids.add(event.id);
      const announcement = record && announcementOf(record.item, undefined);
      if (announcement) announcements.push(announcement);
    }
    return { ids, announcements };
  };

  return { process };
}

interface Plan {
  readonly writes: Write[];
  readonly after: LoadedEntity;
  readonly announcements: readonly OutgoingMessage[];
}

function planOf(
  key: string,
  after: LoadedEntity,
  records: readonly Write[],
  announcements: readonly OutgoingMessage[],
  at: string,
): Plan {
  const item = documentItem(key, after.state, at, after.parked);
  const document: Write =
    after.etag === undefined ? { op: "create", item } : { op: "replace", item, etag: after.etag };
  return { writes: [document, ...records], after, announcements };
}
