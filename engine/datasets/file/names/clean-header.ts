import { foldedName } from "./folded.ts";

/** What of a header cannot be in a column's name as it is; `duplicate` is left to who knows the other headers. */
export type NameFault = "blank" | "duplicate" | "reserved" | "long" | "characters";

/** Characters of a column's name; MySQL takes no more. */
export const LONGEST = 64;

/** Parameters of a query, which names of columns stand beside. */
const RESERVED: ReadonlySet<string> = new Set(["limit", "sort", "cursor", "fields", "format"]);

/** Control characters, what MySQL takes in no name (above U+FFFF), and halves of surrogates. */
const UNFIT = /[\p{Cc}\p{Cs}\u{10000}-\u{10ffff}]/gu;

/** A name for the column of a header at a place from 1, as long as no other column has it, and what had to be changed. */
export function cleanHeader(header: string, position: number): { name: string; faults: NameFault[] } {
  const faults: NameFault[] = [];
  const blank = { name: `column_${position}`, faults };
  const trimmed = header.trim();
  if (trimmed === "") {
    faults.push("blank");
    return blank;
  }
  let name = trimmed.normalize("NFC").replaceAll(UNFIT, "_");
  if (name !== trimmed) faults.push("characters");
  // Ours begin with `_`.
  const shown = name.replace(/^[_\s]+/u, "");
  const taken = RESERVED.has(foldedName(shown));
  if (shown !== name || taken) faults.push("reserved");
  if (shown === "") return blank;
  name = taken ? `${shown}_` : shown;
  if (name.length > LONGEST) {
    faults.push("long");
    name = cut(name, LONGEST);
  }
  return { name, faults };
}

/** The beginning of a name, without spaces at its end, which MySQL refuses. */
export function cut(name: string, length: number): string {
  return name.slice(0, length).trimEnd();
}
