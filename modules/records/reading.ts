import { z } from "zod";
import { DELIMITERS } from "../../engine/datasets/csv/part.ts";
import { FORMATS } from "./record.ts";

/** How a module's configuration says how its file is to be read. */
export const reading = {
  format: z.enum(FORMATS).optional().describe("Default: told by the file's first character."),
  delimiter: z.enum(DELIMITERS).optional().describe("Of a CSV; default: found."),
};
