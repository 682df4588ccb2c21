import type { Break } from "./break.ts";
import type { Fault } from "./check-record.ts";

/** What an item that claims to be an audit record says of its place, and whether it holds by itself. */
export interface Link {
  readonly id: string;
  readonly sequence: number;
  readonly previous: string | null;
  readonly hash: string;
  readonly fault?: Fault | undefined;
}

/** Where a chain must end: what the entity's document says. */
export interface ChainEnd {
  readonly sequence: number;
  readonly head: string | null;
}

type Found = Omit<Break, "key">;

/**
 * The first place of a chain that does not hold. `links` are all that claim to be of it, in any order; `end` is what
 * the document says, undefined where there is none. Each hash is followed from nothing: at a place there must be one
 * record, whole, which follows the one before, and no other that follows the same.
 */
export function firstBreak(links: readonly Link[], end: ChainEnd | undefined): Found | undefined {
  const chain = indexOf(links);
  const last = end?.sequence ?? links.reduce((most, { sequence }) => Math.max(most, sequence), 0);
  let before: Link | undefined;
  for (let place = 1; place <= last; place++) {
    const found = breakAt(place, before, chain, end);
    if (found) return found;
    [before] = chain.places.get(place) ?? [];
  }
  return beyond(links, last, before, end);
}

interface Chain {
  readonly links: readonly Link[];
  readonly places: ReadonlyMap<number, readonly Link[]>;
  readonly followers: ReadonlyMap<string | null, readonly Link[]>;
}

function indexOf(links: readonly Link[]): Chain {
  return {
    links,
    places: Map.groupBy(links, ({ sequence }) => sequence),
    followers: Map.groupBy(links, ({ previous }) => previous),
  };
}

function breakAt(
  place: number,
  before: Link | undefined,
  chain: Chain,
  end: ChainEnd | undefined,
): Found | undefined {
  const head = before?.hash ?? null;
  const claimants = chain.places.get(place) ?? [];
  const followers = chain.followers.get(head) ?? [];
  const [only] = claimants;
  if (only === undefined) return empty(place, before, chain, end);
  const at = (kind: Found["kind"], { id }: Link, detail: string, sequence = place): Found => ({
    id,
    sequence,
    kind,
    detail,
  });
  const proper = claimants.find((link) => link.previous === head && !link.fault);
  if (claimants.length > 1) {
    const other = claimants.findLast((link) => link !== proper) ?? only;
    return at("forked", other, `${claimants.length} records claim this place`);
  }
  if (only.previous === head) {
    if (only.fault) return at(only.fault.kind, only, only.fault.detail);
    const other = followers.find((link) => link !== only);
    return other && at("forked", other, `it follows the same record as the one of this place, ${only.id}`);
  }
  const [misplaced] = followers;
  if (misplaced) {
    return at("reordered", only, `what follows ${nameOf(before)} stands at place ${misplaced.sequence}`);
  }
  if (only.fault) return at(only.fault.kind, only, only.fault.detail);
  // Both are whole, and do not fit: the one that does not fit its other neighbour either was made anew.
  const [next] = chain.places.get(place + 1) ?? [];
  const goesOn = place === end?.sequence ? end.head === only.hash : next?.previous === only.hash;
  if (before === undefined || !goesOn) {
    return at("altered", only, `it does not follow ${nameOf(before)}`);
  }
  return at("altered", before, `the record after it, ${only.id}, follows another one`, place - 1);
}

/** Why nothing stands at a place. */
function empty(place: number, before: Link | undefined, chain: Chain, end: ChainEnd | undefined): Found {
  const head = before?.hash ?? null;
  const [misplaced] = chain.followers.get(head) ?? [];
  if (misplaced) {
    const kind = misplaced.fault ? "altered" : "reordered";
    const detail = `it belongs to this place, and says that it stands at ${misplaced.sequence}`;
    return { id: misplaced.id, sequence: place, kind, detail };
  }
  const next = nextPlace(place, chain);
  if (next === undefined && end?.head === head) {
    const detail = `it says that there are ${end.sequence} records, and its head is that of record ${place - 1}`;
    return { id: "document", sequence: end.sequence, kind: "document", detail };
  }
  const upTo = (next ?? (end?.sequence ?? place) + 1) - 1;
  const [told] = next === undefined ? [] : (chain.places.get(next) ?? []);
  const detail = upTo > place ? `the records ${place} to ${upTo} are not there` : "the record is not there";
  return { id: told?.id ?? "document", sequence: place, kind: "missing", detail };
}

/** What is wrong where all places up to the last one hold. */
function beyond(
  links: readonly Link[],
  last: number,
  newest: Link | undefined,
  end: ChainEnd | undefined,
): Found | undefined {
  const inPlace = ({ sequence }: Link): boolean =>
    Number.isInteger(sequence) && sequence >= 1 && sequence <= last;
  const [extra] = links.filter((link) => !inPlace(link)).sort((one, other) => one.sequence - other.sequence);
  if (extra) {
    const { id, sequence, fault } = extra;
    if (fault) return { id, sequence, ...fault };
    const detail = `the document says that the log ends with record ${last}`;
    return { id, sequence, kind: "document", detail };
  }
  if (!end) {
    if (last === 0) return undefined;
    const detail = `there is no document, and there are ${last} records of it`;
    return { id: "document", sequence: last, kind: "document", detail };
  }
  if (end.head === (newest?.hash ?? null)) return undefined;
  const detail = "its head is not the hash of the newest record";
  return { id: "document", sequence: end.sequence, kind: "document", detail };
}

/** The first place after this one at which something stands. */
function nextPlace(place: number, { links }: Chain): number | undefined {
  const later = links.filter(({ sequence }) => sequence > place);
  return later.length === 0
    ? undefined
    : later.reduce((least, { sequence }) => Math.min(least, sequence), Infinity);
}

function nameOf(link: Link | undefined): string {
  return link ? `record ${link.sequence}` : "nothing";
}
