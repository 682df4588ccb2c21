import type { DocumentDefinition } from "../define/document.ts";
import { personalWithin } from "../define/personal.ts";
import { pathText, type Segments } from "../sync/paths.ts";
import { declaredPath } from "./declared-path.ts";
import { MASKED, maskValue } from "./mask.ts";

// What the result of a run may say of a document. Results are kept where no erasure looks, so nothing personal may
// stand in one, whoever reads it.

/** Longest value and longest path that are shown, in characters of JSON. */
const MAX_SHOWN = 200;

/** A place in a document, as a result may name it, and the values there. */
export interface ShownPlace {
  readonly path: string;
  /** A value there: masked where it is personal, cut where it is long. */
  readonly value: (value: unknown) => unknown;
}

/** How a place and its values are shown; without a definition nobody knows what is personal, and all is masked. */
export function shownAt(document: DocumentDefinition | undefined, at: Segments): ShownPlace {
  const { personal = [[]], schema } = document ?? {};
  // What today's schema does not know may have been personal in one before.
  const known = schema !== undefined && declaredPath(schema, at).declared;
  const isPersonal = !known || personalWithin(personal, at).length > 0;
  return {
    path: isPersonal ? fieldOf(document, at) : cut(pathText(at)),
    value: (value) => short(known ? maskValue(value, personal, at) : MASKED),
  };
}

/**
 * The field that a path lies in: the path, with `*` for the names that data gives. Nothing of it is personal, and there
 * are no more fields than the schema has.
 */
export function fieldOf(document: DocumentDefinition | undefined, at: Segments): string {
  const path = document
    ? declaredPath(document.schema, at).path
    : at.map((name, index) => (index === 0 ? name : "*"));
  return cut(pathText(path));
}

function short(value: unknown): unknown {
  const json = JSON.stringify(value);
  return json.length <= MAX_SHOWN ? value : cut(typeof value === "string" ? value : json);
}

function cut(text: string): string {
  return (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text).toWellFormed();
}
