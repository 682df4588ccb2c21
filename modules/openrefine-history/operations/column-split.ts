import { z } from "zod";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { cellText } from "../../tables/cell-text.ts";
import type { Cell } from "../../tables/table.ts";
import { engineConfig } from "../facets.ts";
import { numberOf } from "../grel/functions.ts";
import { column, named } from "../members.ts";
import { eachRow, isBlankIn, operationKind, type Row } from "../operation.ts";

/** Most columns that a split may make. */
const MOST = 10_000;

/** What a split says in either mode. */
const either = {
  ...named,
  engineConfig,
  columnName: column,
  guessCellType: z.boolean().default(false),
  removeOriginalColumn: z.boolean().default(false),
};

const how = z.discriminatedUnion("mode", [
  z.strictObject({
    ...either,
    mode: z.literal("separator"),
    separator: z.string().min(1),
    regex: z.literal(false, { error: "a split by a regular expression is not supported" }).default(false),
    maxColumns: z.int().default(0),
  }),
  z.strictObject({
    ...either,
    mode: z.literal("lengths"),
    fieldLengths: z.array(z.int().min(0)).min(1).max(MOST),
  }),
]);

/** Splits cells over columns behind theirs: as many as the cell of the most parts has, `Name 1`, `Name 2`. */
export const columnSplit = operationKind("core/column-split", how, (split) => {
  const { columnName, guessCellType, removeOriginalColumn: removes, engineConfig: rows } = split;
  const partsOf = (row: Row): string[] => {
    if (isBlankIn(row, columnName) || !rows.matches(row)) return [];
    const text = cellText(row.get(columnName));
    return split.mode === "separator"
      ? separated(text, split.separator, split.maxColumns)
      : cutInto(text, split.fieldLengths);
  };
  const valueOf = (text: string): Cell => (guessCellType ? (numberOf(text) ?? text) : text);
  return {
    asks: [columnName, ...rows.asks],
    partsOf: (row) => partsOf(row).length,
    after(before, parts) {
      if (parts > MOST)
        throw new PermanentError(`a cell has ${parts} parts, and at most ${MOST} columns are made`);
      const place = before.indexOf(columnName) + 1;
      const after = before.toSpliced(place, 0, ...namesOf(columnName, before, parts));
      return removes ? after.filter((name) => name !== columnName) : after;
    },
    begin(before, parts) {
      const names = namesOf(columnName, before, parts);
      return eachRow((row) => {
        for (const [place, part] of partsOf(row).entries()) {
          const name = names[place];
          if (name !== undefined) row.set(name, valueOf(part));
        }
        if (removes) row.delete(columnName);
      });
    },
  };
});

/** Names for the parts, out of the way of columns that are there. */
function namesOf(column: string, before: readonly string[], parts: number): string[] {
  const taken = new Set(before);
  const names: string[] = [];
  for (let number = 1; names.length < parts; number++) {
    const name = `${column} ${number}`;
    if (!taken.has(name)) names.push(name);
  }
  return names;
}

/** The parts between separators; of more than `most`, where that is above 0, the last has the rest. */
export function separated(text: string, separator: string, most: number): string[] {
  const parts = text.split(separator);
  if (most <= 0 || parts.length <= most) return parts;
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}

/** Parts of these lengths; what is behind the last is left out. */
export function cutInto(text: string, lengths: readonly number[]): string[] {
  let from = 0;
  return lengths.map((length) => {
    const part = text.slice(from, from + length);
    from += length;
    return part;
  });
}
