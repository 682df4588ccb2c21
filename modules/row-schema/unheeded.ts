import { SUPPORTED } from "./supported.ts";

/** A keyword that would say nothing where it stands, and what is to be done. */
export interface Unheeded {
  readonly keyword: string;
  readonly message: string;
}

/** Keywords beside which no other is heeded, but for the type of a choice. */
const ALONE = ["$ref", "const", "enum"] as const;

/**
 * What a schema says in vain: a keyword without the type that it is of, or beside one that overrules it, a choice that is of another
 * type, a requirement of what is not described.
 */
export function unheeded(schema: Readonly<Record<string, unknown>>): Unheeded[] {
  const given = SUPPORTED.keywords.filter((keyword) => isGiven(schema[keyword]));
  const types = [schema["type"] ?? []].flat();
  const found: Unheeded[] = [];
  const alone = ALONE.find((keyword) => given.includes(keyword));
  for (const keyword of given) {
    const of = SUPPORTED.keywordTypes.get(keyword) ?? [];
    if (alone !== undefined && keyword !== alone && !(keyword === "type" && alone !== "$ref"))
      found.push({ keyword, message: `is not heeded beside "${alone}"` });
    else if (of.length > 0 && !of.some((type) => types.includes(type)))
      found.push({
        keyword,
        message: `is heeded with "type": ${of.map((type) => `"${type}"`).join(" or ")} alone`,
      });
  }
  if (types.length > 0) {
    const choices = [
      schema["enum"] ?? [],
      "const" in schema && schema["const"] !== undefined ? [schema["const"]] : [],
    ].flat();
    const other = choices.find((choice) => !typesOf(choice).some((type) => types.includes(type)));
    if (other !== undefined)
      found.push({ keyword: "type", message: `is another than that of ${JSON.stringify(other)}` });
  }
  const described = schema["properties"] ?? {};
  for (const name of [schema["required"] ?? []].flat())
    if (typeof name === "string" && !Object.hasOwn(described, name))
      found.push({
        keyword: "required",
        message: `names ${JSON.stringify(name)}, which "properties" does not describe: add ${JSON.stringify({ [name]: {} })}`,
      });
  return found;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function typesOf(value: unknown): string[] {
  if (value === null) return ["null"];
  return typeof value === "number" && Number.isInteger(value) ? ["number", "integer"] : [typeof value];
}
