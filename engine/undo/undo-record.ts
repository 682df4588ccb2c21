import { seal, type Unsealed } from "../audit/chain.ts";
import { nextRecord } from "../audit/next-record.ts";
import type { Outcome } from "../audit/record.ts";
import type { DocumentDefinition } from "../define/document.ts";
import type { CloudEvent } from "../define/event.ts";
import type { Undoing } from "../sync/control.ts";
import type { EntityState } from "../sync/fold.ts";
import type { Folded } from "../sync/fold-next.ts";
import { BY_UNDO } from "./culprit.ts";
import type { TakenBack } from "./take-back.ts";

/** What an undo is recorded with. */
export interface Recording {
  readonly undoing: Pick<Undoing, "actor" | "reason">;
  readonly document: DocumentDefinition;
  /** When: ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** 16 random bytes for the commitments to personal values. */
  readonly salt: Uint8Array;
}

/** An entity after an undo, and the undo's audit record. Pure. Throws where JSON cannot say the event or the reason. */
export function recordUndo(
  before: EntityState,
  event: CloudEvent,
  taken: Pick<TakenBack, "data" | "observed" | "changes" | "refused">,
  { undoing, document, at, salt }: Recording,
): Folded {
  const { data, observed, changes, refused } = taken;
  const version = before.version + (changes.length > 0 ? 1 : 0);
  const unsealed: Unsealed = {
    ...nextRecord(before, event, at),
    version,
    outcome: outcomeOf(before, taken),
    reason: `taken back by ${undoing.actor}: ${undoing.reason}`,
    rule: BY_UNDO,
    changes,
    ...(refused.length > 0 ? { refused } : {}),
  };
  // The event itself has the operator's words alone.
  const record = seal(unsealed, { personal: [], about: document }, salt);
  const { sequence, hash: head } = record;
  return { state: { ...before, data, version, sequence, head, observed }, record };
}

/** What an undo does to the document, as its record says it. */
export function outcomeOf(
  before: Pick<EntityState, "data">,
  { data, changes }: Pick<TakenBack, "data" | "changes">,
): Outcome {
  if (changes.length === 0) return "unchanged";
  if (data === undefined) return "removed";
  return before.data === undefined ? "created" : "updated";
}
