import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secret } from "../../engine/define/setting.ts";
import { auditRow } from "../../engine/models/ready-made/audit-rows.ts";
import { deliveryRow } from "../../engine/models/ready-made/delivery-rows.ts";
import { documentRow } from "../../engine/models/ready-made/document-rows.ts";
import { fileOf } from "../../engine/models/ready-made/ready-made.ts";
import { AUDIT, DELIVERIES, DOCUMENTS, type TableRow } from "../../engine/models/ready-made/record-tables.ts";
import { writeRows } from "../../engine/models/ready-made/write-rows.ts";
import { checkModelSql } from "../../engine/models/sql/check.ts";
import { connectionPool, type ConnectionPool } from "../../engine/mysql/pool.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

const database = `ready_made_${randomBytes(6).toString("hex")}`;
let mysql: MysqlServer;
let admin: ConnectionPool;
let pool: ConnectionPool;
beforeAll(async () => {
  mysql = await mysqlServer();
  const setting = secret("MYSQL_URL");
  admin = connectionPool(setting, mysql.url);
  pool = connectionPool(setting, mysql.url, { connections: 1, session: [`USE ${database}`] });
});
afterAll(async () => {
  await admin?.close();
  await pool?.close();
  await mysql?.stop();
});
beforeEach(async () => {
  await admin.use((connection) => connection.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`));
  for (const { text } of checkModelSql(fileOf("records").text)) {
    await pool.use((connection) => connection.query(text));
  }
});
afterEach(() => admin.use((connection) => connection.query(`DROP DATABASE ${database}`)));

const time = (second: number): string => new Date(Date.UTC(2026, 2, 2, 9, 0, second)).toISOString();

/** A document as it was when it had so many records; its value tells which. */
function document({ id, sequence, second }: { id: number; sequence: number; second: number }): TableRow {
  const item = {
    entity: "person",
    entityId: String(id),
    version: sequence,
    sequence,
    at: time(second),
    // Each has as many values as records, so that what is left of an earlier one would be seen.
    data: { list: Array.from({ length: sequence }, () => `${sequence} at ${second}`) },
  };
  return documentRow(item, []);
}

/** An audit record, as it is or after its erasure. */
function record({ id, sequence, erased }: { id: number; sequence: number; erased: boolean }): TableRow {
  const change = { path: "contact", subSchema: "contact", ...(erased ? {} : { new: "[masked]" }) };
  return auditRow({
    id: `audit|e${sequence}`,
    kind: "audit",
    key: `person|${id}`,
    entity: "person",
    entityId: String(id),
    sequence,
    version: sequence,
    outcome: "updated",
    rule: { name: "told", hash: "" },
    event: {
      specversion: "1.0",
      id: `e${sequence}`,
      source: "shop",
      type: "told",
      subject: `person|${id}`,
      time: time(1),
      datacontenttype: "application/json",
      data: {},
    },
    changes: [change],
    at: time(2),
    previous: null,
    personal: { commitments: {}, ...(erased ? {} : { salt: "c2FsdA==" }) },
    hash: "0".repeat(64),
  });
}

/** An attempt to deliver, as it is or after its erasure. */
function delivery({ id, attempt, erased }: { id: number; attempt: number; erased: boolean }): TableRow {
  return deliveryRow({
    id: `delivery|list|e|${attempt}`,
    kind: "delivery",
    key: `person|${id}`,
    integration: "list",
    eventId: "e",
    attempt,
    status: "failed",
    version: 1,
    at: time(3),
    durationMs: 4.5,
    ...(erased ? { erased } : { error: "no such address" }),
  });
}

async function all(): Promise<unknown> {
  const tables = ["documents", "document_values", "audit", "audit_changes", "deliveries"];
  return pool.use(async (connection) => {
    const found: unknown[] = [];
    for (const table of tables)
      found.push(await connection.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`));
    return structuredClone(found);
  });
}

async function clear(): Promise<void> {
  for (const table of ["documents", "document_values", "audit", "audit_changes", "deliveries"])
    await pool.use((connection) => connection.query(`DELETE FROM ${table}`));
}

/** The last one of each key, by what `rank` says. */
function newest<T>(items: readonly T[], keyOf: (item: T) => string, rank: (item: T) => number): readonly T[] {
  return [...Map.groupBy(items, keyOf).values()].map(
    (same) => same.toSorted((a, b) => rank(b) - rank(a))[0] as T,
  );
}

const id = fc.integer({ min: 1, max: 2 });
const documents = fc.array(
  fc.record({ id, sequence: fc.integer({ min: 1, max: 3 }), second: fc.integer({ min: 0, max: 2 }) }),
  { maxLength: 12 },
);
const records = fc.array(fc.record({ id, sequence: fc.integer({ min: 1, max: 2 }), erased: fc.boolean() }), {
  maxLength: 8,
});
const deliveries = fc.array(
  fc.record({ id, attempt: fc.integer({ min: 1, max: 2 }), erased: fc.boolean() }),
  {
    maxLength: 8,
  },
);

describe("rows that are written", () => {
  it("come to the same tables in whatever order and however often, the newest of each", async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        records,
        deliveries,
        fc.integer({ min: 1, max: 4 }),
        async (docs, recs, dels, size) => {
          await clear();
          for (let from = 0; from < 12; from += size) {
            // Pages overlap, as windows do.
            await writeRows(pool, DOCUMENTS, docs.slice(from, from + size + 1).map(document));
            await writeRows(pool, AUDIT, recs.slice(from, from + size + 1).map(record));
            await writeRows(pool, DELIVERIES, dels.slice(from, from + size + 1).map(delivery));
          }
          const tables = await all();
          await clear();
          const last = newest(
            docs,
            (each) => String(each.id),
            ({ sequence, second }) => sequence * 10 + second,
          );
          await writeRows(pool, DOCUMENTS, last.map(document));
          const keyOf = (each: { id: number; sequence?: number; attempt?: number }): string =>
            JSON.stringify([each.id, each.sequence, each.attempt]);
          await writeRows(pool, AUDIT, newest(recs, keyOf, ({ erased }) => Number(erased)).map(record));
          await writeRows(
            pool,
            DELIVERIES,
            newest(dels, keyOf, ({ erased }) => Number(erased)).map(delivery),
          );
          expect(tables).toEqual(await all());
        },
      ),
      { numRuns: 25 },
    );
  });

  it("may be many, and large", async () => {
    const values = Array.from({ length: 30_000 }, (_, index) => index);
    const large = {
      entity: "person",
      entityId: "1",
      version: 1,
      sequence: 1,
      at: time(0),
      data: { values, text: "x\\'\u0000".repeat(300_000) },
    };
    await writeRows(pool, DOCUMENTS, [documentRow(large, []), document({ id: 2, sequence: 1, second: 0 })]);
    const [counted] = await pool.use((connection) =>
      connection.query("SELECT COUNT(*) AS count, MAX(LENGTH(value_text)) AS longest FROM document_values"),
    );
    expect(counted).toEqual({ count: 30_002, longest: 1_200_000 });
  });

  it("take what no id of ours has, rather than stop a run", async () => {
    const odd = { entity: "person", entityId: "Ana Ñ ", version: 1, sequence: 1, at: time(0) };
    await writeRows(pool, DOCUMENTS, [documentRow(odd, [])]);
    const rows = await pool.use((connection) => connection.query("SELECT entity_id FROM documents"));
    expect(rows).toEqual([{ entity_id: "Ana%20%C3%91%20" }]);
  });
});
