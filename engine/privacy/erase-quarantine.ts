import { ContendedError } from "../errors/contended-error.ts";
import { conditionOf, within } from "../condition.ts";
import type { Ports } from "../ports.ts";
import type { QuarantineItem } from "../sync/quarantine.ts";
import { eraseInput, type Subject } from "./erase-input.ts";
import { withoutSystemFields } from "../system-fields.ts";

/** Inputs that are looked at in one step; each is read by itself, since it may have a megabyte. */
const PAGE = 50;
const MAX_CONFLICTS = 20;

/** When the inputs came in: from then on, and before then. */
export interface Span {
  readonly since?: string | undefined;
  readonly until: string;
}

/**
 * Erases an entity from the next inputs in quarantine, in the order in which they came in. Answers how many say
 * something of it, or did, and where the next step begins; null at the end.
 */
export async function eraseNextInputs(
  { documents }: Pick<Ports, "documents">,
  subject: Subject,
  span: Span,
  cursor: string | undefined,
): Promise<{ readonly erased: number; readonly cursor: string | null }> {
  const { text, parameters } = conditionOf(["c.kind = 'quarantine'"], ...within("c.at", span));
  const page = await documents.query<{ id: string }>("control", {
    text: `SELECT c.id FROM c WHERE ${text} ORDER BY c.at`,
    parameters,
    limit: PAGE,
    ...(cursor === undefined ? {} : { cursor }),
  });
  let erased = 0;
  for (const { id } of page.items) if (await eraseOne(documents, subject, id)) erased += 1;
  return { erased, cursor: page.next };
}

async function eraseOne(documents: Ports["documents"], subject: Subject, id: string): Promise<boolean> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const stored = await documents.read<QuarantineItem>("control", id, id);
    // It was replayed or discarded since.
    if (!stored) return false;
    const { speaks, left } = eraseInput(withoutSystemFields(stored.item), subject);
    if (!left) return speaks;
    const write = { op: "replace", item: left, etag: stored.etag } as const;
    if ((await documents.write("control", id, [write])).written) return true;
  }
  throw new ContendedError(`the input ${id}`, MAX_CONFLICTS);
}
