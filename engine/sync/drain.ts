import type { CloudEvent } from "../define/event.ts";
import { EVENTS } from "../define/topology.ts";
import { ContendedError } from "../errors/contended-error.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { Ports } from "../ports.ts";
import type { LineControl } from "./control.ts";
import { type DrainStep, type Fitting, MAX_STEP, planStep } from "./drain-step.ts";
import type { LoadedEntity } from "./entity.ts";
import type { EntityContext, EntityStore } from "./entity-store.ts";
import { messageOf } from "./identify.ts";
import { readRecords } from "./known.ts";
import { parkedId, readLine } from "./park.ts";
import { withPatience } from "./patience.ts";

const MAX_CONFLICTS = 20;
/** How long one message drains; a longer line goes on with the next one, far within the host's limit. */
const SLICE_MS = 2 * 60_000;

/** A step that is written, and the etag that this gave the document. */
type Taken = DrainStep & { readonly etag: string | undefined };

/**
 * Does what an operator's event wants: drains the line of a parked entity in order, until it is empty or its next
 * event fails again, which then stays first with its new reason. Does nothing where the entity is not parked, or where
 * the event to be skipped is not the first one.
 *
 * Each step writes documents and records, announces, and only then takes the events out of the line: wherever a crash
 * cuts it off, what waits and has its record is announced again before it leaves. Rejects when the infrastructure keeps
 * failing: the message must then come again.
 */
export async function drain(event: CloudEvent, control: LineControl, context: EntityContext): Promise<void> {
  const { ports, topic, entities } = context;
  const { subject: key } = event;
  const begun = ports.clock.now();
  const patiently = <T>(what: string, work: () => Promise<T>): Promise<T> =>
    withPatience(ports.log, `${what} ${key}`, work);
  let fitting: Fitting = MAX_STEP;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS;) {
    const step = await patiently("draining the line of", () => takeStep(control, context, fitting));
    if (step === "over") return;
    if (step === "conflict") {
      conflicts += 1;
      continue;
    }
    if ("tooLarge" in step) {
      fitting = step.tooLarge > 1 ? 1 : "none";
      continue;
    }
    if (step.announcements.length > 0) {
      await patiently("announcing", () => topic.publish(step.announcements));
    }
    if (
      step.done.length > 0 &&
      !(await patiently("unparking", () => leaveLine(key, step, ports, entities)))
    ) {
      conflicts += 1;
      continue;
    }
    if (step.failed || step.done.length === 0 || !step.left) return;
    conflicts = 0;
    fitting = MAX_STEP;
    if (ports.clock.now() - begun >= SLICE_MS) {
      const messageId = `${event.id}#${ports.clock.now()}`;
      return ports.queue(EVENTS).send([{ ...messageOf(event), messageId }]);
    }
  }
  throw new ContendedError(key, MAX_CONFLICTS);
}

async function takeStep(
  control: LineControl,
  { ports, entities, folding }: EntityContext,
  fitting: Fitting,
): Promise<Taken | { readonly tooLarge: number } | "conflict" | "over"> {
  const { key } = control;
  const entity = await entities.reload(key);
  const { parked } = entity;
  if (!parked) return "over";
  const line = await readLine(ports.documents, key, parked, MAX_STEP + 1);
  const known = await readRecords(
    ports.documents,
    key,
    line.map((waiting) => waiting.event),
  );
  const at = new Date(ports.clock.now()).toISOString();
  const step = planStep(entity, { parked, line, known }, control, folding, { at, fitting });
  if (!step) return "over";
  if (step.records.length === 0 && !step.failed) return { ...step, etag: entity.etag };
  if (step.failed) {
    // The reason is in the document: it may quote what no log should keep.
    ports.log("error", `${key} stays parked`, { event: step.after.parked.eventId });
  }
  try {
    const result = await entities.write(key, step.after, step, at);
    return result.written ? { ...step, etag: result.etags[0] } : "conflict";
  } catch (error) {
    if (error instanceof TooLargeError && step.records.length > 0) return { tooLarge: step.records.length };
    throw error;
  }
}

/** Whether what is done has left the line; not, where somebody changed the document in between. */
async function leaveLine(
  key: string,
  { after, left, done, etag }: Taken,
  { clock }: Ports,
  entities: EntityStore,
): Promise<boolean> {
  const at = new Date(clock.now()).toISOString();
  const unparked: LoadedEntity = { ...after, etag, parked: left };
  const deletes = done.map(({ event }) => ({ op: "delete", id: parkedId(event.id) }) as const);
  return (await entities.write(key, unparked, { others: deletes }, at)).written;
}
