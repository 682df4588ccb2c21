import type { z } from "zod";

/** A schema that another one is made of. */
interface Inner {
  readonly schema: z.core.$ZodType;
  /** The member of the data that it describes, `*` for any index or key; undefined: the same data as its parent. */
  readonly name?: string;
  /** It describes what is given to its parent, or names in the data, rather than the data that comes out. */
  readonly aside?: true;
}

/** The schemas that one is directly made of. Source: the definitions of zod 4, `$ZodTypes` (https://zod.dev/packages/core). */
export function innerSchemas(schema: z.core.$ZodType): readonly Inner[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const any = (inner: z.core.$ZodType): Inner => ({ schema: inner, name: "*" });
  switch (def.type) {
    case "object":
      return [
        ...Object.entries(def.shape).map(([name, member]) => ({ schema: member, name })),
        ...(def.catchall ? [any(def.catchall)] : []),
      ];
    case "array":
      return [any(def.element)];
    case "tuple":
      return [
        ...def.items.map((item, index) => ({ schema: item, name: String(index) })),
        ...(def.rest ? [any(def.rest)] : []),
      ];
    case "record":
      return [{ schema: def.keyType, aside: true }, any(def.valueType)];
    case "union":
      return def.options.map((option) => ({ schema: option }));
    case "intersection":
      return [{ schema: def.left }, { schema: def.right }];
    case "pipe":
      return [{ schema: def.in, aside: true }, { schema: def.out }];
    case "lazy":
      // The getter may make a new schema each time; zod keeps the first.
      return [{ schema: (schema as z.core.$ZodLazy)._zod.innerType }];
    default:
      return "innerType" in def ? [{ schema: def.innerType }] : [];
  }
}

/** What JSON cannot say: between source, queue and store, data travels as JSON. */
const NO_JSON = new Set(["date", "bigint", "map", "set", "symbol", "nan", "function", "file", "promise"]);
/** What says a value that nobody gave. */
const INVENTED = new Set(["default", "prefault", "catch"]);

/**
 * Why a schema cannot be a document's (or, with `invents`, an event's): one fault per place that comes out as what
 * JSON cannot say, or that fills in a value of its own. In a document such a value would pass for a source's word.
 */
export function schemaFaults(schema: z.core.$ZodType, { invents }: { invents: boolean }): string[] {
  const faults: string[] = [];
  const visited = new Set<z.core.$ZodType>();
  const walk = (at: z.core.$ZodType, path: string): void => {
    if (visited.has(at)) return;
    visited.add(at);
    const { type } = (at as z.core.$ZodTypes)._zod.def;
    if (NO_JSON.has(type)) faults.push(`"${path}" is a ${type}, which JSON cannot say`);
    if (!invents && INVENTED.has(type))
      faults.push(`"${path}" has a ${type}: make it optional instead, no source said it`);
    for (const { schema: inner, name, aside } of innerSchemas(at)) {
      if (!aside) walk(inner, name === undefined ? path : path === "" ? name : `${path}.${name}`);
    }
  };
  walk(schema, "");
  return faults;
}
