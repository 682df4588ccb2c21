import { z } from "zod";
import { evaluate } from "./grel/evaluate.ts";
import { columnsOf } from "./grel/expression.ts";
import { type GrelValue, isBlank, isFault, type GrelFault } from "./grel/value.ts";
import { cellValue, rowOf } from "./grel-row.ts";
import { column, expression } from "./members.ts";
import type { Row } from "./operation.ts";

/** Which rows an operation is for. */
export interface Matching {
  /** The columns that it looks at. */
  readonly asks: readonly string[];
  readonly matches: (row: Row) => boolean;
}

const flag = z.boolean().default(false);

/** What is ticked in a facet of values: https://openrefine.org/docs/manual/facets#text-facet. */
const list = z
  .looseObject({
    type: z.literal("list"),
    columnName: column,
    expression: expression.prefault("value"),
    invert: flag,
    selection: z
      .array(z.looseObject({ v: z.looseObject({ v: z.union([z.string(), z.number(), z.boolean()]) }) }))
      .default([]),
    selectBlank: flag,
    selectError: flag,
  })
  .transform(({ columnName, expression: of, invert, selection, selectBlank, selectError }): Matching => {
    const chosen = new Set<GrelValue>(selection.map(({ v }) => v.v));
    if (chosen.size === 0 && !selectBlank && !selectError) return { asks: [columnName], matches: () => true };
    const isChosen = (value: Exclude<GrelValue, GrelFault>): boolean =>
      isBlank(value) ? selectBlank : chosen.has(value);
    const test = (value: GrelValue): boolean => (isFault(value) ? selectError : isChosen(value));
    return {
      asks: [columnName, ...columnsOf(of)],
      matches(row) {
        const value = evaluate(of, rowOf(row, columnName));
        return (Array.isArray(value) ? value.some(test) : test(value)) !== invert;
      },
    };
  });

/** A text that is looked for: https://openrefine.org/docs/manual/facets#text-filter. */
const text = z
  .looseObject({
    type: z.literal("text"),
    columnName: column,
    mode: z.literal("text", { error: "a text filter by a regular expression is not supported" }),
    query: z.string().default(""),
    caseSensitive: flag,
    invert: flag,
  })
  .transform(({ columnName, query, caseSensitive, invert }): Matching => {
    const folded = (of: string): string => (caseSensitive ? of : of.toLowerCase());
    const sought = folded(query);
    return {
      asks: [columnName],
      matches(row) {
        if (query === "") return true;
        const value = cellValue(row.get(columnName));
        return (value !== null && folded(String(value)).includes(sought)) !== invert;
      },
    };
  });

const facet = z.discriminatedUnion("type", [list, text], {
  error: ({ input }) =>
    `a facet of the type ${JSON.stringify(typeOf(input))} is not supported, only "list" and "text"`,
});

/** The rows that an operation is for, by its facets: all where it has none. */
export const engineConfig = z
  .looseObject({
    facets: z.array(facet).default([]),
    mode: z
      .literal("row-based", { error: "the mode of records is not supported, only that of rows" })
      .default("row-based"),
  })
  .prefault({})
  .transform(({ facets }): Matching => ({
    asks: facets.flatMap(({ asks }) => asks),
    matches: (row) => facets.every(({ matches }) => matches(row)),
  }));

function typeOf(input: unknown): unknown {
  return typeof input === "object" && input !== null && "type" in input ? input.type : null;
}
