import { z } from "zod";
import { derivation } from "./derivation.ts";
import { onlyOne } from "./only-one.ts";

const column = z.string().min(1).max(1_000);
const columns = z.array(column).min(1).max(10_000);

/** One step over the columns of a row: one of its members says which. */
export const columnStep = onlyOne(
  z.strictObject({
    select: columns.optional().describe("Keeps these columns alone, in this order."),
    rename: z
      .record(column, column)
      .optional()
      .describe("New names by the old ones; the columns keep their places."),
    drop: columns.optional().describe("Leaves these columns out."),
    derive: z
      .record(column, derivation)
      .optional()
      .describe("Values by the name of their column: a new one, behind the others, or one that is there."),
    trim: z
      .union([z.literal("all"), columns])
      .optional()
      .describe('Takes blanks off both ends of the texts in these columns, or in "all".'),
  }),
  "a step",
);

/** One of them. */
export type ColumnStep = z.output<typeof columnStep>;
