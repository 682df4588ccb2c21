import { REJECTIONS_HEADER } from "../../engine/datasets/csv/rejections.ts";
import { deleteDataset } from "../../engine/datasets/load/delete-dataset.ts";
import { rejectionsPrefix, uploadBlob } from "../../engine/datasets/load/names.ts";
import { datasetNamed } from "../../engine/datasets/load/start-load.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { readRun, type Run } from "../../engine/runs/run.ts";
import type { Blobs } from "../../engine/ports.ts";
import type { Services } from "../services.ts";
import { type ApiRequest, type ApiResponse, type Caller, problem, type Route } from "./http.ts";
import { isOperator } from "./access.ts";
import { isShownTo, noSuchTable, tableIn } from "./datasets.ts";
import { badQuery } from "./list.ts";

/** How long an upload address can be used, in milliseconds. */
const UPLOAD_MS = 60 * 60_000;

/** An address to send a file to that is larger than a request may be. */
export const openUpload: Route = {
  name: "api-datasets-upload",
  methods: ["POST"],
  route: "api/v1/datasets/uploads",
  access: ["operator", "subscriber"],
  async handle(_request, { ports }) {
    const blob = uploadBlob();
    const until = ports.clock.now() + UPLOAD_MS;
    const url = await ports.blobs.uploadAddress(blob, until);
    return { status: 201, json: { blob, url, expiresAt: new Date(until).toISOString() } };
  },
};

/** The records of a load that became no rows: CSV with the line, the reason and the record as it stood in the file. */
export const readRejected: Route = {
  name: "api-runs-rejected",
  methods: ["GET"],
  route: "api/v1/runs/{run}/rejected",
  access: ["operator", "subscriber"],
  handle: (request, services, caller) => rejected(request, services, caller),
};

/** The same, below its dataset. */
export const readRejectedOfDataset: Route = {
  name: "api-datasets-rejected",
  methods: ["GET"],
  route: "api/v1/datasets/{table}/loads/{run}/rejected",
  access: ["operator", "subscriber"],
  handle: (request, services, caller) => rejected(request, services, caller, request.params["table"]),
};

/** Deletes a dataset: its table, and what is known of it. `?confirm=` must be its name. */
export const deleteOneDataset: Route = {
  name: "api-datasets-delete",
  methods: ["DELETE"],
  route: "api/v1/datasets/{table}",
  access: ["operator", "subscriber"],
  async handle(request, { datasets, ports }, caller) {
    const table = tableIn(request);
    const dataset = await datasetNamed(datasets, table);
    if (!dataset || !isShownTo(caller, dataset)) throw noSuchTable(request);
    if (request.url.searchParams.get("confirm") !== table) {
      throw badQuery("confirm", `must be the dataset's name, "${table}": its rows cannot be had back`);
    }
    const details = { rows: dataset.rows, owner: dataset.owner };
    await recordAction(ports, { actor: caller.name, action: "delete-dataset", target: table, details });
    await deleteDataset(datasets, table);
    return { status: 204 };
  },
};

async function rejected(
  request: ApiRequest,
  { ports }: Services,
  caller: Caller,
  table?: string,
): Promise<ApiResponse> {
  const id = request.params["run"] ?? "";
  const run = await readRun(ports.documents, id);
  const fits = run?.kind === "load" && (table === undefined || run.name === table);
  if (!fits || !isOwn(run, caller)) return problem(404, `There is no load "${id}".`);
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${run.name}-rejected.csv"`,
    "cache-control": "private, no-cache",
  };
  return { status: 200, headers, body: rejections(ports.blobs, id) };
}

/** Whether a caller may see a run: an operator each, others what they started or what is about a dataset of theirs. */
export function isOwn({ actor, request }: Run, caller: Caller): boolean {
  if (isOperator(caller) || actor === caller.name) return true;
  return (
    typeof request === "object" && request !== null && "owner" in request && request.owner === caller.name
  );
}

async function* rejections(blobs: Blobs, run: string): AsyncGenerator<Uint8Array, void, void> {
  yield Buffer.from(REJECTIONS_HEADER);
  const names: string[] = [];
  for await (const name of blobs.list(rejectionsPrefix(run))) names.push(name);
  for (const name of names.toSorted()) yield (await blobs.get(name)) ?? new Uint8Array();
}
