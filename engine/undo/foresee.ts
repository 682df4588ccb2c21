import { readChain } from "../audit/read-chain.ts";
import type { StoredRecord } from "../audit/record.ts";
import { wholeRecord } from "../audit/stub.ts";
import type { AppDefinition } from "../define/app.ts";
import type { DocumentDefinition } from "../define/document.ts";
import { UnavailableError } from "../errors/unavailable-error.ts";
import type { Ports } from "../ports.ts";
import { controlOf } from "../sync/control.ts";
import type { EntityState } from "../sync/fold.ts";
import type { Folding } from "../sync/fold-next.ts";
import { BY_UNDO } from "./culprit.ts";
import type { Undo } from "./standing-undos.ts";
import { type TakenBack, takeBack } from "./take-back.ts";

/** What an undo of an entity is reckoned with. */
export interface UndoContext {
  readonly app: AppDefinition;
  readonly ports: Pick<Ports, "documents" | "blobs">;
  readonly folding: Folding;
}

const PAGE = 100;

/**
 * What an undo comes to, of an entity in this state; writes nothing. Throws an UnavailableError where the store does
 * not list yet all records that the document counts, and a BlobLostError where a large one is lost.
 */
export async function foresee(
  key: string,
  document: DocumentDefinition,
  state: EntityState,
  undo: Omit<Undo, "sequence">,
  { app, ports, folding }: UndoContext,
): Promise<TakenBack> {
  const earlier = await readUndos(key, ports);
  const taken = await takeBack(readChain(ports, key, { upTo: state.sequence }), state, {
    undo: { ...undo, sequence: state.sequence + 1 },
    earlier,
    document,
    ruleOf: (record) => folding.ruleOf(record),
    ruleFor: (type) => app.rules.get(type),
  });
  if (taken.sequence !== state.sequence) {
    throw new UnavailableError(
      `the store lists ${taken.sequence} of the ${state.sequence} records of ${key}`,
    );
  }
  return taken;
}

/** What was taken back of an entity before. */
async function readUndos(key: string, { documents, blobs }: UndoContext["ports"]): Promise<readonly Undo[]> {
  const undos: Undo[] = [];
  let last = 0;
  for (;;) {
    const page = await documents.query<StoredRecord>("unified", {
      text: "SELECT * FROM c WHERE c.kind = 'audit' AND c.rule.name = @undo AND c.sequence > @last ORDER BY c.sequence",
      parameters: { undo: BY_UNDO.name, last },
      partition: key,
      limit: PAGE,
    });
    for (const stored of page.items) {
      const { event, sequence } = await wholeRecord(stored, blobs);
      const control = controlOf(event);
      if (control.kind === "undo")
        undos.push({ sequence, event: { id: event.id, cause: event.cause }, culprit: control.undo.culprit });
      last = sequence;
    }
    if (page.next === null) return undos;
  }
}
