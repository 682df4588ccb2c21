import type { DocumentItem } from "../../sync/entity.ts";
import { sameValue } from "../../sync/paths.ts";
import type { Break } from "./break.ts";
import type { ReplayedState } from "../replay.ts";

/** What an entity's records come to. */
export interface Folded {
  readonly state: ReplayedState;
  /** Some record was not read, so that the data cannot be known. */
  readonly unread: boolean;
  /** When the last erasure was recorded. */
  readonly erasedAt?: string | undefined;
}

/**
 * What of a document is not what its records come to; undefined where all of it is. `observed` and `parked` are not in
 * the log, and not compared.
 */
export function documentBreak(
  document: DocumentItem,
  { state, unread, erasedAt }: Folded,
): Break | undefined {
  const { key, sequence } = document;
  const { id, kind, entity, entityId, data, version, head, deleted, erased } =
    document as Loose<DocumentItem>;
  const broken = (detail: string): Break => ({
    key,
    id: "document",
    sequence,
    kind: "document",
    detail,
  });
  if (id !== "document" || kind !== "document" || `${String(entity)}|${String(entityId)}` !== key) {
    return broken("it does not name itself as the document of this key");
  }
  if (sequence !== state.sequence)
    return broken(`it says ${sequence} records where there are ${state.sequence}`);
  if (head !== state.head) return broken("its head is not the hash of the newest record");
  if (version !== state.version)
    return broken(`it says version ${String(version)} where its records come to ${state.version}`);
  if (!unread && !sameValue(data, state.data))
    return broken(`its data is not what its records come to, at ${differing(data, state.data)}`);
  // Without data there is a document that was removed, or none yet.
  const removed = data === undefined && state.version > 0;
  if (deleted !== (removed ? true : undefined))
    return broken("it says otherwise than its records whether it is removed");
  if ((erased as { at?: unknown } | undefined)?.at !== erasedAt)
    return broken("it says otherwise than its records when it was erased");
  return undefined;
}

type Loose<T> = { readonly [Name in keyof T]?: unknown };

/** The sub-schemas that differ: names only, since values may be personal. */
function differing(one: unknown, other: unknown): string {
  const [a, b] = [one, other].map((value) => (value ?? {}) as Record<string, unknown>);
  const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  const found = names.filter((name) => !sameValue(a?.[name], b?.[name])).slice(0, 10);
  return found.length > 0 ? found.join(", ") : "its root";
}
