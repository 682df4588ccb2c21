/** How a chain can be broken; docs/data.md says what each one means. */
export type BreakKind = "altered" | "missing" | "reordered" | "forked" | "document";

/** Where the log of an entity does not hold: its first place that does not. Holds no value of any record. */
export interface Break {
  readonly key: string;
  /** Id of the item at fault; where one is missing, of the item which says that it must be there. */
  readonly id: string;
  /** The place in the chain: 1 for the first record. */
  readonly sequence: number;
  readonly kind: BreakKind;
  /** What was found, in words. */
  readonly detail: string;
}

/** What verifying came to. */
export interface Verified {
  /** Entities that were looked at: those with a document, records or both. */
  readonly entities: number;
  readonly records: number;
  /** The first break of each entity that has one, in the order of keys; {@link MAX_BREAKS} at most. */
  readonly breaks: readonly Break[];
  /** How many more entities are broken than `breaks` lists; missing where that is all. */
  readonly more?: number;
  /** Records whose content lies in a blob and was not read, since there was no access to blobs; missing where none was. */
  readonly unread?: number;
}

/** Most breaks that are listed; all are counted. */
export const MAX_BREAKS = 100;

/** Nothing looked at yet. */
export const NOTHING_VERIFIED: Verified = { entities: 0, records: 0, breaks: [] };

/** Two parts of one verification together. */
export function together(one: Verified, other: Verified): Verified {
  const breaks = [...one.breaks, ...other.breaks];
  const more = (one.more ?? 0) + (other.more ?? 0) + Math.max(breaks.length - MAX_BREAKS, 0);
  const unread = (one.unread ?? 0) + (other.unread ?? 0);
  return {
    entities: one.entities + other.entities,
    records: one.records + other.records,
    breaks: breaks.slice(0, MAX_BREAKS),
    ...(more > 0 ? { more } : {}),
    ...(unread > 0 ? { unread } : {}),
  };
}

/** How many entities are broken. */
export function brokenIn({ breaks, more = 0 }: Verified): number {
  return breaks.length + more;
}
