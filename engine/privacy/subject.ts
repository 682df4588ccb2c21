import type { DocumentDefinition } from "../define/document.ts";
import { entityId, entityKey, type IdPart, parseKey, pseudonymousId } from "../define/key.ts";
import { PSEUDONYM_KEY } from "../sync/identify.ts";
import type { Settings } from "../settings/settings.ts";

/** How the parts of an id become a key of this document; undefined for parts that make none (an empty one). */
export function keysOf(
  { name, pseudonymous }: Pick<DocumentDefinition, "name" | "pseudonymous">,
  settings: Settings,
): (parts: readonly IdPart[]) => string | undefined {
  const secret = pseudonymous ? settings.value(PSEUDONYM_KEY) : undefined;
  return (parts) => {
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
