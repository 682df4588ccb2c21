import { RECORDS_SQL } from "./records-sql.ts";

/** Tables that come with Caudal. */
interface Tables {
  /** Counts on with each alteration of the SQL. */
  readonly version: number;
  readonly sql: string;
}

/** Business models that are filled by Caudal itself, by name. */
const READY_MADE = { records: { version: 1, sql: RECORDS_SQL } } as const satisfies Record<string, Tables>;

/** The name of a ready-made model: `records` has unified documents, audit log and deliveries. */
export type ReadyMade = keyof typeof READY_MADE;

/** Names of ready-made models. */
export const READY_MADE_NAMES = ["records"] as const satisfies readonly ReadyMade[];

/** The .sql of a ready-made model, as if it had been uploaded: `records-1.sql`. */
export function fileOf(name: ReadyMade): { readonly fileName: string; readonly text: string } {
  const { version, sql } = READY_MADE[name];
  return { fileName: `${name}-${String(version)}.sql`, text: sql };
}

/**
 * Whether the tables that were made last are older than ours. Those of a later version stay: while a deployment goes on,
 * hosts of two versions run the same models.
 */
export function isOutdated(name: ReadyMade, made: { readonly fileName: string } | undefined): boolean {
  const version = Number(/-(\d+)\.sql$/.exec(made?.fileName ?? "")?.[1] ?? 0);
  return version < READY_MADE[name].version;
}
