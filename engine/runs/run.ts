import { conditionOf, equalTo } from "../condition.ts";
import type { Documents, Page, Stored } from "../ports.ts";

/** States of a run; the last four are ends. */
export const RUN_STATUSES = [
  "queued",
  "running",
  "waiting",
  "succeeded",
  "failed",
  "mismatch",
  "cancelled",
] as const;

/** A state of a run. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Kinds of long work. */
export const RUN_KINDS = [
  "pull",
  "resync",
  "replay",
  "retry",
  "verify",
  "rehearsal",
  "undo",
  "erasure",
  "load",
  "profile",
  "index",
  "import",
  "job",
  "sequence",
] as const;

/** A kind of long work. */
export type RunKind = (typeof RUN_KINDS)[number];

/** One execution of long work: item `run` of its own partition in `operations`. */
export interface Run {
  readonly id: "run";
  /** Partition key. */
  readonly run: string;
  readonly kind: RunKind;
  /** What it works on: the name of a pull or an integration, or of a list (`parked`). */
  readonly name: string;
  readonly status: RunStatus;
  /** `total` is null while nobody can know it. */
  readonly progress: { readonly done: number; readonly total: number | null; readonly unit: string };
  readonly queuedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  /** Who started it: the name of a token; absent for a timer. */
  readonly actor?: string;
  /** What was asked, so that the same can be asked again. */
  readonly request?: unknown;
  /** Where the work goes on after a crash; means something to its kind alone. */
  readonly state?: unknown;
}

/** Writes a run as it now stands. */
export async function saveRun(documents: Documents, run: Run): Promise<void> {
  await documents.write("operations", run.run, [{ op: "upsert", item: run }]);
}

/** Writes a run as it now stands, unless somebody else did since `etag`: then undefined, and else the etag that follows. */
export async function replaceRun(documents: Documents, run: Run, etag: string): Promise<string | undefined> {
  const result = await documents.write("operations", run.run, [{ op: "replace", item: run, etag }]);
  return result.written ? result.etags[0] : undefined;
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
  return (await readStoredRun(documents, id))?.item;
}

/** Reads a run with the etag that guards its next write. */
export async function readStoredRun(documents: Documents, id: string): Promise<Stored<Run> | undefined> {
  return documents.read<Run>("operations", id, "run");
}

/** Lists runs, the newest first. */
export async function listRuns(
  documents: Documents,
  filter: {
    kind?: RunKind | undefined;
    name?: string | undefined;
    status?: RunStatus | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<Run>> {
  const { kind, name, status } = filter;
  const { text, parameters } = conditionOf(["c.id = 'run'"], ...equalTo({ kind, name, status }));
  return documents.query<Run>("operations", {
    text: `SELECT * FROM c WHERE ${text} ORDER BY c.queuedAt DESC`,
    parameters,
    limit: filter.limit,
    ...(filter.cursor === undefined ? {} : { cursor: filter.cursor }),
  });
}

/** A run as the API shows it. */
export function runView({ run, id: _id, state: _state, ...rest }: Run): Record<string, unknown> {
  return { id: run, ...rest, startedAt: rest.startedAt ?? null, endedAt: rest.endedAt ?? null };
}
