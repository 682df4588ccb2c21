import type { DocumentDefinition } from "../../define/document.ts";
import { CONTROL_PREFIX } from "../../define/event.ts";
import { eraseDocument } from "../../privacy/erase-document.ts";
import { ERASER } from "../../privacy/erased.ts";
import type { EntityState } from "../../sync/fold.ts";
import { keepValid } from "../../sync/keep-valid.ts";
import { type Observed, type Sighting, standingAt } from "../../sync/observed.ts";
import { pathSegments, sameValue, type Segments, valueAt, withValue } from "../../sync/paths.ts";
import { type Assertion, resolve } from "../../sync/resolve.ts";
import { sinceWhen, type Statement } from "../../sync/since.ts";
import type { AuditRecord } from "../record.ts";
import type { Heard } from "./heard.ts";
import type { Statements } from "./statements.ts";

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

/** What one entity's records told so far beside their changes. */
export interface Memory {
  readonly heard: Heard;
  readonly statements: Statements;
}

/** Stands for the definition of a document that the app has no more. */
export const NO_DEFINITION: Pick<DocumentDefinition, "priority" | "since"> = { priority: {}, since: {} };

/**
 * An entity after a record whose event is not run again: what the record lists as changed, stale or outranked is what
 * its event said, and is judged anew against what stands by now. So where nothing differs by then, nothing does after.
 */
export function applyRecorded(state: EntityState, recorded: Recorded, memory: Memory): EntityState {
  const { record } = recorded;
  const erasure = record.event.type === `${CONTROL_PREFIX}erase`;
  const { data, observed } = erasure
    ? erase(state, recorded)
    : record.event.type === `${CONTROL_PREFIX}undo`
      ? takeBack(state, recorded, memory)
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
 * was and is as it was recorded, so is its time.
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
      sameValue(valueAt(before, subject), valueAt(stood.before, subject)) &&
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

/**
 * What an undo took back goes where it still stands, and what it restored stands as it once did. Since when values
 * stand follows from what is said without the culprit.
 */
function takeBack(state: EntityState, { record, stood, document }: Recorded, memory: Memory): Standing {
  const definition = document ?? NO_DEFINITION;
  let { data } = state;
  const observed = { ...state.observed };
  for (const { path, old, new: value } of record.changes) {
    const at = pathSegments(path);
    if (path in definition.since || !sameValue(valueAt(data, at), old)) continue;
    data = withValue(data, at, value);
    const sighting = memory.heard.sightingOf(path, value);
    if (sighting) observed[path] = sighting;
    else delete observed[path];
  }
  for (const [path, said] of memory.statements.after(state.observed, record, definition.since)) {
    const about = definition.since[path] ?? "";
    const start = startOf(data, { path, about, said }, definition);
    // Where what is left does not tell, it is as it was for as long as the value stands.
    if (start === undefined && valueAt(data, pathSegments(about)) !== undefined) continue;
    data = withValue(data, pathSegments(path), start);
    const [time, , source] = said.at(-1) ?? [];
    if (time === undefined || source === undefined) delete observed[path];
    else observed[path] = { time, source, ...observed[path], said };
  }
  const timed = withTimes(data, state.data, stood, definition);
  return document && isValid(document, stood.after)
    ? keepValid(state, document.schema, { data: timed, observed, changes: [], refused: [] })
    : { data: timed, observed };
}

/**
 * The sightings of a document, with a statement for each time in it that was recorded and that what was heard does not
 * tell: a record does not list what its event said where that was refused as invalid, and an undo may have let it
 * stand. The next event that is run again reckons all times from what was said.
 */
export function withToldTimes(
  { data, observed }: Standing,
  { since, priority }: Pick<DocumentDefinition, "priority" | "since">,
): Observed {
  const told: Record<string, Sighting> = {};
  for (const [path, about] of Object.entries(since)) {
    const subject = pathSegments(about);
    const [value, start] = [valueAt(data, subject), valueAt(data, pathSegments(path))];
    if (value === undefined || typeof start !== "string") continue;
    const said = observed[path]?.said ?? [];
    if (startOf(data, { path, about, said }, { priority }) !== undefined) continue;
    const source = standingAt(observed, priority, subject)?.source ?? "";
    told[path] = { time: start, source, ...observed[path], said: [[start, value, source]] };
  }
  return Object.keys(told).length > 0 ? { ...observed, ...told } : observed;
}

function startOf(
  data: unknown,
  { path, about, said }: { path: string; about: string; said: readonly Statement[] },
  { priority }: Pick<DocumentDefinition, "priority">,
): string | undefined {
  const [time, , source] = said.at(-1) ?? [];
  if (time === undefined || source === undefined) return undefined;
  const sighting = { time, source, said };
  return sinceWhen({ since: { [path]: about }, priority }, { [path]: sighting }, [], sighting, data)[0]
    ?.value;
}

function isValid({ schema }: DocumentDefinition, data: unknown): boolean {
  return data === undefined || schema.safeParse(data).success;
}
