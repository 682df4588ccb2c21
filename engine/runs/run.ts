import type { Documents, Page } from "../ports.ts";

/** States of a run; the last five are ends. */
export type RunStatus = "queued" | "running" | "waiting" | "succeeded" | "failed" | "mismatch" | "cancelled";

/** One execution of long work: item `run` of its own partition in `operations`. */
export interface Run {
  readonly id: "run";
  /** Partition key. */
  readonly run: string;
  readonly kind: "pull";
  readonly name: string;
  readonly status: RunStatus;
  /** `total` is null while nobody can know it. */
  readonly progress: { readonly done: number; readonly total: number | null; readonly unit: string };
  readonly queuedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: string;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** Writes a run as it now stands. */
export async function saveRun(documents: Documents, run: Run): Promise<void> {
  await documents.write("operations", run.run, [{ op: "upsert", item: run }]);
}

/** Ends a run from outside; one that has its end already, or was never recorded, stays as it is. */
export async function endRun(
  documents: Documents,
  id: string,
  end: Pick<Run, "status" | "error"> & { readonly endedAt: string },
): Promise<void> {
  const run = await readRun(documents, id);
  if (run && !run.endedAt) await saveRun(documents, { ...run, ...end });
}

/** Reads a run; undefined when there is none of that id. */
export async function readRun(documents: Documents, id: string): Promise<Run | undefined> {
  return (await documents.read<Run>("operations", id, "run"))?.item;
}

/** Lists runs, the newest first. */
export async function listRuns(
  documents: Documents,
  filter: {
    name?: string | undefined;
    status?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<Run>> {
  const wanted = Object.entries({ name: filter.name, status: filter.status }).filter(([, value]) => value);
  const where = ["c.id = 'run'", ...wanted.map(([field]) => `c.${field} = @${field}`)].join(" AND ");
  return documents.query<Run>("operations", {
    text: `SELECT * FROM c WHERE ${where} ORDER BY c.queuedAt DESC`,
    parameters: Object.fromEntries(wanted),
    limit: filter.limit,
    ...(filter.cursor === undefined ? {} : { cursor: filter.cursor }),
  });
}

/** A run as the API shows it. */
export function runView({ run, id: _id, ...rest }: Run): Record<string, unknown> {
  return { id: run, ...rest, startedAt: rest.startedAt ?? null, endedAt: rest.endedAt ?? null };
}
