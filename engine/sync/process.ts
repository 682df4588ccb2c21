import { type Shelved, shelve } from "../audit/stub.ts";
import type { AppDefinition } from "../define/app.ts";
import type { CloudEvent } from "../define/event.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { ContendedError } from "../errors/contended-error.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { OutgoingMessage, Ports, Topic, Write } from "../ports.ts";
import { eraseEntity } from "../privacy/erase-entity.ts";
import { isTooLate } from "../privacy/erased.ts";
import { undoEntity } from "../undo/undo-entity.ts";
import { announcementOf } from "./announce.ts";
import { controlOf, isControl } from "./control.ts";
import { drain } from "./drain.ts";
import type { LoadedEntity, Parked } from "./entity.ts";
import { type Beside, entityStore } from "./entity-store.ts";
import { foldingOf } from "./fold-next.ts";
import { readRecords } from "./known.ts";
import { faultOf, parkedId, parkingWrites } from "./park.ts";
import { withPatience } from "./patience.ts";

/** Most events of one fold: with the document they fill a transactional batch of 100. */
export const MAX_FOLD = 99;
const MAX_CONFLICTS = 20;

/** Folds events into documents, as messages of the queue `events` bring them. */
export interface Processor {
  /**
   * Applies events of one entity (1 to 99, in order) and announces what changed; each takes effect once however
   * often it is given. A control event, which comes alone, mends the line of a parked entity. Resolves when everything
   * is written and announced, or parked. Rejects when the infrastructure keeps failing: the message must then come
   * again.
   */
  process(events: readonly CloudEvent[]): Promise<void>;
  /**
   * Parks an event's entity with it, or puts it at the end of the line where the entity is parked already; once,
   * however often it is given. For an event that was given up before it could be processed, or after it was applied and
   * before that was announced: a retry then announces it. A control event is left: it can be asked for again.
   */
  park(event: CloudEvent, reason: string): Promise<void>;
}

