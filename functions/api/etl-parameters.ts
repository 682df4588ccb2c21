import type { Delimiter } from "../../engine/datasets/csv/part.ts";
import { encodingNamed } from "../../engine/datasets/file/text/encoding.ts";
import { tableNameOf } from "../../engine/datasets/file/names/table-name.ts";
import { type LoadRequest, type Mode, MODES } from "../../engine/datasets/load/request.ts";
import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import type { Issue } from "../../engine/sync/quarantine.ts";
import { problem, Refused } from "./http.ts";

/** What an upload may say beside its file, in the query or in fields of its form. */
export const ETL_PARAMETERS = [
  "name",
  "mode",
  "key",
  "strict",
  "again",
  "encoding",
  "delimiter",
  "text",
] as const;

/** One of them. */
type Name = (typeof ETL_PARAMETERS)[number];

/** The delimiters as they are asked for; the words are there for who finds the characters hard to send. */
const DELIMITER: ReadonlyMap<string, Delimiter> = new Map([
  [",", ","],
  ["comma", ","],
  [";", ";"],
  ["semicolon", ";"],
  ["\t", "\t"],
  ["tab", "\t"],
]);

/** Most characters of a title: a field of a form has no more either. */
const MAX_TITLE = 4_096;

/** Most columns of a key. */
const KEY_COLUMNS = 16;

/**
 * What a load is to do, from what the query and the form say of it. `file`: the name of the file, where it has one. Throws
 * a Refused of 400 that names each parameter that is not known, given twice, or has no such value.
 */
export function loadRequestOf(
  query: URLSearchParams,
  fields: ReadonlyMap<string, string>,
  file: string | undefined,
): Omit<LoadRequest, "owner"> {
  const issues: Issue[] = [];
  const given = gathered(query, fields, issues);
  const refuse = (path: Name, message: string): undefined => void issues.push({ path, message });
  const flag = (name: "strict" | "again"): boolean => {
    const text = given.get(name) ?? "false";
    if (text !== "true" && text !== "false") refuse(name, "must be true or false");
    return text === "true";
  };
  const text = given.get("mode") ?? "create";
  const mode: Mode | undefined =
    MODES.find((known) => known === text) ?? refuse("mode", `must be one of ${MODES.join(", ")}`);
  const key = given
    .get("key")
    ?.split(",")
    .map((name) => name.trim());
  if (key?.some((name) => name === "")) refuse("key", "must be names of columns, with commas between them");
  if (key && key.length > KEY_COLUMNS) refuse("key", `must be at most ${KEY_COLUMNS} columns`);
  if (key && new Set(key).size < key.length) refuse("key", "names a column twice");
  if (key && mode !== undefined && mode !== "upsert") refuse("key", "is for mode=upsert");
  const asked = given.get("delimiter");
  const delimiter =
    asked === undefined ? undefined : (DELIMITER.get(asked) ?? refuse("delimiter", "must be , ; or tab"));
  const encoding = orRefuse("encoding", given.get("encoding"), encodingNamed, issues);
  const name = given.get("name") ?? file;
  if (name === undefined) refuse("name", "must be given: a body has no file name");
  const table = orRefuse("name", name, tableNameOf, issues);
  const [strict, again] = [flag("strict"), flag("again")];
  const title = given.get("text");
  if (title !== undefined && title.length > MAX_TITLE)
    refuse("text", `must have at most ${MAX_TITLE} characters`);
  if (issues.length > 0 || mode === undefined || table === undefined) {
    throw new Refused(problem(400, "The upload is not asked for rightly.", { issues }));
  }
  return {
    table,
    file: name ?? "",
    mode,
    ...(key ? { key } : {}),
    strict,
    again,
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(title === undefined ? {} : { title }),
  };
}

/**
 * Checks the fields that came behind the file: the load has begun without them. Throws a FileFaultError where one would
 * have meant something.
 */
export function checkLateFields(known: ReadonlySet<string>, fields: ReadonlyMap<string, string>): void {
  const late = [...fields.keys()].filter((name) => !known.has(name) && name !== "text");
  if (late.length === 0) return;
  throw new FileFaultError(
    `the form has ${late.map((name) => `\`${name}\``).join(", ")} behind the file: send it before the file, or in the query`,
  );
}

function gathered(
  query: URLSearchParams,
  fields: ReadonlyMap<string, string>,
  issues: Issue[],
): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const [path, value] of [...query, ...fields]) {
    if (!ETL_PARAMETERS.some((known) => known === path)) {
      issues.push({ path, message: `is no parameter; there are ${ETL_PARAMETERS.join(", ")}` });
    } else if (given.has(path)) {
      issues.push({ path, message: "is given twice" });
    } else {
      given.set(path, value);
    }
  }
  return given;
}

function orRefuse<Value>(
  path: Name,
  text: string | undefined,
  parse: (text: string) => Value,
  issues: Issue[],
): Value | undefined {
  try {
    return text === undefined ? undefined : parse(text);
  } catch (error) {
    if (!(error instanceof FileFaultError)) throw error;
    issues.push({ path, message: error.message });
    return undefined;
  }
}
