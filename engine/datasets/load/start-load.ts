import type { DatasetDatabase } from "../database.ts";
import type { Dataset } from "../dataset.ts";
import { FileFaultError } from "../../errors/file-fault-error.ts";
import { beginRun } from "../../runs/change.ts";
import type { Head } from "../csv/part.ts";
import { columnNamesOf } from "../file/names/column-names.ts";
import { readDataset } from "../registry.ts";
import { beginLoad, type LoadHead, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { stagingTable } from "./names.ts";
import type { LoadRequest } from "./request.ts";
import { isSameKey, keyColumns, sameColumns } from "./same-columns.ts";
import { checkColumnCount, createTable } from "./staging.ts";

/** A load that is about to begin. */
export interface Starting {
  readonly run: string;
  readonly request: LoadRequest;
  readonly actor: string;
  /** Of the blob that is read, if one is. */
  readonly etag?: string | undefined;
}

/**
 * Begins a load once the beginning of its file is known: records it, its run if it has none yet, and makes the table
 * that its parts go into. Throws a FileFaultError where the file does not fit the dataset that is there.
 */
export async function startLoad(
  loading: Loading,
  { run, request, actor, etag }: Starting,
  piece: Head,
): Promise<LoadHead> {
  const { ports, datasets } = loading;
  checkColumnCount(piece.header.length);
  const { names, notes } = columnNamesOf(piece.header);
  checkFit(request, names, await datasetNamed(datasets, request.table));
  const { delimiter, header } = piece;
  const head = { delimiter, header, names, notes, ...(etag === undefined ? {} : { etag }) };
  const pool = await datasets.pool();
  const known = await pool.use(async (connection) => {
    await beginLoad(connection, { run, request, head });
    return readLoad(connection, run);
  });
  if (known?.head.etag !== etag) {
    throw new FileFaultError("the uploaded file became another while it was read: upload it again");
  }
  await beginRun(ports, { run, kind: "load", name: request.table, request, actor, unit: "rows" });
  await pool.use((connection) => createTable(connection, stagingTable(run), { run, names }));
  return head;
}

/** Lets pass columns that fit what is there. Throws a FileFaultError. */
export function checkFit(request: LoadRequest, names: readonly string[], dataset: Dataset | undefined): void {
  if (request.key) keyColumns(request.key, names);
  if (!dataset || (request.mode !== "append" && request.mode !== "upsert")) return;
  sameColumns(dataset, names);
  if (request.mode === "append" && dataset.key) {
    throw new FileFaultError(
      `the table "${dataset.table}" has the key ${dataset.key.join(",")}: load with mode=upsert, or mode=replace`,
    );
  }
  if (!dataset.key || !request.key || isSameKey(dataset.key, request.key)) return;
  throw new FileFaultError(
    `the key of the table "${dataset.table}" is ${dataset.key.join(",")}, and stays so: the load says ${request.key.join(",")}`,
  );
}

/** What is known of a dataset; undefined where there is none. */
export async function datasetNamed(datasets: DatasetDatabase, table: string): Promise<Dataset | undefined> {
  const pool = await datasets.pool();
  return pool.use((connection) => readDataset(connection, table));
}
