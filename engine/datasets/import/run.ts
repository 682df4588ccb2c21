import type { ImportDefinition } from "../../define/import.ts";
import { InvalidSettingError } from "../../errors/invalid-setting-error.ts";
import { MissingSettingError } from "../../errors/missing-setting-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { Ports } from "../../ports.ts";
import type { Working } from "../../runs/work.ts";
import type { Settings } from "../../settings/settings.ts";
import type { DatasetDatabase } from "../database.ts";
import type { Dataset } from "../dataset.ts";
import { readDataset } from "../registry.ts";
import { columnFault } from "./columns.ts";
import { importPage } from "./page.ts";
import { countRows, type DatasetRow, nextRows } from "./rows.ts";
import type { SentRows } from "./send-rows.ts";
import { importRequest } from "./start.ts";

const PAGE = 500;

/** What an import works with. */
export interface ImportWork {
  readonly definition: ImportDefinition;
  readonly ports: Ports;
  readonly settings: Settings;
  readonly datasets: Pick<DatasetDatabase, "pool">;
  /** Rows that are read, and whose events are sent, at a time. Default 500. */
  readonly pageRows?: number;
}

/** How far an import has come. */
export interface ImportState extends SentRows {
  /** Of the dataset when it began. */
  readonly version: string;
  /** The last row that is done with. */
  readonly after: number;
  readonly rows: number;
}

/**
 * Makes events of the rows of a dataset, in the order of the file, and sends them to the queue `events`. An event's id
 * follows from its entity and time, as of pulls: a row that was taken in before has no effect again. Its cause is
 * `import/<dataset>/<run>/<row>`. Fails where there is no such dataset, where it lacks a column that each row must
 * have, where a setting is missing, and where another file is loaded into it meanwhile: a run of its own follows that.
 * Answers how many rows, events, repeats and rows in quarantine there were.
 *
 * In the worker of runs, with `app.imports.find(({ dataset }) => dataset === name)` as `definition`:
 * `workOn(message, ports, (run: Working<ImportState>) => importRows({ definition, ports, settings, datasets }, run))`.
 */
export async function importRows(
  work: ImportWork,
  run: Working<ImportState>,
): Promise<Record<string, unknown> | "again"> {
  const { definition } = work;
  let state = run.state ?? (await begin(work, run));
  for (;;) {
    if (run.spent()) return "again";
    const { dataset, rows } = await read(work, state);
    const last = rows.at(-1);
    if (!last) return resultOf(state);
    const taken = await blamingSettings(() =>
      importPage({ definition, run: run.id, loadedAt: dataset.loadedAt }, rows, work.ports, work.settings),
    );
    state = {
      version: state.version,
      after: last.row,
      rows: state.rows + rows.length,
      events: state.events + taken.events,
      repeats: state.repeats + taken.repeats,
      quarantined: state.quarantined + taken.quarantined,
    };
    await run.save({ done: state.rows, state, result: resultOf(state) });
  }
}

async function begin({ definition, datasets }: ImportWork, run: Working<ImportState>): Promise<ImportState> {
  const { afterRow = 0 } = importRequest.parse(run.request ?? {});
  const pool = await datasets.pool();
  const { dataset, total } = await pool.use(async (connection) => {
    const dataset = known(await readDataset(connection, definition.dataset), definition);
    return { dataset, total: await countRows(connection, dataset, afterRow) };
  });
  const fault = columnFault(definition.row, dataset);
  if (fault !== undefined) throw new PermanentError(fault);
  const nothing = { rows: 0, events: 0, repeats: 0, quarantined: 0 };
  const state: ImportState = { version: dataset.version, after: afterRow, ...nothing };
  await run.save({ done: 0, total, state, result: resultOf(state) });
  return state;
}

/** The next page of the version that the run began with. */
async function read(
  { definition, datasets, pageRows = PAGE }: ImportWork,
  { version, after }: ImportState,
): Promise<{ readonly dataset: Dataset; readonly rows: readonly DatasetRow[] }> {
  const pool = await datasets.pool();
  return pool.use(async (connection) => {
    const before = known(await readDataset(connection, definition.dataset), definition);
    const rows = await nextRows(connection, before, after, pageRows);
    // Asked for behind the rows: those of another version, under the time of this one, would be seen too early.
    const dataset = known(await readDataset(connection, definition.dataset), definition);
    if (dataset.version !== version) throw replaced(definition);
    return { dataset, rows };
  });
}

function known(dataset: Dataset | undefined, { dataset: name }: ImportDefinition): Dataset {
  if (!dataset) throw new PermanentError(`there is no dataset "${name}"`);
  return dataset;
}

function replaced({ dataset }: ImportDefinition): PermanentError {
  return new PermanentError(
    `another file was loaded into the dataset "${dataset}" meanwhile: the import that follows that takes its rows`,
  );
}

function resultOf({ rows, events, repeats, quarantined }: ImportState): Record<string, unknown> {
  return { rows, events, repeats, quarantined };
}

/** No repeat of the message would mend a setting: somebody must, and starts the import again. */
async function blamingSettings<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const isSetting = error instanceof MissingSettingError || error instanceof InvalidSettingError;
    throw isSetting ? new PermanentError(error.message, { cause: error }) : error;
  }
}
