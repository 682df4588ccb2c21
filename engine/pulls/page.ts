import { createHash } from "node:crypto";
import type { Observation } from "../define/event.ts";
import type { PullDefinition } from "../define/pull.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { OutgoingMessage, Ports, Queue } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { eventsOf, keyOf, messageOf, timeFault } from "../sync/identify.ts";
import { type Issue, type Made, quarantine, tooLargeIssue, tryToMake } from "../sync/quarantine.ts";

/** What a page of records came to. */
export interface PageResult {
  readonly records: number;
  readonly events: number;
  readonly quarantined: number;
}

/** A record and the messages that carry its events. */
interface Taken {
  readonly record: unknown;
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Sends the events of a page; a record that no event can be made of, or whose event is larger than a message can be,
 * goes to quarantine, and the others go on. Rejects when store or queue fail, and with a MissingSettingError.
 */
export async function takePage(
  pull: PullDefinition,
  records: readonly unknown[],
  ports: Ports,
  settings: Settings,
): Promise<PageResult> {
  const now = ports.clock.now();
  let quarantined = 0;
  const refuse = async (record: unknown, issues: readonly Issue[]): Promise<void> => {
    const body = Buffer.from(JSON.stringify(record) ?? "null");
    const deliveryId = createHash("sha256").update(body).digest("hex");
    const at = new Date(now).toISOString();
    await quarantine(ports.documents, { via: "pull", name: pull.name, deliveryId, at, issues, body });
    quarantined += 1;
  };
  const taken: Taken[] = [];
  for (const record of records) {
    const read = messagesOf(pull, record, now, settings);
    if ("issues" in read) await refuse(record, read.issues);
    else taken.push({ record, messages: read.value });
  }
  let events = taken.reduce((sum, { messages }) => sum + messages.length, 0);
  for (const { record, messages, error } of await sendFitting(ports.queue("events"), taken)) {
    await refuse(record, [tooLargeIssue(error, messages.length)]);
    events -= messages.length;
  }
  return { records: records.length, events, quarantined };
}

function messagesOf(
  pull: PullDefinition,
  record: unknown,
  now: number,
  settings: Settings,
): Made<readonly OutgoingMessage[]> {
  const observed = tryToMake(() => {
    const parsed = pull.record.parse(record);
    return (pull.events as (record: unknown) => readonly Observation[])(parsed);
  });
  if ("issues" in observed) return observed;
  const faults = observed.value.flatMap((observation) => timeFault(observation, now) ?? []);
  if (faults.length > 0) return { issues: faults.map((message) => ({ path: "", message })) };
  return tryToMake(() => {
    const [first] = observed.value;
    if (!first) return [];
    // A polled record has no delivery of its own: what it is and when it was seen tell it from all others.
    const id = keyOf(first, settings).slice(first.definition.about.name.length + 1);
    const origin = { source: pull.source, deliveryId: `${id}@${first.time}` };
    return eventsOf(observed.value, origin, settings).map(messageOf);
  });
}

/**
 * Sends all that the queue takes, and gives the records whose events are too large. A refusal does not say which
 * message it means, so each half is sent for itself, down to one record; what had been accepted is swallowed as a
 * repeat.
 */
async function sendFitting(
  queue: Queue,
  taken: readonly Taken[],
): Promise<(Taken & { readonly error: TooLargeError })[]> {
  const messages = taken.flatMap((each) => each.messages);
  if (messages.length === 0) return [];
  try {
    await queue.send(messages);
    return [];
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    const [only] = taken;
    if (only && taken.length === 1) return [{ ...only, error }];
    const middle = Math.ceil(taken.length / 2);
    const first = await sendFitting(queue, taken.slice(0, middle));
    return [...first, ...(await sendFitting(queue, taken.slice(middle)))];
  }
}
