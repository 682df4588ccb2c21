import { z } from "zod";
import { datePattern } from "./date-pattern.ts";
import { onlyOne } from "./only-one.ts";

const column = z.string().min(1).max(1_000);
const text = z.string().max(10_000);

const date = z
  .strictObject({
    column,
    from: datePattern.describe(
      "How the column writes dates: DD/MM/YYYY; YYYY, MM, DD, HH, mm, ss stand for digits.",
    ),
    to: datePattern.prefault("YYYY-MM-DD").describe("How they are to be written."),
  })
  .refine(({ from, to }) => to.parts.every((part) => from.parts.includes(part)), {
    path: ["to"],
    error: 'has a part that "from" has not',
  });

const number = z.preprocess(
  (value) => (typeof value === "string" ? { column: value } : value),
  z
    .strictObject({
      column,
      decimal: z.enum([".", ","]).default(".").describe("What stands before the fraction."),
      thousands: z.enum(["", ".", ",", " ", "'"]).default("").describe("What may stand between thousands."),
    })
    .refine(({ decimal, thousands }) => (decimal as string) !== thousands, {
      path: ["thousands"],
      error: "must be another than decimal",
    }),
);

/** How a value is made of a row's others: one of the members says how. An empty value stays empty, but for `concat`, `default` and `constant`. */
export const derivation = onlyOne(
  z.strictObject({
    concat: z
      .array(
        z.union([column, z.strictObject({ text })], { error: 'must be a column, or a text: {"text": ", "}' }),
      )
      .min(1)
      .max(1_000)
      .optional()
      .describe("Columns, and texts between them, one behind the other."),
    upper: column.optional().describe("In upper case."),
    lower: column.optional().describe("In lower case."),
    trim: column.optional().describe("Without blanks at both ends."),
    replace: z
      .strictObject({ column, find: text.min(1), with: text })
      .optional()
      .describe("With one text for each place of another."),
    split: z
      .strictObject({
        column,
        separator: text.min(1),
        part: z.int().refine((part) => part !== 0, "counts from 1; from -1 it counts from the end"),
      })
      .optional()
      .describe(
        "One of the parts between separators: from 1, or, from -1, counted from the end; empty where there are fewer.",
      ),
    number: number
      .optional()
      .describe("As a number of JSON: 1.234,50 → 1234.50. What is none ends the step."),
    date: date.optional().describe("Written in another way. What is no date ends the step."),
    default: z
      .strictObject({ column, value: z.union([text, z.number(), z.boolean()]) })
      .optional()
      .describe("The column's value, or this one where it is empty."),
    constant: z.union([text, z.number(), z.boolean()]).optional().describe("The same in each row."),
  }),
  "a value",
);

/** One of them. */
export type Derivation = z.output<typeof derivation>;

/** The columns that a value is made of. */
export function columnsOf(derivation: Derivation): readonly string[] {
  const { concat, upper, lower, trim, replace, split, number, date, default: other } = derivation;
  if (concat) return concat.filter((part) => typeof part === "string");
  const column = upper ?? lower ?? trim ?? (replace ?? split ?? number ?? date ?? other)?.column;
  return column === undefined ? [] : [column];
}
