import { conditionOf, countItems } from "../condition.ts";
import type { AppDefinition } from "../define/app.ts";
import { parseKey } from "../define/key.ts";
import type { Ports } from "../ports.ts";
import { loadEntity } from "../sync/entity.ts";
import { countQuarantine } from "../sync/quarantine-list.ts";
import { eraseDocument } from "./erase-document.ts";
import { countAttemptsUpTo } from "./erase-deliveries.ts";
import { ERASER } from "./erased.ts";
import type { Place } from "./receipt.ts";
import { auditBlobs } from "./tidy-blobs.ts";

/** Where an erasure would look, and how much is there; alters nothing. */
export async function foreseeErasure(
  { documents, blobs, clock }: Pick<Ports, "documents" | "blobs" | "clock">,
  app: AppDefinition,
  key: string,
): Promise<readonly Place[]> {
  const { entity } = parseKey(key);
  const { state, parked } = await loadEntity(documents, key);
  const sighting = { time: new Date(clock.now()).toISOString(), source: ERASER };
  const letters = conditionOf(["c.kind = 'dead-letter'"]);
  let large = 0;
  for await (const _name of blobs.list(auditBlobs(key))) large += 1;
  const there = (place: string, items: number): Place => ({
    place,
    items,
    state: items > 0 ? "to be erased" : "nothing there",
  });
  return [
    there("document", eraseDocument(state, app.documents.get(entity), sighting).changes.length),
    there("audit", state.sequence),
    there("blobs", large),
    there("parked", parked?.waiting ?? 0),
    there("deliveries", await countAttemptsUpTo(documents, key, state.version)),
    there("dead-letters", await countItems(documents, "deliveries", letters, key)),
    { place: "quarantine", items: await countQuarantine(documents, {}), state: "to be looked through" },
    ...app.integrations
      .filter(({ on }) => on.name === entity)
      .map(({ name }) => ({ place: `destination ${name}`, items: 1, state: "to be told" })),
  ];
}
