import { conditionOf, equalTo } from "../../condition.ts";
import type { Documents, Page } from "../../ports.ts";
import type { Execution } from "./execution.ts";
import type { EndedRun } from "./state.ts";

/** A run in a model's history. */
export interface ExecutionView extends Omit<EndedRun, "reason" | "lost" | "endedAt"> {
  readonly output: string;
  /** Why it did not succeed; null where it did. */
  readonly reason: string | null;
}

/** Lists the runs of a model's job that have ended, the newest first; at most 1,000 a page. */
export async function listExecutions(
  documents: Documents,
  {
    model,
    limit,
    cursor,
  }: { readonly model: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<ExecutionView>> {
  const { text, parameters } = conditionOf(["c.id = 'execution'"], ...equalTo({ model }));
  const page = await documents.query<Execution>("operations", {
    text: `SELECT * FROM c WHERE ${text} ORDER BY c.startedAt DESC`,
    parameters,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return { items: page.items.map(viewOf), next: page.next };
}

function viewOf({
  run,
  from,
  to,
  status,
  exitCode,
  output,
  rows,
  durationMs,
  startedAt,
  reason,
}: Execution): ExecutionView {
  return {
    id: run,
    from,
    to,
    status,
    exitCode,
    output,
    rows,
    durationMs,
    startedAt,
    reason: reason ?? null,
  };
}
