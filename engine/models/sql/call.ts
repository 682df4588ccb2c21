import { castType } from "./data-type.ts";
import { AGGREGATES, KNOWN, WINDOWED, WITHOUT_BRACKETS } from "./functions.ts";
import { textRule } from "./names.ts";
import type { Place } from "./place.ts";
import { shown, type StatementReader } from "./statement-reader.ts";
import { intervalUnit } from "./units.ts";
import { orderedBy, over, type Parts } from "./window.ts";

/** Steps over what stands between the brackets of a call. */
type Arguments = (reader: StatementReader, parts: Parts) => void;

/**
 * Steps over a call of a function, where one comes next; a space before the bracket is no matter. Throws a
 * SqlFaultError that names a function which may not be called at this place.
 */
export function takeCall(reader: StatementReader, place: Place, parts: Parts): boolean {
  const { kind, text } = reader.ahead();
  const { kind: next, text: bracket } = reader.ahead(1);
  const isCalled = next === "sign" && bracket === "(";
  if (kind === "name" && isCalled)
    reader.fail(`${shown(text)} is called: the name of a function stands without backticks`);
  const name = text.toUpperCase();
  if (kind !== "word" || !(isCalled || WITHOUT_BRACKETS.has(name))) return false;
  if (!KNOWN.has(name)) {
    reader.fail(
      `the function ${shown(name)} is none that a model may call: those of texts, numbers, dates, JSON and groups of rows are`,
    );
  }
  if (!place.functions.has(name)) reader.fail(`the function ${name} may not stand in ${place.what}`);
  reader.take();
  if (!isCalled) return true;
  const plain = AGGREGATES.has(name) ? aggregated : values;
  reader.bracketed(() => (OWN.get(name) ?? plain)(reader, parts));
  if (AGGREGATES.has(name) || WINDOWED.has(name)) over(reader, parts);
  return true;
}

/** None or more values, with commas between. */
const values: Arguments = (reader, { one }) => {
  if (!reader.isSign(")")) reader.listed(one);
};

const aggregated: Arguments = (reader, { one }) => {
  reader.takeWord("DISTINCT");
  reader.listed(one);
};

const part: Arguments = (reader, { one }) => {
  reader.listed(one);
  if (!reader.takeWord("FROM")) return;
  one();
  if (reader.takeWord("FOR")) one();
};

const unitFirst: Arguments = (reader, { one }) => {
  intervalUnit(reader);
  reader.expectSign(",");
  reader.listed(one);
};

/** Those whose arguments are more than values with commas between. */
const OWN: ReadonlyMap<string, Arguments> = new Map<string, Arguments>([
  [
    "CAST",
    (reader, { one }) => {
      one();
      reader.expectWord("AS");
      castType(reader);
    },
  ],
  [
    "CHAR",
    (reader, { one }) => {
      reader.listed(one);
      if (reader.takeWord("USING")) textRule(reader, "a character set");
    },
  ],
  [
    "CONVERT",
    (reader, { one }) => {
      one();
      if (reader.takeSign(",")) return castType(reader);
      reader.expectWord("USING");
      textRule(reader, "a character set");
    },
  ],
  [
    "COUNT",
    (reader, parts) => {
      if (!reader.takeSign("*")) aggregated(reader, parts);
    },
  ],
  [
    "EXTRACT",
    (reader, { one }) => {
      intervalUnit(reader);
      reader.expectWord("FROM");
      one();
    },
  ],
  [
    "GROUP_CONCAT",
    (reader, parts) => {
      aggregated(reader, parts);
      orderedBy(reader, parts);
      if (reader.takeWord("SEPARATOR")) reader.expectString("what separates");
    },
  ],
  ["MID", part],
  ["SUBSTR", part],
  ["SUBSTRING", part],
  ["TIMESTAMPADD", unitFirst],
  ["TIMESTAMPDIFF", unitFirst],
  [
    "TRIM",
    (reader, { one }) => {
      const side = reader.takeWord("BOTH", "LEADING", "TRAILING");
      if (!side || !reader.isWord("FROM")) one();
      if (reader.takeWord("FROM")) one();
    },
  ],
]);
