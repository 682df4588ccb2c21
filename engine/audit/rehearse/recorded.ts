import type { DocumentDefinition } from "../../define/document.ts";
import { CONTROL_PREFIX } from "../../define/event.ts";
import { eraseDocument } from "../../privacy/erase-document.ts";
import { ERASER } from "../../privacy/erased.ts";
import type { EntityState } from "../../sync/fold.ts";
import { keepValid } from "../../sync/keep-valid.ts";
import { pathSegments, sameValue, type Segments, valueAt, withValue } from "../../sync/paths.ts";
import { type Assertion, resolve } from "../../sync/resolve.ts";
import type { AuditRecord } from "../record.ts";
import type { Heard } from "./heard.ts";

/** The document before and after a record, as it was recorded. */
export interface Stood {
  readonly before: unknown;
  readonly after: unknown;
}

/** What decides how a record is applied without asking its rule. */
export interface Recorded {
  readonly record: AuditRecord;
  readonly stood: Stood;
  /** Undefined where the app has no such document any more. */
  readonly document: DocumentDefinition | undefined;
  readonly order: "observation" | "arrival";
}

const NO_DEFINITION = { priority: {}, since: {} };

/**
 * An entity after a record whose event is not run again: what the record lists as changed, stale or outranked is what
 * its event said, and is judged anew against what stands by now. So where nothing differs by then, nothing does after.
 */
export function applyRecorded(state: EntityState, recorded: Recorded, heard: Heard): EntityState {
  const { record } = recorded;
  const erasure = record.event.type === `${CONTROL_PREFIX}erase`;
  const { data, observed } = erasure
    ? erase(state, recorded)
    : record.event.type === `${CONTROL_PREFIX}undo`
      ? takeBack(state, recorded, heard)
      : judge(state, recorded);
  return {
    ...state,
    data,
    observed,
    version: state.version + (sameValue(state.data, data) ? 0 : 1),
    sequence: state.sequence + 1,
    head: record.hash,
    ...(erasure ? { erased: { at: record.at } } : {}),
  };
}

type Standing = Pick<EntityState, "data" | "observed">;

function judge(state: EntityState, { record, stood, document, order }: Recorded): Standing {
  const definition = document ?? NO_DEFINITION;
  const said = saidBy(record, stood, definition.since);
  const { time, source } = record.event;
  const resolution = resolve(state.data, state.observed, said, { time, source }, definition, order);
  // What fitted no schema of its time, or is of an older schema, is not for today's to judge.
  const judged =
    document && !sameValue(resolution.data, stood.after) && isValid(document, stood.after)
      ? keepValid(state, document.schema, resolution)
      : resolution;
  return { data: withTimes(judged.data, state.data, stood, definition), observed: judged.observed };
}

/** What the event of a record said, as far as the record lists it. */
function saidBy(
  { changes, refused = [], outcome, reason, event }: AuditRecord,
  { before }: Stood,
  since: DocumentDefinition["since"],
): readonly Assertion[] {
  // Of all outcomes this one alone has its reason from a rule that removed the entity.
  if (outcome === "removed" && reason !== undefined) return [{ at: [], value: undefined }];
  const listed = [...changes, ...refused.filter((refusal) => refusal.reason !== "invalid")];
  const said: Assertion[] = listed
    .filter(({ path }) => !(path in since))
    .map(({ path, new: value }) => ({ at: pathSegments(path), value }));
  // A time that moves by itself: the event said of what it is about what stood, or what did not.
  for (const { path, new: start } of changes) {
    const subject = path in since ? pathSegments(since[path] ?? "") : undefined;
    if (!subject || said.some(({ at }) => covers(at, subject))) continue;
    said.push({ at: subject, value: start === event.time ? valueAt(before, subject) : undefined });
  }
  return said;
}

function covers(at: Segments, subject: Segments): boolean {
  return at.every((name, index) => name === subject[index]);
}

/**
 * Since when a value stands follows from all that was ever said of it, of which records list a part. Where the value
 * is as it was recorded, so is its time.
 */
function withTimes(
  data: unknown,
  before: unknown,
  stood: Stood,
  { since }: Pick<DocumentDefinition, "since">,
): unknown {
  return Object.entries(since).reduce((timed, [path, about]) => {
    const [at, subject] = [pathSegments(path), pathSegments(about)];
    const asRecorded =
      sameValue(valueAt(before, at), valueAt(stood.before, at)) &&
      sameValue(valueAt(timed, subject), valueAt(stood.after, subject));
    return asRecorded ? withValue(timed, at, valueAt(stood.after, at)) : timed;
  }, data);
}

/** Takes the personal values out of a document, and what else the erasure took with them, for want of which it was none. */
function erase(state: EntityState, { record, stood, document }: Recorded): Standing {
  const sighting = { time: record.at, source: ERASER };
  const { data, observed } = eraseDocument(state, document, sighting);
  const rest = record.changes.reduce((left: unknown, { path, new: value }) => {
    const at = pathSegments(path);
    return sameValue(valueAt(left, at), valueAt(stood.before, at)) ? withValue(left, at, value) : left;
  }, data);
  return { data: rest, observed };
}

/** What an undo took back goes where it still stands, and what it restored stands as it once did. */
function takeBack(
  { data: standing, observed: seen }: EntityState,
  { record }: Recorded,
  heard: Heard,
): Standing {
  let data = standing;
  const observed = { ...seen };
  for (const { path, old, new: value } of record.changes) {
    const at = pathSegments(path);
    if (!sameValue(valueAt(data, at), old)) continue;
    data = withValue(data, at, value);
    const sighting = heard.sightingOf(path, value);
    if (sighting) observed[path] = sighting;
    else delete observed[path];
  }
  return { data, observed };
}

function isValid({ schema }: DocumentDefinition, data: unknown): boolean {
  return data === undefined || schema.safeParse(data).success;
}
