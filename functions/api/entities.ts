import type { StoredRecord } from "../../engine/audit/record.ts";
import { wholeRecord } from "../../engine/audit/stub.ts";
import type { AppDefinition, DocumentDefinition } from "../../engine/define/index.ts";
import { entityKey } from "../../engine/define/key.ts";
import { BlobLostError } from "../../engine/errors/blob-lost-error.ts";
import { maskRecord } from "../../engine/privacy/mask.ts";
import { readDocument } from "../../engine/sync/entity.ts";
import { withoutSystemFields } from "../../engine/system-fields.ts";
import type { Services } from "../services.ts";
import { seesPersonal } from "./access.ts";
import { answerAsOf } from "./as-of.ts";
import { documentView } from "./document-view.ts";
import { type ApiRequest, problem, Refused, type Route } from "./http.ts";
import { BAD_CURSOR, badQuery, listAnswer, pageOf, timeIn } from "./list.ts";

/** The unified document of an entity; its version is the ETag. With `?at=`, as it was recorded by then. */
export const readEntity: Route = {
  name: "api-entities-read",
  methods: ["GET"],
  route: "api/v1/entities/{entity}/{id}",
  access: ["operator", "auditor", "job"],
  async handle(request, services, caller) {
    const { entity, id, definition } = definitionOf(request, services.app);
    const document = await readDocument(services.ports.documents, entity, id);
    if (!document) return problem(404, `No event has spoken of ${entity} ${id}.`);
    const time = timeIn(request, "at");
    if (time !== undefined) return answerAsOf(document, time, definition, services, caller);
    const view = documentView(document, definition, caller);
    const { version, deleted, parked } = view;
    if (view.data === undefined) {
      const state = deleted ? "was removed" : parked ? "is parked at its first event" : "has no document yet";
      return problem(404, `The ${entity} ${id} ${state}; its audit log stays.`, {
        deleted: deleted ?? false,
        version,
        parked,
      });
    }
    const etag = `"${version}"`;
    // What one caller sees is not what another may: no cache in between may keep it.
    const headers = { etag, "cache-control": "private, no-cache" };
    if (names(request.header("if-none-match"), etag)) return { status: 304, headers };
    return { status: 200, headers, json: view };
  },
};

/** Most bytes that the large records of a page may have; the first one comes whatever it has. */
const MAX_PAGE = 8 * 1024 * 1024;

/**
 * The audit records of an entity, in the order of its chain, large ones whole, personal values masked for who may not
 * see them. A page ends where the large ones would
 * come to more than it may hold: its cursor is the place of its last record in the chain.
 */
export const readAudit: Route = {
  name: "api-entities-audit",
  methods: ["GET"],
  route: "api/v1/entities/{entity}/{id}/audit",
  access: ["operator", "auditor"],
  async handle(request, services, caller) {
    const { entity, id } = definitionOf(request, services.app);
    const { limit, cursor = "0" } = pageOf(request);
    if (!/^\d{1,15}$/.test(cursor)) throw badQuery("cursor", BAD_CURSOR);
    const page = await services.ports.documents.query<StoredRecord>("unified", {
      text: "SELECT * FROM c WHERE c.kind = 'audit' AND c.sequence > @after ORDER BY c.sequence",
      parameters: { after: Number(cursor) },
      partition: entityKey(entity, id),
      limit,
    });
    const fitting = fill(page.items);
    const items = await Promise.all(fitting.map((record) => whole(record, services)));
    const more = page.next !== null || fitting.length < page.items.length;
    const next = more ? String(fitting.at(-1)?.sequence ?? cursor) : null;
    const shown = (record: StoredRecord): StoredRecord =>
      "blob" in record || seesPersonal(caller) ? record : maskRecord(record);
    return listAnswer(request, { items, next }, (record) => withoutSystemFields(shown(record)));
  },
};

/** The records that one page holds. */
function fill(records: readonly StoredRecord[]): readonly StoredRecord[] {
  let bytes = 0;
  const end = records.findIndex((record, index) => {
    if ("blob" in record) bytes += record.blob.bytes;
    return index > 0 && bytes > MAX_PAGE;
  });
  return end < 0 ? records : records.slice(0, end);
}

/** A record whole; what is left of it where its blob is lost, which then does not verify. */
async function whole(record: StoredRecord, { ports, log }: Services): Promise<StoredRecord> {
  try {
    return await wholeRecord(record, ports.blobs);
  } catch (error) {
    if (!(error instanceof BlobLostError)) throw error;
    log("error", `the audit record ${record.sequence} of ${record.key} is not whole`, { error });
    return record;
  }
}

/** Whether an If-None-Match names an etag: a list, of weak ones too (RFC 9110, 13.1.2). */
function names(header: string | undefined, etag: string): boolean {
  return header?.split(",").some((each) => each.trim().replace(/^W\//, "") === etag) ?? false;
}

/** The entity that a request is about, and the definition of its document. Throws a Refused of 404. */
export function definitionOf(
  { params }: Pick<ApiRequest, "params">,
  { documents }: AppDefinition,
): { entity: string; id: string; definition: DocumentDefinition } {
  const { entity = "", id = "" } = params;
  const definition = documents.get(entity);
  if (!definition) throw new Refused(problem(404, `There is no document "${entity}".`));
  return { entity, id, definition };
}
