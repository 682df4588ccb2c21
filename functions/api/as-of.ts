import { documentAsOf } from "../../engine/audit/as-of.ts";
import { deliveredBy } from "../../engine/audit/as-of-deliveries.ts";
import type { DocumentDefinition } from "../../engine/define/index.ts";
import { BlobLostError } from "../../engine/errors/blob-lost-error.ts";
import { maskValue } from "../../engine/privacy/mask.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import type { Services } from "../services.ts";
import { seesPersonal } from "./access.ts";
import { type ApiResponse, type Caller, problem } from "./http.ts";

/** The answer to `?at=`: a document as it was recorded by a time, and what destinations had of it then. */
export async function answerAsOf(
  document: DocumentItem,
  time: string,
  definition: DocumentDefinition,
  { app, ports, log }: Services,
  caller: Caller,
): Promise<ApiResponse> {
  const { key, entity, entityId: id } = document;
  const asOf = await documentAsOf(ports, document, time).catch((error: unknown) => {
    if (!(error instanceof BlobLostError)) throw error;
    log("error", `${key} as of ${time} cannot be told`, { error });
    return undefined;
  });
  if (!asOf) return problem(500, "A record up to then is not whole: its blob is lost or was altered.");
  if ("since" in asOf) {
    const since = asOf.since === undefined ? "" : ` Its first record is of ${asOf.since}.`;
    return problem(404, `There was no ${entity} ${id} at ${time}.${since}`, {
      asOf: time,
      since: asOf.since,
    });
  }
  const { data, version, sequence, at, erased, chain } = asOf;
  if (data === undefined) {
    const deleted = version > 0;
    const state = deleted ? "had been removed" : "had no document yet";
    return problem(404, `The ${entity} ${id} ${state} by ${time}; its audit log stays.`, {
      asOf: time,
      deleted,
      version,
      sequence,
      at,
      chain,
      ...(erased.length > 0 ? { erased } : {}),
    });
  }
  const deliveries = await Promise.all(
    app.integrations
      .filter(({ on }) => on.name === entity)
      .map(({ name }) => deliveredBy(ports.documents, key, name, time)),
  );
  const shown = seesPersonal(caller) ? data : maskValue(data, definition.personal);
  return {
    status: 200,
    headers: { "cache-control": "private, no-cache" },
    json: { key, entity, id, asOf: time, version, sequence, data: shown, at, erased, chain, deliveries },
  };
}
