import { z } from "zod";
import type { Operation, OperationKind } from "./operation.ts";
import { columnAddition } from "./operations/column-addition.ts";
import { columnSplit } from "./operations/column-split.ts";
import { columnMove, columnRemoval, columnRename, columnReorder } from "./operations/columns.ts";
import { blankDown, fillDown } from "./operations/down.ts";
import { massEdit } from "./operations/mass-edit.ts";
import { multivaluedCellJoin, multivaluedCellSplit } from "./operations/multivalued-cells.ts";
import { rowRemoval } from "./operations/row-removal.ts";
import { textTransform } from "./operations/text-transform.ts";

/** What is understood of OpenRefine's operations: https://openrefine.org/docs/manual/running#reusing-operations. */
export const OPERATIONS: ReadonlyMap<string, OperationKind> = new Map(
  [
    columnRename,
    columnRemoval,
    columnReorder,
    columnMove,
    columnAddition,
    columnSplit,
    textTransform,
    massEdit,
    fillDown,
    blankDown,
    rowRemoval,
    multivaluedCellSplit,
    multivaluedCellJoin,
  ].map((kind) => [kind.name, kind]),
);

/** An operation of a history, by its place and name. */
export interface Entry {
  /** `operation 2 (core/column-rename)` */
  readonly title: string;
  readonly operation: Operation;
}

/** An operation history, as Undo / Redo → Extract gives it. What is not supported is refused with its place and name. */
export const history = z
  .array(z.looseObject({ op: z.string() }, { error: 'must be an operation: an object with "op"' }))
  .min(1)
  .max(10_000)
  .transform((operations, context): Entry[] =>
    operations.flatMap((given, place) => {
      const title = `operation ${place + 1} (${given.op})`;
      const refuse = (message: string, path: readonly PropertyKey[]): void =>
        context.addIssue({
          code: "custom",
          path: [place, ...path],
          message: `${title}: ${message}`,
          input: given,
        });
      const kind = OPERATIONS.get(given.op);
      if (!kind) {
        refuse(`is not supported, only ${[...OPERATIONS.keys()].join(", ")}`, ["op"]);
        return [];
      }
      const { data, error } = kind.schema.safeParse(given);
      for (const { path, message } of error?.issues ?? []) refuse(message, path);
      return data ? [{ title, operation: data }] : [];
    }),
  );
