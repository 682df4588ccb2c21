/** What is heeded of JSON Schema: https://json-schema.org/draft/2020-12/json-schema-validation. */
export const SUPPORTED = {
  types: ["string", "number", "integer", "boolean", "null", "array", "object"],
  formats: ["email", "uri", "uuid", "date", "date-time", "time", "duration", "ipv4", "ipv6"],
  keywords: [
    "type",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "required",
    "additionalProperties",
  ],
  /** The types that keywords are of: with another they would say nothing. */
  keywordTypes: new Map<string, readonly string[]>([
    ...["minLength", "maxLength", "pattern", "format"].map((keyword) => [keyword, ["string"]] as const),
    ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"].map(
      (keyword) => [keyword, ["number", "integer"]] as const,
    ),
    ...["items", "minItems", "maxItems", "uniqueItems"].map((keyword) => [keyword, ["array"]] as const),
    ...["properties", "required", "additionalProperties"].map((keyword) => [keyword, ["object"]] as const),
  ]),
} as const;
