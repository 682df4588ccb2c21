import { type Explained, explain } from "../../engine/audit/explain/explain.ts";
import { maskParked } from "../../engine/privacy/mask-items.ts";
import { eachLeaf, pathSegments, pathText, type Segments, valueAt } from "../../engine/sync/paths.ts";
import { seesPersonal } from "./access.ts";
import { definitionOf } from "./entities.ts";
import { type ApiRequest, problem, type Route } from "./http.ts";
import { badQuery } from "./list.ts";

/** Why a place in a document has its value; of each leaf below it, where it has members. */
export const explainEntity: Route = {
  name: "api-entities-explain",
  methods: ["GET"],
  route: "api/v1/entities/{entity}/{id}/explain",
  access: ["operator", "auditor"],
  async handle(request, { app, ports, settings }, caller) {
    const { entity, id, definition } = definitionOf(request, app);
    const path = pathIn(request, definition.name, definition.subSchemas);
    const personal = seesPersonal(caller);
    const question = { entity, id, path, limit: limitIn(request), personal };
    const missing = ({ destination }: (typeof app.integrations)[number]): readonly string[] =>
      settings.missing(destination.settings);
    const explained = await explain({ app, ports, missing }, definition, question);
    if (!explained) return problem(404, `No event has spoken of ${entity} ${id}.`);
    const { document, leaves, more } = explained;
    const { key, version, sequence, deleted, at } = document;
    const parked = document.parked && !personal ? maskParked(document.parked) : document.parked;
    const asked = pathText(path);
    const [only] = leaves;
    if (!only) {
      const detail = `No event ever spoke of ${asked} of ${entity} ${id}.${hint(explained, path)}`;
      return problem(404, detail, { parked });
    }
    const now = { key, entity, id, path: asked, version, sequence, at, deleted, parked };
    const isLeaf = leaves.length === 1 && only.path === asked;
    return { status: 200, json: isLeaf ? { ...now, ...only } : { ...now, leaves, more } };
  },
};

/** `?path=`: a place in the document. Throws a Refused of 400 that names the sub-schemas. */
function pathIn(request: ApiRequest, name: string, subSchemas: readonly string[]): Segments {
  const text = request.url.searchParams.get("path") ?? "";
  const path = pathSegments(text);
  const [subSchema] = path;
  const known = `those of ${name} are ${subSchemas.join(", ")}`;
  if (subSchema === undefined)
    throw badQuery("path", `must name a sub-schema, or a place below one, as contact.email does; ${known}`);
  if (!subSchemas.includes(subSchema)) throw badQuery("path", `"${subSchema}" is no sub-schema; ${known}`);
  return path;
}

/** `?limit=`: 1 to 100 earlier values and lost ones a leaf; default 20. Throws a Refused of 400. */
function limitIn(request: ApiRequest): number {
  const text = request.url.searchParams.get("limit") ?? "20";
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 100) throw badQuery("limit", "must be a whole number from 1 to 100");
  return limit;
}

/** What to ask for instead of a place within a leaf: an array stands or goes whole. */
function hint({ document }: Explained, path: Segments): string {
  for (let length = path.length - 1; length > 0; length--) {
    const at = path.slice(0, length);
    let leaf = false;
    eachLeaf(valueAt(document.data, at), (below) => (leaf ||= below.length === 0));
    if (leaf) return ` ${pathText(at)} is one value: ask for that.`;
  }
  return "";
}
