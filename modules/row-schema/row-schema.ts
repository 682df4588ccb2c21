import { z } from "zod";
import { patternFault } from "./pattern-fault.ts";
import { unheeded } from "./unheeded.ts";
import { SUPPORTED } from "./supported.ts";

/** A JSON Schema of one value, as far as it is understood here. */
export interface ValueSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly anyOf?: readonly ValueSchema[] | undefined;
  readonly $ref?: string | undefined;
  readonly pattern?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly [keyword: string]: unknown;
}

/** A JSON Schema of a row. */
export interface RowSchema {
  readonly properties: Readonly<Record<string, ValueSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema | undefined;
  readonly $defs?: Readonly<Record<string, ValueSchema>> | undefined;
}

const annotations = {
  $schema: z.string().optional(),
  $id: z.string().optional(),
  $comment: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  deprecated: z.boolean().optional(),
};

const size = z.int().min(0).optional();
const keywords = {
  ...annotations,
  enum: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .min(1)
    .optional(),
  const: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  minLength: size,
  maxLength: size,
  pattern: z
    .string()
    .superRefine((pattern, context) => {
      const fault = patternFault(pattern);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault, input: pattern });
    })
    .optional(),
  format: z.enum(SUPPORTED.formats, { error: `is none of ${SUPPORTED.formats.join(", ")}` }).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  minItems: size,
  maxItems: size,
  uniqueItems: z.boolean().optional(),
};

const typeName = z.enum(SUPPORTED.types);

const value: z.ZodType<ValueSchema> = z.lazy(() =>
  z
    .strictObject(
      {
        ...keywords,
        type: z
          .union([typeName, z.array(typeName).min(1)], {
            error: `is none of ${SUPPORTED.types.join(", ")}, nor a list of them`,
          })
          .optional(),
        anyOf: z.array(value).min(1).optional(),
        $ref: z
          .string()
          .regex(/^#\/\$defs\/[^/]+$/, 'must lead to "#/$defs/…"')
          .optional(),
        items: value.optional(),
        properties: z.record(z.string(), value).optional(),
        required: z.array(z.string()).optional(),
        additionalProperties: z.union([z.boolean(), value]).optional(),
      },
      { error: unknownKeyword },
    )
    .superRefine(refuseUnheeded),
);

/**
 * A JSON Schema of rows (https://json-schema.org/draft/2020-12/json-schema-validation): that of an object, of which each keyword is
 * heeded: one that would not be is refused.
 */
export const rowSchema: z.ZodType<RowSchema> = z
  .strictObject(
    {
      ...annotations,
      type: z.literal("object", { error: 'must be "object": it is a row that is described' }),
      properties: z.record(z.string(), value).default({}),
      required: z.array(z.string()).default([]),
      additionalProperties: z.union([z.boolean(), value]).optional(),
      $defs: z.record(z.string(), value).optional(),
    },
    { error: unknownKeyword },
  )
  .superRefine(refuseUnheeded);

function unknownKeyword(issue: {
  readonly code: string;
  readonly keys?: readonly unknown[];
}): string | undefined {
  if (issue.code !== "unrecognized_keys") return undefined;
  return `has keywords that are not heeded here: ${issue.keys?.join(", ")}; there are ${SUPPORTED.keywords.join(", ")}`;
}

function refuseUnheeded(schema: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  for (const { keyword, message } of unheeded(schema))
    context.addIssue({ code: "custom", path: [keyword], message, input: schema });
}
