import { randomUUID } from "node:crypto";
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
  const conditions = ["c.kind = 'action'"];
  const parameters: Record<string, string> = {};
  const add = (condition: string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    parameters[name] = value;
  };
  for (const [name, value] of Object.entries(same)) add(`c.${name} = @${name}`, name, value);
  add("c.at >= @since", "since", since);
  add("c.at < @until", "until", until);
  const text = `SELECT * FROM c WHERE ${conditions.join(" AND ")} ORDER BY c.at DESC`;
  return documents.query<Action>("control", { text, parameters, ...page });
}
