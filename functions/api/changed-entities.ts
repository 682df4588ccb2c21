import type { DocumentItem } from "../../engine/sync/entity.ts";
import { documentView } from "./document-view.ts";
import { problem, type Route } from "./http.ts";
import { badQuery, listAnswer, pageOf, timeIn } from "./list.ts";

/**
 * How much earlier than asked for a list begins, in milliseconds: what was written by a host whose store was slow, or
 * whose clock goes behind, appears with a time at which somebody may have asked already.
 */
const LATE_MS = 60_000;

/** Most documents of a page, since each may have 1 MB. */
const MAX_PAGE = 100;

/**
 * The documents of an entity that changed within a time, the oldest change first, removed ones too. So that whoever asks
 * one window after the other misses nothing, each begins a minute before its time, and what changed then comes twice.
 */
export const listChangedEntities: Route = {
  name: "api-entities-changed",
  methods: ["GET"],
  route: "api/v1/entities/{entity}",
  access: ["operator", "auditor", "job"],
  async handle(request, { app, ports }, caller) {
    const entity = request.params["entity"] ?? "";
    const definition = app.documents.get(entity);
    if (!definition) return problem(404, `There is no document "${entity}".`);
    const { limit, cursor } = pageOf(request);
    const from = timeIn(request, "changedFrom");
    const to = timeIn(request, "changedTo");
    if (from !== undefined && to !== undefined && from >= to) {
      throw badQuery("changedTo", "must be later than changedFrom");
    }
    const conditions = [
      "c.kind = 'document' AND c.entity = @entity",
      ...(from === undefined ? [] : ["c.at >= @from"]),
      ...(to === undefined ? [] : ["c.at < @to"]),
    ];
    const page = await ports.documents.query<DocumentItem>("unified", {
      text: `SELECT * FROM c WHERE ${conditions.join(" AND ")} ORDER BY c.at`,
      parameters: {
        entity,
        ...(from === undefined ? {} : { from: new Date(Date.parse(from) - LATE_MS).toISOString() }),
        ...(to === undefined ? {} : { to }),
      },
      limit: Math.min(limit, MAX_PAGE),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const answer = listAnswer(request, page, (item) => documentView(item, definition, caller));
    return { ...answer, headers: { "cache-control": "private, no-cache" } };
  },
};
