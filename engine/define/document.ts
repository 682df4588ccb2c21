import type { z } from "zod";
import { type PersonalPaths, personalPathsOf, personalWithin } from "./personal.ts";
import { schemaFaults } from "./schema.ts";

/** Which sources outrank which, per sub-schema or path (`contact`, `contact.email`): highest first. */
export type Priority = Readonly<Record<string, readonly string[]>>;

/** The unified document of one kind of entity; made by {@link defineDocument}. */
export interface DocumentDefinition<
  Name extends string = string,
  Schema extends z.ZodObject = z.ZodObject,
  Part extends string = string,
> {
  readonly kind: "document";
  readonly name: Name;
  readonly schema: Schema;
  /** Names of the id's parts, in order; events carry members of these names. */
  readonly id: readonly Part[];
  /** The id is an HMAC of its parts (needs the setting `CAUDAL_PSEUDONYM_KEY`). */
  readonly pseudonymous: boolean;
  readonly priority: Priority;
  /** Paths that say since when another path has its value, and which: `consent.since` of `consent.marketing`. */
  readonly since: Readonly<Record<string, string>>;
  readonly personal: PersonalPaths;
  readonly subSchemas: readonly string[];
}

/** The data of a document as rules and integrations see it. */
export type DataOf<D extends DocumentDefinition> = z.output<D["schema"]>;

/** What a document is made of. */
export interface DocumentOptions<Schema extends z.ZodObject, Part extends string> {
  /** Names of the id's parts: `["documentType", "documentNumber"]`. At least one. */
  id: readonly [Part, ...Part[]];
  /** The whole document: an object whose members are the sub-schemas. */
  schema: Schema;
  /** Hide the id's parts behind an HMAC. Default false. */
  pseudonymous?: boolean;
  /** Sources, highest first, whose observations stand against those of lower ones whatever their time. Default: the latest wins. */
  priority?: { readonly [Member in Extract<keyof z.output<Schema>, string>]?: readonly string[] } & Priority;
  /**
   * Paths that the engine itself keeps: since when (event time) another path has its value, whatever the order of
   * arrival: `{ "consent.since": "consent.marketing" }`. What a rule gives there only has to fit the schema.
   */
  since?: Readonly<Record<string, string>>;
}

const NAME = /^[a-z][a-z0-9-]{0,47}$/;

/**
 * Defines the unified document of an entity. Throws a TypeError when the name is malformed (`[a-z][a-z0-9-]*`, at
 * most 48 characters), when a priority names an unknown sub-schema, when a member whose own members are all
 * optional is not optional itself (empty objects are not kept), or when the schema has what no document can hold:
 * defaults, dates and other values that JSON cannot say.
 */
export function defineDocument<
  const Name extends string,
  Schema extends z.ZodObject,
  const Part extends string,
>(name: Name, options: DocumentOptions<Schema, Part>): DocumentDefinition<Name, Schema, Part> {
  if (!NAME.test(name)) throw new TypeError(`document "${name}": names are ${NAME}`);
  const shape = options.schema.shape as Record<string, z.ZodType>;
  const subSchemas = Object.keys(shape);
  for (const [member, schema] of Object.entries(shape)) {
    if (schema.safeParse({}).success && !schema.safeParse(undefined).success) {
      throw new TypeError(
        `document "${name}": "${member}" may be empty, so make it optional: an empty object is not kept`,
      );
    }
  }
  const [fault] = schemaFaults(options.schema, { invents: false });
  if (fault !== undefined) throw new TypeError(`document "${name}": ${fault}`);
  for (const path of Object.keys(options.priority ?? {})) {
    const [first = ""] = path.split(".");
    if (!subSchemas.includes(first)) {
      throw new TypeError(`document "${name}": priority names the unknown sub-schema "${first}"`);
    }
  }
  const personal = personalPathsOf(options.schema);
  for (const path of Object.entries(options.since ?? {}).flat()) {
    const [first = ""] = path.split(".");
    if (!subSchemas.includes(first)) {
      throw new TypeError(`document "${name}": since names the unknown sub-schema "${first}"`);
    }
    // What was said is remembered outside the audit records, where no erasure would look for it.
    if (personalWithin(personal, path.split(".")).length > 0) {
      throw new TypeError(`document "${name}": since cannot follow "${path}", which is personal`);
    }
  }
  return {
    kind: "document",
    name,
    schema: options.schema,
    id: options.id,
    pseudonymous: options.pseudonymous ?? false,
    priority: options.priority ?? {},
    since: options.since ?? {},
    personal,
    subSchemas,
  };
}
