import type { Documents, Item } from "../ports.ts";

/** A secret that all hosts share: item `secret|<name>` of `control`; every write is guarded by its etag. */
export interface SecretItem extends Item {
  readonly kind: "secret";
  readonly name: string;
  /** The value, encrypted; null before the first one. */
  readonly sealed: string | null;
  /** When it was stored; null before the first one. */
  readonly at: string | null;
  /** Who makes the next value, and until when nobody else may; null when nobody does. */
  readonly renewing: { readonly by: string; readonly until: string } | null;
}

/** The item as read, with the etag that guards the next write; undefined before the first one. */
export interface HeldSecret {
  readonly item: SecretItem;
  readonly etag: string | undefined;
}

/** Reads a secret's item; an empty one where there is none yet. */
export async function readSecret(documents: Documents, name: string): Promise<HeldSecret> {
  const id = `secret|${name}`;
  const stored = await documents.read<SecretItem>("control", id, id);
  if (stored) return { item: stored.item, etag: stored.etag };
  return { item: { id, kind: "secret", name, sealed: null, at: null, renewing: null }, etag: undefined };
}

/** Alters a secret's item; undefined when somebody else did since it was read. */
export async function changeSecret(
  documents: Documents,
  { item, etag }: HeldSecret,
  change: Partial<Pick<SecretItem, "sealed" | "at" | "renewing">>,
): Promise<HeldSecret | undefined> {
  const { id, kind, name, sealed, at, renewing } = item;
  const next: SecretItem = { id, kind, name, sealed, at, renewing, ...change };
  const write =
    etag === undefined
      ? ({ op: "create", item: next } as const)
      : ({ op: "replace", item: next, etag } as const);
  const result = await documents.write("control", id, [write]);
  return result.written ? { item: next, etag: result.etags[0] } : undefined;
}
