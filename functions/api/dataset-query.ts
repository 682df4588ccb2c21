import type { DatasetDatabase } from "../../engine/datasets/database.ts";
import { readKeys } from "../../engine/datasets/keys/read-keys.ts";
import { withDataset } from "../../engine/datasets/query/ask-dataset.ts";
import { BadQueryError } from "../../engine/datasets/query/bad-query-error.ts";
import { OverTimeError } from "../../engine/datasets/query/bounded.ts";
import {
  acceptedFormat,
  type Format,
  FORMATS,
  rendered,
  rowObject,
} from "../../engine/datasets/query/formats.ts";
import { createKnownTables, type KnownTables } from "../../engine/datasets/query/known-tables.ts";
import { noteQuery } from "../../engine/datasets/query/note-query.ts";
import { parseAsked } from "../../engine/datasets/query/parse.ts";
import { readAll } from "../../engine/datasets/query/read-all.ts";
import { readPage } from "../../engine/datasets/query/read-page.ts";
import { TableChangedError } from "../../engine/datasets/query/table-changed-error.ts";
import { startRun } from "../../engine/runs/start.ts";
import type { Services } from "../services.ts";
import { type ApiRequest, type ApiResponse, type Caller, problem, Refused, type Route } from "./http.ts";
import { isShownTo, noSuchTable, tableIn } from "./datasets.ts";

/** Most rows of a page of JSON. */
const MAX_PAGE = 1_000;

/** What one caller sees is not what another may. */
const PRIVATE = { "cache-control": "private, no-cache" };

const knownOf = new WeakMap<DatasetDatabase, KnownTables>();

/** Rows of a dataset by filters, in an order: a page of JSON, or all of them as CSV or JSON lines. */
export const queryDataset: Route = {
  name: "api-datasets-query",
  methods: ["GET"],
  route: "api/{table}",
  access: ["operator", "subscriber"],
  async handle(request, services, caller) {
    const format = acceptedFormat(request.header("accept"));
    if (format === undefined) return problem(406, `There is ${FORMATS.join(", ")}.`);
    const known =
      knownOf.get(services.datasets) ?? createKnownTables(() => services.ports.clock.now(), readKeys);
    knownOf.set(services.datasets, known);
    const asking = { request, services, caller, known };
    try {
      return format === "application/json" ? await page(asking) : await file(asking, format);
    } catch (error) {
      throw refusal(error) ?? error;
    }
  },
};

interface Asking {
  readonly request: ApiRequest;
  readonly services: Services;
  readonly caller: Caller;
  readonly known: KnownTables;
}

/** A page as JSON. */
async function page(asking: Asking): Promise<ApiResponse> {
  const { request, services, caller, known } = asking;
  const read = await withDataset(
    await services.datasets.pool(),
    tableIn(request),
    async (connection, dataset) => {
      if (!isShownTo(caller, dataset)) return undefined;
      const asked = parseAsked(request.url.searchParams, dataset.columns, MAX_PAGE);
      try {
        return { asked, dataset, page: await readPage(connection, asked, dataset, known) };
      } catch (error) {
        if (error instanceof OverTimeError) return { asked, dataset, page: undefined, error };
        throw error;
      }
    },
  );
  if (!read) throw noSuchTable(request);
  const isBeingIndexed = await noted(read, asking);
  if (!read.page) return overTime(read.error, isBeingIndexed);
  const { columns, rows, total, offset, limit, next } = read.page;
  const data = rows.map((cells) => rowObject(columns, cells));
  return {
    status: 200,
    headers: PRIVATE,
    json: { data, total: total.count, totalIs: total.is, offset, limit, next },
  };
}

/** All rows that were asked for, as they are read. */
async function file(asking: Asking, format: Exclude<Format, "application/json">): Promise<ApiResponse> {
  const { request, services, caller, known } = asking;
  const read = await withDataset(await services.datasets.pool(), tableIn(request), async (_, dataset) =>
    isShownTo(caller, dataset)
      ? { dataset, asked: parseAsked(request.url.searchParams, dataset.columns, Number.MAX_SAFE_INTEGER) }
      : undefined,
  );
  if (!read) throw noSuchTable(request);
  const { dataset, asked } = read;
  const columns = asked.fields ?? dataset.columns.map(({ name }) => name);
  const all = readAll(services.datasets, asked, dataset, known);
  const total: Record<string, string> = asked.filters.length === 0 ? { "x-total": String(dataset.rows) } : {};
  return {
    status: 200,
    headers: { ...PRIVATE, ...total, "content-type": `${format}; charset=utf-8` },
    body: refusing(rendered(format, columns, all), () => noted({ ...read, page: undefined }, asking)),
  };
}

/** The same, but what fails before its first bytes is answered as a page would be. */
async function* refusing(
  bytes: AsyncIterable<Uint8Array>,
  slow: () => Promise<boolean>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof OverTimeError) throw new Refused(overTime(error, await slow()));
    throw refusal(error) ?? error;
  }
}

/** What to answer to an error that somebody can do something about. */
function refusal(error: unknown): Refused | undefined {
  if (error instanceof BadQueryError) {
    return new Refused(problem(400, "The query is not valid.", { issues: error.issues }));
  }
  if (!(error instanceof TableChangedError)) return undefined;
  const headers = { "retry-after": "1" };
  return new Refused(problem(503, "The dataset is being loaded anew just now; try again.", { headers }));
}

function overTime({ ms }: OverTimeError, isBeingIndexed: boolean): ApiResponse {
  const index = isBeingIndexed ? " An index for it is being made now." : "";
  return problem(
    503,
    `The query took longer than ${ms / 1_000} seconds: it is not indexed yet.${index} Try again later, or ask for less.`,
    { headers: { "retry-after": isBeingIndexed ? "10" : "30" } },
  );
}

/** Has an index made for a page that took long, if it is time: then true. Whatever fails here fails no query. */
async function noted(
  read: Parameters<typeof noteQuery>[1],
  { services, caller, known }: Asking,
): Promise<boolean> {
  const { table } = read.dataset;
  try {
    if (!(await noteQuery(await services.datasets.pool(), read, known))) return false;
    const work = {
      kind: "index",
      name: table,
      request: { table },
      actor: caller.name,
      unit: "indexes",
    } as const;
    await startRun(services.ports, work);
    return true;
  } catch (error) {
    services.log("warn", `a query of ${table} could not be noted`, { error });
    return false;
  }
}
