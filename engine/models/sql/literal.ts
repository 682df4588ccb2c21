import type { StatementReader } from "./statement-reader.ts";

/** What may stand before a text to say its character set: sets whose bytes no server reads as quotes or signs. */
const INTRODUCERS: ReadonlySet<string> = new Set([
  "_utf8mb4",
  "_utf8mb3",
  "_utf8",
  "_ascii",
  "_latin1",
  "_binary",
]);

/** Words that are values. */
const VALUES = ["NULL", "TRUE", "FALSE"];

/** Steps over a value that is written out, where one comes next. */
export function takeLiteral(reader: StatementReader): boolean {
  const { kind, text } = reader.ahead();
  if (kind === "number") return reader.take() !== undefined;
  if (kind === "string") return takeTexts(reader);
  if (reader.takeWord(...VALUES)) return true;
  if (kind !== "word" || reader.ahead(1).kind !== "string") return false;
  if (reader.takeWord("DATE", "TIME", "TIMESTAMP")) return takeTexts(reader);
  if (!text.startsWith("_")) return false;
  if (!INTRODUCERS.has(text.toLowerCase())) {
    reader.fail(
      `${text} may not stand before a text: write it in UTF-8, or with one of ${[...INTRODUCERS].join(", ")}`,
    );
  }
  reader.take();
  return takeTexts(reader);
}

/** Texts one behind the other are one. */
function takeTexts(reader: StatementReader): true {
  while (reader.ahead().kind === "string") reader.take();
  return true;
}