/** Makes the processor of an app. `ruleHash` gives the hash of a rule as built. */
export function createProcessor(
  app: AppDefinition,
  ports: Ports,
  topic: Topic,
  ruleHash: (rule: RuleDefinition) => string,
): Processor {
  const entities = entityStore(ports);
  const folding = foldingOf(app, ruleHash);
  const now = (): string => new Date(ports.clock.now()).toISOString();

  const process = async (events: readonly CloudEvent[]): Promise<void> => {
    const key = events[0]?.subject;
    if (key === undefined || events.length > MAX_FOLD)
      throw new RangeError(`fold 1 to ${MAX_FOLD} events at a time`);
    const control = events.find(isControl);
    if (control && events.length > 1) throw new RangeError("a control event comes alone");
    if (control) return obey(control);
    const announcements = await withPatience(ports.log, `processing ${key}`, () => apply(key, events));
    if (announcements.length > 0) {
      await withPatience(ports.log, `announcing ${key}`, () => topic.publish(announcements));
    }
  };

  const obey = (event: CloudEvent): Promise<void> => {
    const control = controlOf(event);
    const context = { app, ports, topic, entities, folding };
    switch (control.kind) {
      case "undo":
        return undoEntity(event, control.undo, context);
      case "erase":
        return eraseEntity(event, control.erase, context);
      default:
        return drain(event, control, context);
    }
  };

  /** Writes what is new, and says what to announce: for events that were written before, again. */
  const apply = async (key: string, events: readonly CloudEvent[]): Promise<OutgoingMessage[]> => {
    const announcements: OutgoingMessage[] = [];
    // The same event twice in one fold is one.
    let pending = [...new Map(events.map((event) => [event.id, event])).values()];
    /** How many go into the next batch; 0: not even one fits the store. */
    let fitting = pending.length;
    let asked = false;
    /** Takes out what was here before; what it changed is announced again. */
    const dropKnown = async (): Promise<void> => {
      const known = await findKnown(key, pending);
      announcements.push(...known.announcements);
      pending = pending.filter((event) => !known.ids.has(event.id));
    };
    for (let conflicts = 0; conflicts < MAX_CONFLICTS && pending.length > 0;) {
      const entity = await entities.load(key);
      // The line holds waiting events alone: one that was applied before the entity was parked must not join it.
      if (entity.parked) await dropKnown();
      if (pending.length === 0) break;
      const batch = tooLateFirst(pending.slice(0, Math.max(fitting, 1)), entity);
      const plan = entity.parked
        ? planParking(entity, batch, entity.parked)
        : planFold(key, entity, batch, fitting === 0);
      if (!asked && plan.records.some((shelved) => "whole" in shelved)) {
        // An attempt to write these leaves blobs, so what was here before is not attempted.
        asked = true;
        await dropKnown();
        continue;
      }
      const result = await entities.write(key, plan.after, plan, plan.at).catch((error: unknown) => {
        const last = fitting === 0 || (entity.parked && batch.length === 1);
        if (!(error instanceof TooLargeError) || last) throw error;
        fitting = batch.length > 1 ? Math.ceil(batch.length / 2) : 0;
        return undefined;
      });
      if (!result) continue;
      if (result.written) {
        announcements.push(...plan.announcements);
        pending = pending.filter((event) => !batch.includes(event));
        conflicts = 0;
        fitting = Math.max(fitting, 1);
        continue;
      }
      conflicts += 1;
      if (result.index === 0) continue;
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
    const records: Shelved[] = [];
    let others: readonly Write[] = [];
    const announcements: OutgoingMessage[] = [];
    let parked: Parked | undefined;
    for (const [index, event] of events.entries()) {
      try {
        if (tooLarge)
          throw new TooLargeError("the document or its audit record is larger than the store takes");
        const folded = folding.fold(state, event, at);
        state = folded.state;
        records.push(shelve(folded.record));
        const announcement = announcementOf(folded.record, state.data);
        if (announcement) announcements.push(announcement);
      } catch (error) {
        // Folding is pure: what it throws, it would throw again.
        const reason = faultOf(error);
        // The reason is in the document: it may quote what no log should keep.
        ports.log("error", `parked ${key}`, { event: event.id });
        const line = { eventId: event.id, reason, at, waiting: 0 };
        const parking = parkingWrites(events.slice(index), line, at);
        parked = parking.parked;
        others = parking.writes;
        break;
      }
    }
    return { after: { state, etag: entity.etag, parked }, records, others, announcements, at };
  };

  const planParking = (entity: LoadedEntity, events: readonly CloudEvent[], line: Parked): Plan => {
    const at = now();
    let { state } = entity;
    const records: Shelved[] = [];
    const waiting: CloudEvent[] = [];
    for (const event of events) {
      if (!isTooLate(event, state.erased)) {
        waiting.push(event);
        continue;
      }
      // It has no effect, so that it need not wait; and a line is no place for what was erased.
      const folded = folding.fold(state, event, at);
      ({ state } = folded);
      records.push(shelve(folded.record));
    }
    const { parked, writes } =
      waiting.length > 0 ? parkingWrites(waiting, line, at) : { parked: entity.parked, writes: [] };
    return { after: { ...entity, state, parked }, records, others: writes, announcements: [], at };
  };

  const findKnown = async (
    key: string,
    events: readonly CloudEvent[],
  ): Promise<{ ids: Set<string>; announcements: OutgoingMessage[] }> => {
    const records = await readRecords(ports.documents, key, events);
    const announcements: OutgoingMessage[] = [];
    const ids = new Set<string>();
    for (const { id } of events) {
      const record = records.get(id);
      const waiting = record ?? (await ports.documents.read("unified", key, parkedId(id)));
      if (waiting) ids.add(id);
      const announcement = record && announcementOf(record, undefined);
      if (announcement) announcements.push(announcement);
    }
    return { ids, announcements };
  };

  const park = async (event: CloudEvent, reason: string): Promise<void> => {
    if (isControl(event)) return;
    const { id: eventId, subject: key } = event;
    await withPatience(ports.log, `parking ${key}`, async () => {
      for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
        const at = now();
        const entity = await entities.load(key);
        const plan = planParking(entity, [event], entity.parked ?? { eventId, reason, at, waiting: 0 });
        const result = await entities.write(key, plan.after, plan, at);
        if (result.written) return ports.log("error", `parked ${key}`, { event: eventId, reason });
        // Its place is taken by itself.
        if (result.index > 0) return;
      }
      throw new ContendedError(key, MAX_CONFLICTS);
    });
  };

  return { process, park };
}

/** Events that were seen before an erasure come first: they take no effect, whatever their turn, and wait for nothing. */
function tooLateFirst(events: readonly CloudEvent[], { state }: LoadedEntity): readonly CloudEvent[] {
  if (!state.erased) return events;
  const { true: late = [], false: others = [] } = Object.groupBy(events, (event) =>
    String(isTooLate(event, state.erased)),
  );
  return [...late, ...others];
}

/** What is written, and then announced. */
interface Plan extends Required<Beside> {
  readonly after: LoadedEntity;
  readonly announcements: readonly OutgoingMessage[];
  readonly at: string;
}
