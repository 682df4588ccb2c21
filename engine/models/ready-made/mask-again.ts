import { entityKey } from "../../define/key.ts";
import type { Ports } from "../../ports.ts";
import { DOCUMENT, type DocumentItem } from "../../sync/entity.ts";
import { withPatience } from "../../sync/patience.ts";
import { documentRow, marksOf } from "./document-rows.ts";
import type { Filling } from "./filling.ts";
import { DOCUMENTS } from "./record-tables.ts";

/** Documents that are masked again in one step. */
const PAGE = 100;

/**
 * Masks again the documents whose schema says now that something else in them is personal: nothing in the store tells of
 * that, since they did not change. Returns how many, and whether that was all: where the filling's time is over, the
 * rest is left. Throws as {@link Filling} does; rejects when the store fails for minutes.
 */
export async function maskAgain(
  ports: Pick<Ports, "documents" | "log" | "clock">,
  filling: Filling,
): Promise<{ readonly documents: number; readonly all: boolean }> {
  const found = await rowsOf(filling, "SELECT DISTINCT entity, marks FROM documents", []);
  let documents = 0;
  for (const [entity = "", before = ""] of found) {
    const marks = marksOf(filling.personalOf(entity));
    if (before === marks) continue;
    for (let after = ""; ;) {
      filling.heed();
      if (ports.clock.now() >= filling.until) return { documents, all: false };
      const ids = await maskedSo(filling, { entity, before, after });
      const last = ids.at(-1);
      if (last === undefined) break;
      const items = await Promise.all(ids.map((id) => read(ports, entity, id)));
      const known = items.filter((item) => item !== undefined);
      await filling.write(
        DOCUMENTS,
        known.map((item) => documentRow(item, filling.personalOf(item.entity))),
      );
      await blank(filling, { entity, before, marks, ids });
      documents += ids.length;
      after = last;
    }
  }
  return { documents, all: true };
}

/** The next entities whose documents were masked by these marks. */
async function maskedSo(
  filling: Filling,
  { entity, before, after }: { readonly entity: string; readonly before: string; readonly after: string },
): Promise<readonly string[]> {
  const rows = await rowsOf(
    filling,
    `SELECT entity_id FROM documents WHERE entity = ? AND marks = ? AND entity_id > ? ORDER BY entity_id LIMIT ${PAGE}`,
    [entity, before, after],
  );
  return rows.flat();
}

interface Left {
  readonly entity: string;
  readonly before: string;
  readonly marks: string;
  readonly ids: readonly string[];
}

/** What the store has no more, or only as it was earlier (after a restore), keeps no value that may be personal by now. */
function blank(filling: Filling, { entity, before, marks, ids }: Left): Promise<void> {
  return filling.transaction(async (connection) => {
    const left = await connection.query(
      "SELECT entity_id FROM documents WHERE entity = ? AND marks = ? AND entity_id IN (?) FOR UPDATE",
      [entity, before, ids],
    );
    if (left.length === 0) return;
    const gone = left.map((row) => String(row["entity_id"]));
    await connection.query("DELETE FROM document_values WHERE entity = ? AND entity_id IN (?)", [
      entity,
      gone,
    ]);
    await connection.query(
      "UPDATE documents SET data = NULL, marks = ? WHERE entity = ? AND entity_id IN (?)",
      [marks, entity, gone],
    );
  });
}

function read(
  { documents, log }: Pick<Ports, "documents" | "log">,
  entity: string,
  id: string,
): Promise<DocumentItem | undefined> {
  return withPatience(log, "reading a document for a business model", async () => {
    const stored = await documents.read<DocumentItem>("unified", entityKey(entity, id), DOCUMENT);
    return stored?.item;
  });
}

/** The rows of a query, as text. */
function rowsOf(
  filling: Filling,
  sql: string,
  values: readonly string[],
): Promise<readonly (readonly string[])[]> {
  return filling.transaction(async (connection) =>
    (await connection.query(sql, values)).map((row) => Object.values(row).map(String)),
  );
}
