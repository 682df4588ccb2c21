import { z } from "zod";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { column, named } from "../members.ts";
import { eachRow, operationKind } from "../operation.ts";

/** Gives a column another name. */
export const columnRename = operationKind(
  "core/column-rename",
  z.strictObject({ ...named, oldColumnName: column, newColumnName: column }),
  ({ oldColumnName: from, newColumnName: to }) => ({
    asks: [from],
    after(before) {
      if (from !== to && before.includes(to))
        throw new PermanentError(`there is a column ${JSON.stringify(to)} already`);
      return before.map((name) => (name === from ? to : name));
    },
    begin: () =>
      eachRow((row) => {
        const cell = row.get(from);
        row.delete(from);
        if (cell !== undefined) row.set(to, cell);
      }),
  }),
);

/** Removes a column. */
export const columnRemoval = operationKind(
  "core/column-removal",
  z.strictObject({ ...named, columnName: column }),
  ({ columnName }) => ({
    asks: [columnName],
    after: (before) => before.filter((name) => name !== columnName),
    begin: () => eachRow((row) => void row.delete(columnName)),
  }),
);

/** Puts columns in an order, and removes those that it does not name. */
export const columnReorder = operationKind(
  "core/column-reorder",
  z.strictObject({ ...named, columnNames: z.array(column).min(1), isPreview: z.boolean().optional() }),
  ({ columnNames }) => ({
    asks: columnNames,
    after: () => [...new Set(columnNames)],
    begin(before) {
      const removed = before.filter((name) => !columnNames.includes(name));
      return eachRow((row) => {
        for (const name of removed) row.delete(name);
      });
    },
  }),
);

/** Puts a column at a place, from 0. */
export const columnMove = operationKind(
  "core/column-move",
  z.strictObject({ ...named, columnName: column, index: z.int().min(0) }),
  ({ columnName, index }) => ({
    asks: [columnName],
    after: (before) =>
      before
        .filter((name) => name !== columnName)
        .toSpliced(Math.min(index, before.length - 1), 0, columnName),
  }),
);
