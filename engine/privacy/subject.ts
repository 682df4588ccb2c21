import type { AppDefinition } from "../define/app.ts";
import type { DocumentDefinition } from "../define/document.ts";
import { entityId, entityKey, type IdPart, parseKey, pseudonymousId } from "../define/key.ts";
import { PSEUDONYM_KEY } from "../sync/identify.ts";
import type { Settings } from "../settings/settings.ts";

/** What an erasure must know of a document. */
export type ErasableDocument = Pick<
  DocumentDefinition,
  "name" | "id" | "personal" | "pseudonymous" | "subSchemas"
>;

/**
 * What an erasure knows of an entity's document. Where the app has its definition no more, nobody knows what in it is
 * personal, so that all of it is; and nobody knows the parts of its id, by which inputs could speak of it.
 */
export function erasableOf(app: Pick<AppDefinition, "documents">, key: string): ErasableDocument {
  const { entity: name } = parseKey(key);
  const gone = { name, id: [], personal: [[]], pseudonymous: false, subSchemas: [] };
  return app.documents.get(name) ?? gone;
}

/** How the parts of an id become a key of this document; undefined for parts that make none (an empty one, or none). */
export function keysOf(
  { name, pseudonymous }: Pick<DocumentDefinition, "name" | "pseudonymous">,
  settings: Settings,
): (parts: readonly IdPart[]) => string | undefined {
  const secret = pseudonymous ? settings.value(PSEUDONYM_KEY) : undefined;
  return (parts) => {
    if (parts.length === 0) return undefined;
    if (parts.some((part) => part === "" || (typeof part === "number" && !Number.isFinite(part))))
      return undefined;
    const id = secret === undefined ? entityId(name, parts) : pseudonymousId(name, parts, secret);
    return entityKey(name, id);
  };
}

/** The parts of an id that stands in its key as it is; undefined where it is hashed, or made of others. */
export function plainParts(
  { id: names, pseudonymous }: Pick<DocumentDefinition, "id" | "pseudonymous">,
  key: string,
): readonly string[] | undefined {
  const { id } = parseKey(key);
  const parts = id.split("-");
  if (pseudonymous || parts.length !== names.length) return undefined;
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
