import rhea, { type Typed } from "rhea";
import type { Lock } from "../entity/lock.ts";
import type { Queue } from "../entity/queue.ts";
import { messageLockLost, notImplemented } from "../service-error.ts";
import type { PropertyValues } from "../wire/application-properties.ts";
import { encodeTyped } from "./rhea-internals.ts";

const { types } = rhea;

/** A client's outcome for a delivery, as rhea unwraps it. */
export interface Outcome {
  readonly constructor: { readonly composite_type?: string };
  /** The encoded fields, typed. */
  readonly value: readonly (Typed | undefined)[];
  described(): Typed;
}

const REJECTED = 0x25;

/**
 * What the broker answers to a settlement it carried out. A rejection is echoed without its error, which
 * clients would take for a failure of the settlement.
 */
export function echo(outcome: Outcome): Typed {
  if (outcome.constructor.composite_type !== "rejected") return outcome.described();
  return types.described_nc(types.wrap_ulong(REJECTED), types.wrap_list([]));
}

/** A client that wants a message dead-lettered rejects it with this condition. */
const DEAD_LETTER = "com.microsoft:dead-letter";

/**
 * Settles a message as its receiver says. Throws ServiceError: lock lost, or an outcome unknown here.
 * Source: Service Bus AMQP protocol guide, "Settling messages".
 */
export function applyOutcome(queue: Queue, held: Lock | undefined, outcome: Outcome | undefined): void {
  if (held === undefined) throw messageLockLost();
  const lock = queue.lock(held.number);
  switch (outcome?.constructor.composite_type) {
    case "accepted":
      return queue.complete(lock);
    case "released":
      return queue.release(lock);
    case "modified":
      return modified(queue, lock, outcome);
    case "rejected":
      return rejected(queue, lock, outcome);
    default:
      throw notImplemented(`The outcome ${outcome?.constructor.composite_type ?? "without a state"}`);
  }
}

function modified(queue: Queue, lock: Lock, outcome: Outcome): void {
  const [, undeliverableHere, annotations] = outcome.value;
  const properties = entriesOf(annotations);
  if (undeliverableHere?.value === true) queue.defer(lock, properties);
  else queue.abandon(lock, properties);
}

function rejected(queue: Queue, lock: Lock, outcome: Outcome): void {
  const error = outcome.value[0];
  const fields = Array.isArray(error?.value) ? (error.value as (Typed | undefined)[]) : [];
  const properties = entriesOf(fields[2]);
  if (String(fields[0]?.value) === DEAD_LETTER) {
    queue.deadLetter(lock, undefined, undefined, properties);
    return;
  }
  const text = (field: Typed | undefined): string | undefined =>
    typeof field?.value === "string" ? field.value : undefined;
  queue.deadLetter(lock, text(fields[0]), text(fields[1]), properties);
}

/** The entries of a map as they were encoded, so that no numeric type changes. */
function entriesOf(map: Typed | undefined): PropertyValues {
  const items = Array.isArray(map?.value) ? (map.value as Typed[]) : [];
  const entries: PropertyValues = {};
  for (let i = 0; i + 1 < items.length; i += 2) {
    entries[String(items[i]!.value)] = { encoded: encodeTyped(items[i + 1]!) };
  }
  return entries;
}
