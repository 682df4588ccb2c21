import type { CloudEvent, EventDefinition } from "../define/event.ts";
import type { DeadLetter } from "../deliveries/dead-letter.ts";
import type { DeadLetterGroup } from "../deliveries/groups.ts";
import type { Overview } from "../deliveries/overview.ts";
import type { PendingDelivery } from "../deliveries/pending.ts";
import type { DeliveryRecord } from "../deliveries/records.ts";
import type { Action } from "../runs/operator-log.ts";
import type { Run } from "../runs/run.ts";
import type { Parked } from "../sync/entity.ts";
import { sameValue } from "../sync/paths.ts";
import { type Issue, tryToMake } from "../sync/quarantine.ts";
import { MASKED, maskValue } from "./mask.ts";

// What is masked of each resource, for whoever may not see personal values. A text that code outside the engine may
// have written (a rule, a schema, a mapping, another system) can quote any value, so it is masked whole. Ids, keys,
// times, counts and names stay, and so does what operators say in their own words.

/** An attempt: a mapping can put a personal value anywhere in a request, and an answer repeat it. */
export function maskDelivery(record: DeliveryRecord): DeliveryRecord {
  return masked(record, "request", "response", "error", "reason");
}

/** A dead letter: errors quote addresses and answers; the message is that of an announcement. */
export function maskDeadLetter(letter: DeadLetter): DeadLetter {
  const { message } = letter;
  const blank = message && { ...message, body: MASKED, properties: {} };
  return { ...masked(letter, "error", "fault"), ...(blank ? { message: blank } : {}) };
}

/** A group of dead letters; groups stay apart, so that it can be seen how many kinds of failure there are. */
export function maskGroup(group: DeadLetterGroup): DeadLetterGroup {
  return masked(group, "fault");
}

/** A delivery that waits: `reason` is one of a few words, `detail` may be the last error. */
export function maskPending(waits: PendingDelivery): PendingDelivery {
  return masked(waits, "detail");
}

/** Why an entity is parked: a rule's error. */
export function maskParked(parked: Parked): Parked {
  return masked(parked, "reason");
}

/**
 * An event that no audit record commits to yet. Where its data is what its definition makes of an input, the personal
 * paths of that say what to mask; nobody knows what anything else holds, and it is masked whole.
 */
export function maskEvent(event: CloudEvent, definition: EventDefinition | undefined): CloudEvent {
  const known = definition && fits(event.data, definition) ? definition.personal : [[]];
  return { ...event, data: maskValue(event.data, known) };
}

function fits(data: unknown, { schema }: EventDefinition): boolean {
  const made = tryToMake(() => schema.parse(data));
  return "value" in made && sameValue(made.value, data);
}

/** What is wrong with an input: messages quote it. Paths have names of members, which are in no place masked. */
export function maskIssues(issues: readonly Issue[]): Issue[] {
  return issues.map(({ path }) => ({ path, message: MASKED }));
}

/** A run: its error, and the fault that it was to look for. */
export function maskRun(run: Run): Run {
  const { request } = run;
  return {
    ...masked(run, "error"),
    ...(isRecord(request) ? { request: masked(withoutFault(request), "parameters") } : {}),
  };
}

/** What an operator did: the fault that it was to be about. The reason is in the operator's own words, and stays. */
export function maskAction(action: Action): Action {
  const { details } = action;
  return { ...action, ...(details ? { details: withoutFault(details) } : {}) };
}

/** How a destination stands: why it is paused may be an answer of it. */
export function maskOverview(overview: Overview): Overview {
  return overview.state === "paused" ? masked(overview, "reason") : overview;
}

function withoutFault(asked: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return masked(asked, "fault");
}

function masked<Item extends object>(item: Item, ...names: readonly (keyof Item)[]): Item {
  const hidden = names.filter((name) => item[name] !== undefined).map((name) => [name, MASKED]);
  return { ...item, ...Object.fromEntries(hidden) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
