import { randomUUID } from "node:crypto";
import { conditionOf, equalTo, within } from "../condition.ts";
import type { DocumentQuery, Page, Ports } from "../ports.ts";

/** What somebody did by hand: item `action|…` of `control`, never altered. */
export interface Action {
  readonly id: string;
  readonly kind: "action";
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The name of the token. */
  readonly actor: string;
  /** `hold`, `skip`, `replay` … */
  readonly action: string;
  /** On what: an integration, an entity's key, an id of quarantine … */
  readonly target: string;
  /** What was asked, the reason given, the run that does it. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Records what an operator does; called before it takes effect, so that nothing happens without a record. */
export async function recordAction(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  action: Omit<Action, "id" | "kind" | "at">,
): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const id = `action|${at}|${randomUUID()}`;
  const item: Action = { id, kind: "action", at, ...action };
  await documents.write("control", id, [{ op: "create", item }]);
}

/** Which actions; all of them where nothing is said. */
export interface ActionFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** `at` from then on, and before then: ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Lists what was done by hand, the newest first. */
export function listActions(
  { documents }: Pick<Ports, "documents">,
  { since, until, ...same }: ActionFilter,
  page: Pick<DocumentQuery, "limit" | "cursor">,
): Promise<Page<Action>> {
  const { text: where, parameters } = conditionOf(
    ["c.kind = 'action'"],
    ...equalTo(same),
    ...within("c.at", { since, until }),
  );
  const text = `SELECT * FROM c WHERE ${where} ORDER BY c.at DESC`;
  return documents.query<Action>("control", { text, parameters, ...page });
}
