import { uploadedFile } from "../../engine/datasets/file/uploaded-file.ts";
import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import { LeaseLostError } from "../../engine/errors/lease-lost-error.ts";
import { SqlFaultError } from "../../engine/errors/sql-fault-error.ts";
import { UnavailableError } from "../../engine/errors/unavailable-error.ts";
import { JOB_ENDINGS } from "../../engine/models/command.ts";
import type { Change } from "../../engine/models/database/server.ts";
import type { BusinessModel } from "../../engine/models/model.ts";
import { startNext } from "../../engine/models/schedule/start-next.ts";
import { type SqlTaken, takeSql } from "../../engine/models/take-sql.ts";
import { takeJob } from "../../engine/models/take-job.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { deskOf, MODEL_ROLES, modelIn, noSuchModel, shown } from "./business-models.ts";
import type { Services } from "../services.ts";
import { type ApiRequest, type ApiResponse, type Caller, problem, Refused, type Route } from "./http.ts";
import { badQuery } from "./list.ts";
import { sentence } from "./sentence.ts";

/** Largest .sql and largest job, in bytes. */
const SQL_BYTES = 1024 * 1024;
const JOB_BYTES = 10 * 1024 * 1024;

/** What a job finds beside its file. */
const OURS: readonly string[] = ["mysql.mjs"];

/** Takes the .sql of a business model: makes its database and users, or changes what is there. */
export const uploadModelSql: Route = {
  name: "api-models-upload-sql",
  methods: ["PATCH"],
  route: "api/v1/upload/model/{id}",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const model = await modelIn(request, services, caller);
    if (model.ready_made !== undefined) return readyMade(".sql");
    const how = { dryRun: flag(request, "dryRun"), allowDestructive: flag(request, "allowDestructive") };
    return refusingFaults(async () => {
      const { bytes, fileName } = await fileIn(request, SQL_BYTES);
      const text = textOf(bytes);
      const { ports } = services;
      if (!how.dryRun) {
        const details = { model: model.model, fileName, ...how };
        await recordAction(ports, {
          actor: caller.name,
          action: "upload-model",
          target: model.name,
          details,
        });
      }
      const taken = await takeSql(deskOf(services), model, { text, fileName }, how);
      if (!taken.applied) return notApplied(taken, how.dryRun);
      if (!taken.model) throw noSuchModel(request);
      await startAtOnce(taken.model, services, caller);
      const answer = await shown(taken.model, services, caller);
      const { model: sql, ...view } = answer.json as Record<string, unknown>;
      // `job` is the address of the job's user here, as the description has it; the file is in the view of the model.
      const json = taken.addresses
        ? { ...taken.addresses, changes: taken.changes, ...without(view, "job"), model: sql }
        : { changes: taken.changes, ...view, model: sql };
      return { ...answer, headers: { "cache-control": "no-store" }, json };
    });
  },
};

/** Takes the job of a business model, which runs from its next window on. */
export const uploadModelJob: Route = {
  name: "api-models-upload-job",
  methods: ["PATCH"],
  route: "api/v1/upload/job/{id}",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const model = await modelIn(request, services, caller);
    if (model.ready_made !== undefined) return readyMade("job");
    if ("refused" in services.jobs) return problem(503, sentence(services.jobs.refused));
    return refusingFaults(async () => {
      const file = await fileIn(request, JOB_BYTES);
      const { fileName } = file;
      if (!JOB_ENDINGS.some((ending) => fileName.endsWith(ending)) || OURS.includes(fileName)) {
        throw new FileFaultError(
          `a job is a file that ends with ${JOB_ENDINGS.join(", ")} and is not called ${OURS.join(", ")}: ${fileName} is none`,
        );
      }
      const details = { model: model.model, fileName };
      await recordAction(services.ports, {
        actor: caller.name,
        action: "upload-job",
        target: model.name,
        details,
      });
      const changed = await takeJob(deskOf(services), model, file);
      if (!changed) throw noSuchModel(request);
      await startAtOnce(changed, services, caller);
      return shown(changed, services, caller);
    });
  },
};

/** The answer of what a ready-made model takes none of. */
function readyMade(what: ".sql" | "job"): ApiResponse {
  return problem(
    409,
    `The model is ready-made: its tables and what fills them come with Caudal, so that it takes no ${what}. Make another model for your own.`,
  );
}

/** Starts the first run of a model that is complete now, without waiting for the timer. */
async function startAtOnce(model: BusinessModel, { ports, jobs }: Services, caller: Caller): Promise<void> {
  if (!("refused" in jobs)) await startNext(ports, model, caller.name);
}

/** The answer of what a file is refused for, instead of the throw. */
async function refusingFaults(work: () => Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SqlFaultError) {
      const issues = error.faults.map(({ line, reason }) => ({ path: `line ${line}`, message: reason }));
      if (error.done.length === 0) {
        return problem(422, "The .sql was refused; nothing of it has happened.", { issues });
      }
      const detail =
        "The data in the tables do not allow all of it. What `done` lists was changed before that, and nothing else: mend the file or the data, and send it again.";
      return problem(422, detail, { issues, done: error.done });
    }
    if (error instanceof FileFaultError) return problem(422, sentence(error.message));
    if (error instanceof UnavailableError) {
      const detail = sentence(`${error.message}: nothing is lost, send it again`);
      return problem(503, detail, { headers: { "retry-after": "10" } });
    }
    if (error instanceof LeaseLostError)
      return problem(409, "Another upload of this model began: send it again.");
    throw error;
  }
}

/** The file of an upload, whole, and its name made safe. */
async function fileIn(request: ApiRequest, most: number): Promise<{ bytes: Buffer; fileName: string }> {
  const file = await uploadedFile(request.header("content-type"), request.stream());
  const name = file.fileName ?? request.url.searchParams.get("name") ?? "";
  if (name === "") {
    await file.discard();
    throw badQuery("name", "must be the file's name, where the body is the file: ?name=report.sql");
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of file.bytes) {
    size += chunk.length;
    if (size > most) {
      throw new Refused(problem(413, `The file has more than ${most / 1024 / 1024} MiB.`));
    }
    chunks.push(chunk);
  }
  if (size === 0) throw new FileFaultError("the file is empty");
  const safe = name.replaceAll(/[^\w.-]/g, "_").slice(-100);
  // No name that begins like an option, or is hidden.
  return { bytes: Buffer.concat(chunks), fileName: safe.replace(/^[.-]+/, "") || "file" };
}

/** The text of a .sql. Throws a SqlFaultError that names the line where it is no UTF-8. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Where it first differs from what its characters would be.
    const again = Buffer.from(bytes.toString("utf8"));
    const place = bytes.findIndex((byte, index) => byte !== again[index]);
    const line = bytes.subarray(0, place).toString("latin1").split("\n").length;
    throw new SqlFaultError([{ line, reason: "is not UTF-8: save the file as UTF-8" }]);
  }
}

function notApplied({ changes }: SqlTaken, dryRun: boolean): ApiResponse {
  if (dryRun) return { status: 200, json: { applied: false, changes } };
  const lost = changes.filter(({ destructive }: Change) => destructive).length;
  const detail = `Nothing was changed: ${lost} of ${changes.length} changes may lose data. Look at them, and send the file again with ?allowDestructive=true.`;
  return problem(409, detail, { changes });
}

function flag(request: ApiRequest, name: string): boolean {
  const text = request.url.searchParams.get(name);
  if (text === null || text === "false") return false;
  if (text === "true") return true;
  throw badQuery(name, "must be true or false");
}

function without(view: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view).filter(([member]) => member !== name));
}
