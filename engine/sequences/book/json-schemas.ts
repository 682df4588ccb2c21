import { z } from "zod";
import { sequenceFile } from "../sequence.ts";
import { MODULES_FILE } from "./modules-file.ts";

/** What stands in a schema of JSON Schema, as far as it is ours. */
type Schema = Record<string, unknown>;

/** The JSON Schemas (https://json-schema.org/draft/2020-12) of the files that people write, of which they are: `sequence`, `modules`. */
export function jsonSchemas(): ReadonlyMap<string, Schema> {
  return new Map([
    ["sequence", titled("A sequence of Caudal", sequenceFile)],
    ["modules", titled("Modules of Caudal that are commands", MODULES_FILE)],
  ]);
}

function titled(title: string, schema: z.ZodType): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" }) as Schema;
  return { $schema, title, ...withSchemaMember(rest) };
}

/** Lets the file name its schema, as editors like it to; what reads the file passes over that. */
function withSchemaMember(schema: Schema): Schema {
  const { anyOf, properties, type } = schema;
  if (Array.isArray(anyOf)) return { ...schema, anyOf: anyOf.map((each: Schema) => withSchemaMember(each)) };
  if (type !== "object") return schema;
  const { propertyNames, ...rest } = schema;
  const own = { $schema: { type: "string" }, ...Object(properties) };
  // Names of modules begin with a letter: `$schema` is none, and to be allowed beside them.
  return propertyNames === undefined
    ? { ...rest, properties: own }
    : { ...rest, properties: own, propertyNames: { anyOf: [{ const: "$schema" }, propertyNames] } };
}
