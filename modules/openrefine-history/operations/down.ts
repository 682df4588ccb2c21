import { z } from "zod";
import type { Cell } from "../../tables/table.ts";
import { engineConfig } from "../facets.ts";
import { column, named } from "../members.ts";
import { eachRow, isBlankIn, operationKind } from "../operation.ts";

const schema = z.strictObject({ ...named, engineConfig, columnName: column });

/** Fills blank cells with what is above them. */
export const fillDown = operationKind(
  "core/fill-down",
  schema,
  ({ engineConfig: { asks, matches }, columnName }) => ({
    asks: [columnName, ...asks],
    begin() {
      let above: Cell | undefined;
      return eachRow((row) => {
        if (!matches(row)) return;
        if (!isBlankIn(row, columnName)) above = row.get(columnName);
        else if (above !== undefined) row.set(columnName, above);
      });
    },
  }),
);

/** Empties cells that have the same as the one above them. */
export const blankDown = operationKind(
  "core/blank-down",
  schema,
  ({ engineConfig: { asks, matches }, columnName }) => ({
    asks: [columnName, ...asks],
    begin() {
      let above: Cell | undefined;
      return eachRow((row) => {
        if (!matches(row)) return;
        const cell = isBlankIn(row, columnName) ? undefined : row.get(columnName);
        if (cell !== undefined && cell === above) row.set(columnName, "");
        above = cell;
      });
    },
  }),
);
