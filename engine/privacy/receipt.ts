import type { Break } from "../audit/verify/break.ts";
import { parseKey } from "../define/key.ts";
import type { ErasableDocument } from "./subject.ts";

/** A place where personal values of an entity were looked for. */
export interface Place {
  /** `document`, `audit`, `blobs`, `parked`, `deliveries`, `dead-letters`, `quarantine`, `destination <name>`. */
  readonly place: string;
  /** How many items were found there; of a run that was interrupted, at least so many. */
  readonly items: number;
  /** `erased`, `nothing there`; of a destination `confirmed`, or what it still has and why. */
  readonly state: string;
}

/** What the chain of an entity came to after its erasure. */
export interface ChainCheck {
  readonly records: number;
  readonly head: string | null;
  readonly verified: boolean;
  /** Where it does not verify. */
  readonly broken?: Break;
}

/** What an erasure leaves, in words. */
export interface Remains {
  /** What the key itself reveals. */
  readonly key: string;
  /** Sub-schemas of which something stays in the document: it is not marked personal. */
  readonly nonPersonal: readonly string[];
  readonly auditLog: string;
  readonly operatorLog: string;
  readonly deadMessages: string;
  readonly datasets: string;
  readonly backups: string;
}

/** The receipt of an erasure: the result of its run. It holds no personal value. */
export interface Receipt {
  readonly key: string;
  /** When the document was erased: what sources saw until then takes no effect any more. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly places: readonly Place[];
  readonly chain: ChainCheck;
  readonly remains: Remains;
}

/** A place of which everything personal was erased. */
export function erasedPlace(place: string, items: number): Place {
  return { place, items, state: items > 0 ? "erased" : "nothing there" };
}

/** What stays after an erasure. `backups`: how long they keep it, in words. */
export function remainsOf(
  key: string,
  definition: ErasableDocument,
  data: unknown,
  backups: string,
): Remains {
  return {
    key: revealedBy(key, definition),
    nonPersonal: Object.keys(data ?? {}).filter((name) => definition.subSchemas.includes(name)),
    auditLog:
      "outcome, paths, sources, times and commitments of each record; reasons that rules gave, which the chain hashes; values that are not marked personal",
    operatorLog: "who asked for it, when and why, with the key",
    deadMessages:
      "messages on their way: what the broker still has of this entity takes no effect when it comes, and goes then",
    datasets: "rows of datasets are not looked through, nor what their loads rejected",
    backups,
  };
}

function revealedBy(key: string, { id, pseudonymous }: ErasableDocument): string {
  if (id.length === 0) return "whatever stands in it: the app has no definition of the document any more";
  const parts = id.join(", ");
  if (pseudonymous) return `an HMAC of ${parts}: nothing without the pseudonym key`;
  const hashed = /^[0-9a-f]{64}$/.test(parseKey(key).id);
  return hashed
    ? `a SHA-256 of ${parts}: whoever can guess them can recognise it`
    : `${parts}, as they stand in every key; say pseudonymous where they identify a person`;
}
