import type { AuditRecord } from "../../engine/audit/record.ts";
import { entityKey } from "../../engine/define/key.ts";
import { readDocument } from "../../engine/sync/entity.ts";
import type { Services } from "../services.ts";
import { type ApiRequest, problem, Refused, type Route } from "./http.ts";
import { listAnswer, pageOf } from "./list.ts";

/** The unified document of an entity; its version is the ETag. */
export const readEntity: Route = {
  name: "api-entities-read",
  methods: ["GET"],
  route: "api/v1/entities/{entity}/{id}",
  access: ["operator", "auditor"],
  async handle(request, services) {
    const { entity, id } = entityOf(request, services);
    const document = await readDocument(services.ports.documents, entity, id);
    if (!document) return problem(404, `No event has spoken of ${entity} ${id}.`);
    const { key, version, sequence, data, deleted, parked, at } = document;
    if (data === undefined) {
      const state = deleted ? "was removed" : parked ? "is parked at its first event" : "has no document yet";
      return problem(404, `The ${entity} ${id} ${state}; its audit log stays.`, {
        deleted: deleted ?? false,
        version,
        parked,
      });
    }
    const etag = `"${version}"`;
    const headers = { etag, "cache-control": "no-cache" };
    if (names(request.header("if-none-match"), etag)) return { status: 304, headers };
    return { status: 200, headers, json: { key, entity, id, version, sequence, data, parked, at } };
  },
};

/** The audit records of an entity, in the order of its chain. */
export const readAudit: Route = {
  name: "api-entities-audit",
  methods: ["GET"],
  route: "api/v1/entities/{entity}/{id}/audit",
  access: ["operator", "auditor"],
  async handle(request, services) {
    const { entity, id } = entityOf(request, services);
    const page = await services.ports.documents.query<AuditRecord>("unified", {
      text: "SELECT * FROM c WHERE c.kind = 'audit' ORDER BY c.sequence",
      partition: entityKey(entity, id),
      ...pageOf(request),
    });
    return listAnswer(request, page, withoutSystemFields);
  },
};

/** Whether an If-None-Match names an etag: a list, of weak ones too (RFC 9110, 13.1.2). */
function names(header: string | undefined, etag: string): boolean {
  return header?.split(",").some((each) => each.trim().replace(/^W\//, "") === etag) ?? false;
}

function entityOf(request: ApiRequest, services: Services): { entity: string; id: string } {
  const { entity = "", id = "" } = request.params;
  if (!services.app.documents.has(entity))
    throw new Refused(problem(404, `There is no document "${entity}".`));
  return { entity, id };
}

/** An item without what the store adds (`_rid`, `_etag`, `_ts` …). */
export function withoutSystemFields(item: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith("_")));
}
