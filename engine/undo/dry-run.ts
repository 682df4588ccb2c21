import type { DocumentDefinition } from "../define/document.ts";
import { parseKey } from "../define/key.ts";
import { BlobLostError } from "../errors/blob-lost-error.ts";
import { shownAt } from "../privacy/in-results.ts";
import type { Working } from "../runs/work.ts";
import { loadEntity } from "../sync/entity.ts";
import { pathSegments } from "../sync/paths.ts";
import { counting } from "./counts.ts";
import { foresee } from "./foresee.ts";
import { keysAfter } from "./keys.ts";
import type { TakenBack } from "./take-back.ts";
import { outcomeOf } from "./undo-record.ts";
import type { Foreseen, Sample, UndoRequest, UndoState, UndoWork } from "./undo-state.ts";

const PAGE = 25;
const SAMPLES = 25;
const FIELDS_OF_SAMPLE = 10;
const NOTHING: Foreseen = {
  entities: 0,
  fields: {},
  refused: {},
  erased: {},
  unknown: 0,
  unreadable: 0,
  samples: [],
};

/** Tells what an undo would come to, of the entities as they stand in the store; writes nothing but its own run. */
export async function dryRun(
  work: UndoWork,
  request: UndoRequest,
  run: Working<UndoState>,
  begun: UndoState,
): Promise<Record<string, unknown> | "again"> {
  const { documents } = work.ports;
  let foreseen = begun.foreseen ?? NOTHING;
  let { after } = begun;
  for (;;) {
    if (run.spent()) return "again";
    const keys = await keysAfter(documents, request, after, PAGE);
    if (keys.length === 0) return { ...foreseen };
    for (const key of keys) foreseen = await lookAt(key, request, work, foreseen);
    after = keys.at(-1) ?? after;
    const state = { ...begun, after, foreseen };
    await run.save({ done: foreseen.entities, state, result: { ...foreseen } });
  }
}

async function lookAt(
  key: string,
  { culprit }: UndoRequest,
  work: UndoWork,
  before: Foreseen,
): Promise<Foreseen> {
  const foreseen = { ...before, entities: before.entities + 1 };
  const document = work.app.documents.get(parseKey(key).entity);
  if (!document) return { ...foreseen, unknown: foreseen.unknown + 1 };
  const { state } = await loadEntity(work.ports.documents, key);
  try {
    // Nothing has the id of an event that is not there.
    const taken = await foresee(key, document, state, { event: { id: "" }, culprit }, work);
    const outcome = outcomeOf(state, taken);
    return {
      ...foreseen,
      [outcome]: (foreseen[outcome] ?? 0) + 1,
      fields: counting(foreseen.fields, taken.changes, document),
      refused: counting(foreseen.refused, taken.refused, document),
      erased: counting(
        foreseen.erased,
        taken.erased.map((path) => ({ path })),
        document,
      ),
      samples:
        foreseen.samples.length < SAMPLES && taken.changes.length > 0
          ? [...foreseen.samples, { key, outcome, changes: shown(taken, document) }]
          : foreseen.samples,
    };
  } catch (error) {
    if (!(error instanceof BlobLostError)) throw error;
    return { ...foreseen, unreadable: foreseen.unreadable + 1 };
  }
}

function shown({ changes }: TakenBack, document: DocumentDefinition): Sample["changes"] {
  return changes.slice(0, FIELDS_OF_SAMPLE).map((change) => {
    const { path, value } = shownAt(document, pathSegments(change.path));
    return {
      path,
      ...(change.old === undefined ? {} : { old: value(change.old) }),
      ...(change.new === undefined ? {} : { new: value(change.new) }),
    };
  });
}
