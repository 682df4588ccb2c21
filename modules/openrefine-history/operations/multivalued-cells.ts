import { z } from "zod";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { cellText } from "../../tables/cell-text.ts";
import { column, named } from "../members.ts";
import { type Give, isBlankIn, operationKind, type Row } from "../operation.ts";
import { cutInto, separated } from "./column-split.ts";

const multivalued = { ...named, columnName: column, keyColumnName: column };

/** Splits cells over rows: those below that have nothing in the column and in that of the key, and new ones. */
export const multivaluedCellSplit = operationKind(
  "core/multivalued-cell-split",
  z.discriminatedUnion("mode", [
    z.strictObject({
      ...multivalued,
      mode: z.literal("separator"),
      separator: z.string().min(1),
      regex: z.literal(false, { error: "a split by a regular expression is not supported" }).default(false),
    }),
    z.strictObject({
      ...multivalued,
      mode: z.literal("lengths"),
      fieldLengths: z.array(z.int().min(0)).min(1).max(10_000),
    }),
  ]),
  (split) => {
    const { columnName, keyColumnName: key } = split;
    const partsOf = (text: string): string[] =>
      split.mode === "separator" ? separated(text, split.separator, 0) : cutInto(text, split.fieldLengths);
    return {
      asks: [columnName, key],
      begin() {
        let waiting: string[] = [];
        const flush = (give: Give): void => {
          for (const part of waiting) give(new Map([[columnName, part]]));
          waiting = [];
        };
        return {
          take(row, give) {
            const isBlank = isBlankIn(row, columnName);
            const isFree = isBlank && isBlankIn(row, key);
            const [next] = waiting;
            if (isFree && next !== undefined) {
              row.set(columnName, next);
              waiting = waiting.slice(1);
            } else {
              flush(give);
              const [first = "", ...others] = isBlank ? [] : partsOf(cellText(row.get(columnName)));
              if (others.length > 0) row.set(columnName, first);
              waiting = others;
            }
            give(row);
          },
          end: flush,
        };
      },
    };
  },
);

/** Rows of one key that are held until the next, and their characters: more is refused. */
const MOST = { rows: 10_000, characters: 16 * 1024 * 1024 };

/** Joins the cells of a record, which begins with a key, in its first row; rows that have nothing left go. */
export const multivaluedCellJoin = operationKind(
  "core/multivalued-cell-join",
  z.strictObject({ ...multivalued, separator: z.string() }),
  ({ columnName, keyColumnName: key, separator }) => ({
    asks: [columnName, key],
    begin() {
      let record: Row[] = [];
      let size = 0;
      const flush = (give: Give): void => {
        const [first, ...others] = record;
        [record, size] = [[], 0];
        if (!first) return;
        if (others.length > 0) {
          const texts = [first, ...others].map((row) => cellText(row.get(columnName)));
          first.set(columnName, texts.filter((text) => text !== "").join(separator));
          for (const row of others) row.delete(columnName);
        }
        give(first);
        for (const row of others) if ([...row.keys()].some((name) => !isBlankIn(row, name))) give(row);
      };
      return {
        take(row, give) {
          if (!isBlankIn(row, key)) flush(give);
          else if (record.length === 0) return give(row);
          record.push(row);
          for (const cell of row.values()) size += cellText(cell).length;
          if (record.length > MOST.rows || size > MOST.characters)
            throw new PermanentError(
              `a record is of over ${MOST.rows} rows or ${MOST.characters} characters: its key is ${JSON.stringify(cellText(record[0]?.get(key)).slice(0, 60))}`,
            );
        },
        end: flush,
      };
    },
  }),
);
