import { z } from "zod";
import { engineConfig } from "../facets.ts";
import { evaluate } from "../grel/evaluate.ts";
import { columnsOf } from "../grel/expression.ts";
import { cellOf, rowOf } from "../grel-row.ts";
import { column, expression, named, onError } from "../members.ts";
import { eachRow, operationKind } from "../operation.ts";

/** Puts the value of an expression in the place of each cell; with `repeat`, again until it stays the same, so often at most. */
export const textTransform = operationKind(
  "core/text-transform",
  z.strictObject({
    ...named,
    engineConfig,
    columnName: column,
    expression,
    onError,
    repeat: z.boolean().default(false),
    repeatCount: z.int().min(0).max(1_000).default(0),
  }),
  ({ engineConfig: { asks, matches }, columnName, expression: of, onError: then, repeat, repeatCount }) => ({
    asks: [columnName, ...columnsOf(of), ...asks],
    begin: () =>
      eachRow((row) => {
        if (!matches(row)) return;
        const first = cellOf(evaluate(of, rowOf(row, columnName)));
        if (first === undefined) {
          if (then === "set-to-blank") row.set(columnName, "");
          return;
        }
        row.set(columnName, first);
        const most = repeat ? repeatCount : 0;
        for (let [times, before] = [0, first]; times < most; times++) {
          const again = cellOf(evaluate(of, rowOf(row, columnName)));
          if (again === undefined || again === before) break;
          row.set(columnName, again);
          before = again;
        }
      }),
  }),
);
