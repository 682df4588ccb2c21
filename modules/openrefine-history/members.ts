import { z } from "zod";
import { parseGrel } from "./grel/parse.ts";
import { GrelSyntaxError } from "./grel/grel-syntax-error.ts";

/** A member that names a column. */
export const column = z.string().min(1).max(10_000);

/** A member that is an expression. */
export const expression = z.string().transform((text, context) => {
  try {
    return parseGrel(text);
  } catch (error) {
    if (!(error instanceof GrelSyntaxError)) throw error;
    context.addIssue({ code: "custom", message: `${JSON.stringify(text)}: ${error.message}`, input: text });
    return z.NEVER;
  }
});

/** A member that says what becomes of a cell for which an expression has no value. */
export const onError = z.enum(["keep-original", "set-to-blank"], {
  error: ({ input }) => `${JSON.stringify(input)} is not supported, only "keep-original" and "set-to-blank"`,
});

/** The members that all operations have: `op`, and what OpenRefine says of it. */
export const named = { op: z.string(), description: z.string().optional() };
