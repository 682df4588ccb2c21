import { type Dataset, kindOf } from "../../engine/datasets/dataset.ts";
import { readKeys } from "../../engine/datasets/keys/read-keys.ts";
import { readProfile } from "../../engine/datasets/keys/read-profile.ts";
import type { KeyIndex, Keys } from "../../engine/datasets/query/keys.ts";
import { listDatasets, readDataset } from "../../engine/datasets/registry.ts";
import { isOperator } from "./access.ts";
import { type ApiRequest, type Caller, problem, Refused, type Route } from "./http.ts";
import { listAnswer, pageOf } from "./list.ts";

/** Datasets by their names: a subscriber's own, an operator's all. */
export const listAllDatasets: Route = {
  name: "api-datasets-list",
  methods: ["GET"],
  route: "api/v1/datasets",
  access: ["operator", "subscriber"],
  async handle(request, { datasets }, caller) {
    const { limit, cursor: after } = pageOf(request);
    const owner = isOperator(caller) ? undefined : caller.name;
    const pool = await datasets.pool();
    const found = await pool.use((connection) =>
      listDatasets(connection, { owner, after, limit: limit + 1 }),
    );
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.table ?? null) : null;
    return listAnswer(request, { items, next }, (dataset) => view(dataset, caller));
  },
};

/** One dataset: its columns with their profile, and the indexes that were made for what is asked of it. */
export const readOneDataset: Route = {
  name: "api-datasets-read",
  methods: ["GET"],
  route: "api/v1/datasets/{table}",
  access: ["operator", "subscriber"],
  async handle(request, { datasets }, caller) {
    const pool = await datasets.pool();
    const json = await pool.use(async (connection) => {
      const dataset = await readDataset(connection, tableIn(request));
      if (!dataset || !isShownTo(caller, dataset)) return undefined;
      const [keys, profile] = [await readKeys(connection, dataset), await readProfile(connection, dataset)];
      const indexes = keys.indexes.map((index) => indexView(index, keys));
      const columns = dataset.columns.map((column) => ({
        ...columnView(column),
        ...profile?.get(column.name),
      }));
      return { ...view(dataset, caller), columns, indexes };
    });
    if (!json) throw noSuchTable(request);
    return { status: 200, headers: { "cache-control": "private, no-cache" }, json };
  },
};

/** The name of the table in a request's path: they are all lower case. */
export function tableIn({ params }: Pick<ApiRequest, "params">): string {
  const table = (params["table"] ?? "").toLowerCase();
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(table)) throw noSuchTable({ params });
  return table;
}

/** Whether a caller may know of a dataset: an operator of all, a subscriber of its own. */
export function isShownTo(caller: Caller, { owner }: Dataset): boolean {
  return isOperator(caller) || caller.name === owner;
}

/** The answer where there is no such dataset, or none that the caller may know of. */
export function noSuchTable({ params }: Pick<ApiRequest, "params">): Refused {
  return new Refused(
    problem(404, `There is no dataset ${JSON.stringify((params["table"] ?? "").slice(0, 80))}.`),
  );
}

/** A dataset as it is shown. */
function view(dataset: Dataset, caller: Caller): Readonly<Record<string, unknown>> {
  const { table, owner, rows, columns, key, version, createdAt, loadedAt } = dataset;
  const whose = isOperator(caller) ? { owner } : {};
  return { table, ...whose, rows, columns: columns.map(columnView), key, version, createdAt, loadedAt };
}

function columnView({ name, header, cells }: Dataset["columns"][number]): object {
  return { name, header, kind: kindOf(cells), filled: cells.filled };
}

/** An index in names of the dataset's columns. */
function indexView({ name, columns }: KeyIndex, keys: Keys): object {
  const column = (key: string): string => keys.columns.find((known) => known.name === key)?.column ?? key;
  return { name, columns: columns.map(column) };
}
