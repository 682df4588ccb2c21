import { quoted } from "../../mysql/quoted.ts";
import type { Kind } from "../dataset.ts";

/** How many characters of a text its key has. */
export const TEXT_KEY_CHARACTERS = 128;

/** What the name of a key column begins with, by kind. */
const LETTERS: Readonly<Record<Kind, string>> = { number: "n", date: "d", text: "t" };
const KINDS: Readonly<Record<string, Kind>> = { n: "number", d: "date", t: "text" };

/** The type of a key column, by kind. Bytes compare without padding: `a` and `a ` are two texts. */
const TYPES: Readonly<Record<Kind, string>> = {
  number: "DECIMAL(65,30)",
  date: "VARCHAR(26) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
  text: `VARBINARY(${4 * TEXT_KEY_CHARACTERS})`,
};

/** Bytes of a key in an index, at most. */
export const KEY_BYTES: Readonly<Record<Kind, number>> = {
  number: 30,
  date: 4 * 26 + 2,
  text: 4 * TEXT_KEY_CHARACTERS + 2,
};

/** What a date without them has behind it. */
const MIDNIGHT = "0000-00-00T00:00:00.000000";

/**
 * What cells count as (see CellCounts). PCRE, ICU and JavaScript read these alike. They do without backslashes, which a
 * server's mode may take literally, and without `?`, for which a driver fills in values.
 */
const NUMBER = "^-{0,1}(0|[1-9][0-9]{0,34})([.][0-9]{1,30}){0,1}$";
const DATE =
  "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" +
  "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6}){0,1}){0,1}Z{0,1}){0,1}$";

/** The name of a key column: `_n3` is the number in column 3. `place`: in the dataset's columns, from 1. */
export function keyColumnName(kind: Kind, place: number): string {
  return `_${LETTERS[kind]}${place}`;
}

/** What a name of {@link keyColumnName} says; undefined for another name. */
export function parseKeyColumnName(
  name: string,
): { readonly kind: Kind; readonly place: number } | undefined {
  const [, letter = "", place = ""] = /^_([ndt])([1-9][0-9]{0,4})$/.exec(name) ?? [];
  const kind = KINDS[letter];
  return kind && { kind, place: Number(place) };
}

/**
 * The SQL of the key of a column, for its generated column or inline:
 * - number: DECIMAL(65,30), with all digits that CellCounts lets a number have;
 * - date: text, `2020-06-01T00:00:00.000000` whatever form the cell has;
 * - text: the bytes of the first {@link TEXT_KEY_CHARACTERS} characters.
 * NULL where the cell is none of that kind: never 0, and never an error. Nothing in it depends on the session.
 */
export function keyExpression(kind: Kind, columnName: string): string {
  const cell = quoted(columnName);
  if (kind === "text") return `CAST(LEFT(${cell}, ${TEXT_KEY_CHARACTERS}) AS BINARY)`;
  // On a server, `$` lets a line end stand behind it.
  const isWhole = `RIGHT(${cell}, 1) BETWEEN '0' AND '9'`;
  if (kind === "number") {
    return `CASE WHEN ${cell} REGEXP '${NUMBER}' AND ${isWhole} THEN CAST(${cell} AS DECIMAL(65,30)) END`;
  }
  const time = `REPLACE(REPLACE(${cell}, ' ', 'T'), 'Z', '')`;
  const full = `CONCAT(${time}, SUBSTRING('${MIDNIGHT}', CHAR_LENGTH(${time}) + 1))`;
  return `CASE WHEN ${cell} REGEXP '${DATE}' AND (${isWhole} OR RIGHT(${cell}, 1) = 'Z') THEN ${full} END`;
}

/** The definition of a key column, behind ADD COLUMN. */
export function keyColumnDefinition(kind: Kind, place: number, columnName: string): string {
  const name = quoted(keyColumnName(kind, place));
  return `${name} ${TYPES[kind]} GENERATED ALWAYS AS (${keyExpression(kind, columnName)}) VIRTUAL`;
}

const IS_NUMBER = new RegExp(NUMBER);
const IS_DATE = new RegExp(DATE);

/**
 * An operand as the key of that kind has it, so that both compare: a number as it stands (for `CAST(? AS
 * DECIMAL(65,30))`), a date in its full form, a text's first characters. Undefined for what is no number or no date: such an
 * operand compares with nothing.
 */
export function operandOf(kind: Kind, text: string): string | undefined {
  if (kind === "number") return IS_NUMBER.test(text) ? text : undefined;
  if (kind === "text") {
    const enough = text.slice(0, 2 * TEXT_KEY_CHARACTERS);
    return Array.from(enough, (character) => character)
      .slice(0, TEXT_KEY_CHARACTERS)
      .join("");
  }
  if (!IS_DATE.test(text)) return undefined;
  const time = text.replace(" ", "T").replace("Z", "");
  return time + MIDNIGHT.slice(time.length);
}
