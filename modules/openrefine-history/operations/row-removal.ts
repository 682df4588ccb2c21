import { z } from "zod";
import { engineConfig } from "../facets.ts";
import { named } from "../members.ts";
import { operationKind } from "../operation.ts";

/** Removes the rows that its facets match: all of them where it has none. */
export const rowRemoval = operationKind(
  "core/row-removal",
  z.strictObject({ ...named, engineConfig }),
  ({ engineConfig: { asks, matches } }) => ({
    asks,
    begin: () => ({
      take(row, give) {
        if (!matches(row)) give(row);
      },
    }),
  }),
);
