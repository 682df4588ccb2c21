import { z } from "zod";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { engineConfig } from "../facets.ts";
import { evaluate } from "../grel/evaluate.ts";
import { columnsOf } from "../grel/expression.ts";
import { cellOf, rowOf } from "../grel-row.ts";
import { column, expression, named, onError } from "../members.ts";
import { eachRow, operationKind } from "../operation.ts";

/** Adds a column whose cells are the values of an expression. */
export const columnAddition = operationKind(
  "core/column-addition",
  z.strictObject({
    ...named,
    engineConfig,
    baseColumnName: column,
    expression,
    onError,
    newColumnName: column,
    columnInsertIndex: z.int().min(0),
  }),
  ({ engineConfig: { asks, matches }, baseColumnName: base, expression: of, onError: then, ...added }) => ({
    asks: [base, ...columnsOf(of), ...asks],
    after(before) {
      const { newColumnName: name, columnInsertIndex: index } = added;
      if (before.includes(name))
        throw new PermanentError(`there is a column ${JSON.stringify(name)} already`);
      if (index > before.length)
        throw new PermanentError(`"columnInsertIndex" is ${index}, and there are ${before.length} columns`);
      return before.toSpliced(index, 0, name);
    },
    begin: () =>
      eachRow((row) => {
        if (!matches(row)) return;
        const cell = cellOf(evaluate(of, rowOf(row, base)));
        row.set(added.newColumnName, cell ?? (then === "keep-original" ? (row.get(base) ?? "") : ""));
      }),
  }),
);
