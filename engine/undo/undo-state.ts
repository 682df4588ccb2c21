import type { Outcome } from "../audit/record.ts";
import type { AppDefinition } from "../define/app.ts";
import type { Ports } from "../ports.ts";
import type { Culprit } from "../sync/control.ts";
import type { Folding } from "../sync/fold-next.ts";
import type { Counts } from "./counts.ts";

/** What an undo asks for. */
export interface UndoRequest {
  readonly culprit: Culprit;
  /** These entities alone, at most 400. */
  readonly keys?: readonly string[] | undefined;
  /** Only tells what would come of it. */
  readonly dryRun: boolean;
  /** In the operator's words. */
  readonly reason: string;
}

/** Where an undo stands. */
export interface UndoState extends Partial<DryRunState>, Partial<SendingState> {
  /** The entities counted so far, and the last of them; undefined once all are. */
  readonly total: number;
  readonly counted?: string | undefined;
  /** The last entity that was taken up; `""` before the first. */
  readonly after: string;
}

/** What the work on an undo needs. */
export interface UndoWork {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly folding: Folding;
}

/** What came of the entities that were asked. */
export interface Tally extends Partial<Record<Outcome, number>> {
  /** By path, how many changed; were refused, since the rest would not have fitted. */
  readonly fields: Counts;
  readonly refused: Counts;
  /** Entities that did not have their turn within ten minutes: their events are still on the queue. */
  readonly waiting: number;
  /** Entities of documents that the app does not have any more. */
  readonly unknown: number;
}

/** Where the sending stands. */
export interface SendingState {
  readonly tally: Tally;
  /** Entities of the page that were asked and have no record of it yet: key and id of the event. */
  readonly open: readonly (readonly [key: string, eventId: string])[];
  /** Until when they are waited for: milliseconds since 1970. */
  readonly until: number;
}

/** What an undo would come to. */
export interface Foreseen extends Partial<Record<Outcome, number>> {
  /** Entities looked at. */
  readonly entities: number;
  /** By path, how many would change; would be refused, since the rest would not fit; stay empty after an erasure. */
  readonly fields: Counts;
  readonly refused: Counts;
  readonly erased: Counts;
  /** Entities of documents that the app does not have any more, and those of which a large record is lost. */
  readonly unknown: number;
  readonly unreadable: number;
  readonly samples: readonly Sample[];
}

/** Where a dry run stands. */
export interface DryRunState {
  readonly foreseen: Foreseen;
}

/** What would become of one entity; personal values are masked. */
export interface Sample {
  readonly key: string;
  readonly outcome: Outcome;
  readonly changes: readonly { readonly path: string; readonly old?: unknown; readonly new?: unknown }[];
}
