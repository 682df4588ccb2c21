import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Dataset } from "../../engine/datasets/dataset.ts";
import { type UploadedFile, uploadedFile } from "../../engine/datasets/file/uploaded-file.ts";
import { measured } from "../../engine/datasets/load/measured.ts";
import { UPLOADS } from "../../engine/datasets/load/names.ts";
import { readFile, type Received } from "../../engine/datasets/load/read-file.ts";
import type { LoadRequest } from "../../engine/datasets/load/request.ts";
import { sameContent } from "../../engine/datasets/load/same-content.ts";
import { datasetNamed } from "../../engine/datasets/load/start-load.ts";
import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import { LoadEndedError } from "../../engine/errors/load-ended-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { readRun } from "../../engine/runs/run.ts";
import { startRun } from "../../engine/runs/start.ts";
import { loadingOf } from "../loading.ts";
import type { Services } from "../services.ts";
import { isOperator } from "./access.ts";
import { bodyOf } from "./body.ts";
import { isShownTo } from "./datasets.ts";
import { checkLateFields, loadRequestOf } from "./etl-parameters.ts";
import { type ApiRequest, type ApiResponse, type Caller, problem, Refused, type Route } from "./http.ts";
import { sentence } from "./sentence.ts";

/** Makes a table of a CSV file, or loads one into it: as a form, as the body, or by the name of an upload. */
export const etl: Route = {
  name: "etl",
  methods: ["POST"],
  route: "etl",
  access: ["operator", "subscriber"],
  async handle(request, services, caller) {
    try {
      const isReference = /^application\/json\b/i.test(request.header("content-type") ?? "");
      return await (isReference ? loadUpload : loadBody)(request, services, caller);
    } catch (error) {
      if (!(error instanceof FileFaultError)) throw error;
      return problem(422, sentence(error.message));
    }
  },
};

/** A file that comes with the request. */
async function loadBody(request: ApiRequest, services: Services, caller: Caller): Promise<ApiResponse> {
  const file = await uploadedFile(request.header("content-type"), request.stream());
  const known = new Set(file.fields.keys());
  const lastly = (): void => checkLateFields(known, file.fields);
  const { load, dataset } = await wanted(request, file, services, caller);
  if (dataset && load.mode === "create") {
    return compared(load, file.bytes, lastly, services);
  }
  const run = randomUUID();
  try {
    const incoming = { run, request: load, actor: caller.name, bytes: file.bytes, lastly };
    return answered(load, await readFile(loadingOf(services), incoming));
  } catch (error) {
    if (error instanceof LoadEndedError && error.end.status === "cancelled") {
      return problem(409, "The load was cancelled while its file came in.", { run });
    }
    if (!(error instanceof LoadEndedError || error instanceof PermanentError)) throw error;
    const begun = (await readRun(services.ports.documents, run)) !== undefined;
    return problem(422, sentence(error.message), begun ? { run } : {});
  }
}

/** What is wanted of the file; one that is refused is read no further. */
async function wanted(
  request: ApiRequest,
  file: UploadedFile,
  services: Services,
  caller: Caller,
): ReturnType<typeof permitted> {
  try {
    const asked = loadRequestOf(request.url.searchParams, file.fields, file.fileName);
    return await permitted(asked, services, caller);
  } catch (error) {
    await file.discard();
    throw error;
  }
}

const reference = z.strictObject({
  blob: z
    .string()
    .regex(
      new RegExp(`^${UPLOADS}[0-9a-f-]{36}$`),
      `must be what POST /api/v1/datasets/uploads answered: ${UPLOADS}…`,
    ),
  name: z.string().optional(),
  mode: z.string().optional(),
  key: z.union([z.string(), z.array(z.string()).transform((names) => names.join(","))]).optional(),
  strict: z.boolean().optional(),
  again: z.boolean().optional(),
  encoding: z.string().optional(),
  delimiter: z.string().optional(),
  text: z.string().optional(),
});

/** A file that was sent to an upload address. */
async function loadUpload(request: ApiRequest, services: Services, caller: Caller): Promise<ApiResponse> {
  const { blob, ...said } = await bodyOf(request, reference);
  const fields = Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  const asked = loadRequestOf(request.url.searchParams, new Map(fields), undefined);
  const { load, dataset } = await permitted(asked, services, caller);
  if (dataset && load.mode === "create") return taken(load);
  const { ports } = services;
  const run = await startRun(ports, {
    kind: "load",
    name: load.table,
    request: { ...load, upload: blob } satisfies LoadRequest,
    actor: caller.name,
    unit: "rows",
  });
  return answered(load, { run, already: false });
}

/**
 * Whom the dataset belongs to, or will. Throws a Refused of 409 where that is another, and of 403 where its rows would
 * alter documents and the caller may not.
 */
async function permitted(
  asked: Omit<LoadRequest, "owner">,
  { app, datasets }: Services,
  caller: Caller,
): Promise<{ load: LoadRequest; dataset: Dataset | undefined }> {
  if (!isOperator(caller) && app.imports.some((known) => known.dataset === asked.table)) {
    const detail = `An import makes events of the rows of "${asked.table}", which is for operators: give another name with ?name=.`;
    throw new Refused(problem(403, detail));
  }
  const dataset = await datasetNamed(datasets, asked.table);
  if (dataset && !isShownTo(caller, dataset)) {
    throw new Refused(problem(409, `The name "${asked.table}" is taken: give another with ?name=.`));
  }
  if (asked.mode === "upsert" && !asked.key && !dataset?.key) {
    const issues = [{ path: "key", message: "must name the columns that tell rows apart, for mode=upsert" }];
    throw new Refused(problem(400, "The upload is not asked for rightly.", { issues }));
  }
  const key = asked.key ?? (asked.mode === "upsert" ? dataset?.key : undefined);
  return { load: { ...asked, ...(key ? { key } : {}), owner: dataset?.owner ?? caller.name }, dataset };
}

/** Where there is a table, a file to make it of is only compared with what is in it. */
async function compared(
  load: LoadRequest,
  bytes: AsyncIterable<Uint8Array>,
  lastly: () => void,
  { datasets }: Services,
): Promise<ApiResponse> {
  if (load.again) return taken(load);
  const source = measured(bytes);
  for await (const _ of source.bytes) continue;
  lastly();
  const pool = await datasets.pool();
  const run = await pool.use((connection) => sameContent(connection, load, source.sha256()));
  return run === undefined ? taken(load) : answered(load, { run, already: true });
}

function taken({ table }: LoadRequest): ApiResponse {
  return problem(
    409,
    `There is a table "${table}" with other content: say mode=append to add to it, mode=replace to put the file in its place, mode=upsert with a key to change rows of it, or give another name with ?name=.`,
    { table },
  );
}

function answered({ table }: LoadRequest, { run, already }: Received): ApiResponse {
  const headers = { location: `/api/v1/runs/${run}` };
  if (already) return { status: 200, headers, json: { run, table, already } };
  return { status: 202, headers, json: { run, table } };
}
