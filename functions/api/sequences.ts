import { z } from "zod";
import { checkSequence } from "../../engine/sequences/book/check-sequence.ts";
import { FaultyFileError } from "../../engine/sequences/book/faulty-file-error.ts";
import { jsonSchemas } from "../../engine/sequences/book/json-schemas.ts";
import {
  type StoredSequence,
  readStored,
  removeStored,
  store,
} from "../../engine/sequences/book/stored-sequence.ts";
import { SEQUENCE_NAME, type Sequence } from "../../engine/sequences/sequence.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import type { Services } from "../services.ts";
import { bodyOf } from "./body.ts";
import { type ApiRequest, type ApiResponse, problem, Refused, type Route } from "./http.ts";
import { badQuery, listAnswer, pageOf } from "./list.ts";
import { sentence } from "./sentence.ts";

/** The sequences that there are, by name, and under `faults` what cannot be used of sequences and of `modules.json`. */
export const listSequences: Route = {
  name: "api-sequences-list",
  methods: ["GET"],
  route: "api/v1/sequences",
  access: ["operator", "auditor"],
  async handle(request, services) {
    const { limit, cursor = "" } = pageOf(request);
    const { book } = services.sequences;
    const all = await book.list();
    const rest = all.filter(({ name }) => name > cursor);
    const items = rest.slice(0, limit);
    const next = rest.length > limit ? (items.at(-1)?.name ?? null) : null;
    const { status, json } = listAnswer(request, { items, next }, viewOf);
    return { status, json: { ...Object(json), faults: await book.faults() } };
  },
};

/** One sequence, with its steps, and what is to be said of it by now: its modules may be others than when it was stored. */
export const readSequence: Route = {
  name: "api-sequences-read",
  methods: ["GET"],
  route: "api/v1/sequences/{name}",
  access: ["operator", "auditor"],
  async handle(request, services) {
    const name = request.params["name"] ?? "";
    const sequence = await sequenceNamed(name, services);
    if (!sequence) return noSuchSequence(name);
    const stored = sequence.from === "api" ? await readStored(services.ports.documents, name) : undefined;
    const { issues, warnings } = await checkSequence(name, sequence.plan, services.sequences.book);
    return { status: 200, json: { ...viewOf(sequence), ...storedView(stored), issues, warnings } };
  },
};

/** Stores a sequence, or with `?dryRun=true` only says what is to be said of it. 422 with issues where it cannot be stored. */
export const putSequence: Route = {
  name: "api-sequences-put",
  methods: ["PUT"],
  route: "api/v1/sequences/{name}",
  access: ["operator"],
  async handle(request, services, caller) {
    const name = request.params["name"] ?? "";
    if (!SEQUENCE_NAME.test(name)) throw badName(name);
    const file = await bodyOf(request, z.unknown());
    const { book } = services.sequences;
    if (await isOfFile(name, services)) return isFile(name);
    const { issues, warnings } = await checkSequence(name, file, book);
    if (issues.length > 0)
      return problem(422, "The sequence cannot be stored like this.", { issues, warnings });
    const { documents, clock } = services.ports;
    if (isDryRun(request)) {
      return { status: 200, json: { name, stored: false, warnings } };
    }
    await recordAction(services.ports, { actor: caller.name, action: "store-sequence", target: name });
    const storedAt = new Date(clock.now()).toISOString();
    const isNew = await store(documents, { name, file, storedAt, storedBy: caller.name });
    const headers = { location: `/api/v1/sequences/${name}` };
    return { status: isNew ? 201 : 200, headers, json: { name, stored: true, warnings } };
  },
};

/**
 * Removes a sequence that was stored; its runs go on. 409 for one of a file, unless the file only came to stand above one that
 * was stored, and for one that another follows.
 */
export const deleteSequence: Route = {
  name: "api-sequences-delete",
  methods: ["DELETE"],
  route: "api/v1/sequences/{name}",
  access: ["operator"],
  async handle(request, services, caller) {
    const name = request.params["name"] ?? "";
    const { documents } = services.ports;
    const { book } = services.sequences;
    if (!(await readStored(documents, name))) {
      return (await sequenceNamed(name, services)) ? isFile(name) : noSuchSequence(name);
    }
    const all = await book.list();
    const follower = all.find(({ plan }) => plan.after === name);
    const stays = all.some((sequence) => sequence.name === name && sequence.from === "file");
    if (follower && !stays) {
      return problem(409, `The sequence "${follower.name}" follows it: alter that first.`);
    }
    await recordAction(services.ports, { actor: caller.name, action: "delete-sequence", target: name });
    if (!(await removeStored(documents, name))) return noSuchSequence(name);
    return { status: 204 };
  },
};

/** The JSON Schemas `sequence.json` and `modules.json`, for editors that check what is not in the repository. */
export const readSequenceSchema: Route = {
  name: "api-sequences-schema",
  methods: ["GET"],
  route: "api/v1/schemas/{schema}",
  access: "open",
  async handle(request) {
    const schemas = jsonSchemas();
    const name = request.params["schema"] ?? "";
    const schema = name.endsWith(".json") ? schemas.get(name.slice(0, -".json".length)) : undefined;
    if (schema) return { status: 200, headers: { "content-type": "application/schema+json" }, json: schema };
    const names = [...schemas.keys()].map((each) => `${each}.json`);
    return problem(404, `There is no such schema: there are ${names.join(" and ")}.`);
  },
};

/** The sequence of that name. Throws a Refused of 409 where it is faulty. */
export async function sequenceNamed(
  name: string,
  { sequences }: Pick<Services, "sequences">,
): Promise<Sequence | undefined> {
  try {
    return await sequences.book.find(name);
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Whether a file of the app has that name. Throws a Refused of 409 where it is faulty; one that was stored may be stored anew. */
async function isOfFile(name: string, services: Pick<Services, "sequences">): Promise<boolean> {
  try {
    return (await services.sequences.book.find(name))?.from === "file";
  } catch (error) {
    if (error instanceof FaultyFileError && error.from === "api") return false;
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  return error instanceof FaultyFileError ? new Refused(problem(409, sentence(error.message))) : error;
}

function viewOf({ name, plan, from }: Sequence): Record<string, unknown> {
  return { name, from, ...plan };
}

function storedView(stored: StoredSequence | undefined): Record<string, unknown> {
  return stored ? { storedAt: stored.storedAt, storedBy: stored.storedBy } : {};
}

function isDryRun({ url }: ApiRequest): boolean {
  const text = url.searchParams.get("dryRun");
  if (text !== null && text !== "true" && text !== "false") throw badQuery("dryRun", "must be true or false");
  return text === "true";
}

function badName(name: string): Refused {
  const issues = [{ path: "name", message: `must be ${SEQUENCE_NAME.source}` }];
  return new Refused(
    problem(400, `A sequence cannot be called ${JSON.stringify(name.slice(0, 80))}.`, { issues }),
  );
}

function isFile(name: string): ApiResponse {
  return problem(409, `The sequence "${name}" is a file of the app, etl_sequences/${name}.json: alter that.`);
}

function noSuchSequence(name: string): ApiResponse {
  return problem(404, `There is no sequence "${name.slice(0, 80)}".`);
}
