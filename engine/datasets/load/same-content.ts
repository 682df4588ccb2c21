import type { Connection } from "../../mysql/pool.ts";
import { readDataset } from "../registry.ts";
import { loadsIn, type LoadRecord } from "./load-record.ts";
import type { LoadRequest } from "./request.ts";

/**
 * The run that loaded the very same file, read in the same way, where asking for it again would change nothing: its rows
 * are in the table still; for `replace` nothing else is, and for `upsert` nothing was loaded since.
 */
export async function sameContent(
  connection: Connection,
  request: LoadRequest,
  sha256: string,
): Promise<string | undefined> {
  const dataset = await readDataset(connection, request.table);
  if (!dataset) return undefined;
  const loads = await loadsIn(connection, request.table, sha256);
  const same = loads.find((load) => readAlike(load.request, request));
  if (!same) return undefined;
  const fits: Readonly<Record<LoadRequest["mode"], (load: LoadRecord) => boolean>> = {
    create: () => true,
    append: () => true,
    replace: ({ run }) => run === dataset.version && dataset.rows === loadedBy(same),
    upsert: ({ run, request: { key } }) => run === dataset.version && alike(key, request.key),
  };
  return fits[request.mode](same) ? same.run : undefined;
}

function loadedBy({ outcome }: LoadRecord): unknown {
  return outcome?.["loaded"];
}

function readAlike(one: LoadRequest, other: LoadRequest): boolean {
  return one.encoding === other.encoding && one.delimiter === other.delimiter;
}

function alike(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return JSON.stringify(one.toSorted()) === JSON.stringify(other.toSorted());
}
