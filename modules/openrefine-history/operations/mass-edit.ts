import { z } from "zod";
import { engineConfig } from "../facets.ts";
import { evaluate } from "../grel/evaluate.ts";
import { columnsOf } from "../grel/expression.ts";
import { textOf } from "../grel/functions.ts";
import { isBlank, isFault } from "../grel/value.ts";
import { rowOf } from "../grel-row.ts";
import { column, expression, named } from "../members.ts";
import { eachRow, operationKind } from "../operation.ts";

const edit = z
  .strictObject({
    from: z.array(z.string()).default([]),
    fromBlank: z.boolean().default(false),
    fromError: z.boolean().default(false),
    to: z.union([z.string(), z.number(), z.boolean()]),
    type: z.enum(["text", "number", "boolean"], { error: "an edit to a date is not supported" }).optional(),
  })
  .transform(({ from, fromBlank, ...more }) => ({
    ...more,
    from,
    fromBlank: fromBlank || (from.length === 1 && from[0] === ""),
  }));

/** Puts other values in the place of some, as clusters do; the last edit that names one wins. */
export const massEdit = operationKind(
  "core/mass-edit",
  z.strictObject({ ...named, engineConfig, columnName: column, expression, edits: z.array(edit) }),
  ({ engineConfig: { asks, matches }, columnName, expression: of, edits }) => {
    const to = new Map(edits.flatMap((each) => each.from.map((from) => [from, each.to] as const)));
    const ofBlank = edits.findLast(({ fromBlank }) => fromBlank)?.to;
    const ofFault = edits.findLast(({ fromError }) => fromError)?.to;
    return {
      asks: [columnName, ...columnsOf(of), ...asks],
      begin: () =>
        eachRow((row) => {
          if (!matches(row)) return;
          const value = evaluate(of, rowOf(row, columnName));
          const cell = isFault(value) ? ofFault : isBlank(value) ? ofBlank : to.get(textOf(value) ?? "");
          if (cell !== undefined) row.set(columnName, cell);
        }),
    };
  },
);
