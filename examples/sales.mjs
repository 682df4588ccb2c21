// Fills examples/sales.sql: the customers that changed in the window. The same window twice does no harm.
import { parseArgs } from "node:util";
import mysql from "./mysql.mjs";

const { from, to } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" } } }).values;
const { CAUDAL_API_URL, CAUDAL_TOKEN, DATABASE_URL } = process.env;

const database = await mysql.createConnection(DATABASE_URL);
let count = 0;
let cursor = null;
do {
  const url = new URL("/api/v1/entities/customer", CAUDAL_API_URL);
  url.search = new URLSearchParams({ changedFrom: from, changedTo: to, ...(cursor && { cursor }) });
  const answer = await fetch(url, { headers: { authorization: `Bearer ${CAUDAL_TOKEN}` } });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`);
  const { items, next } = await answer.json();
  for (const { id, version, at, data, deleted } of items) {
    if (deleted) {
      await database.execute("DELETE FROM customers WHERE id = ?", [id]);
      continue;
    }
    const { orders = 0, totalSpent = null, currency = null } = data?.commerce ?? {};
    await database.execute(
      `INSERT INTO customers (id, version, orders, total_spent, currency, changed_at) VALUES (?, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE version = VALUES(version), orders = VALUES(orders),
         total_spent = VALUES(total_spent), currency = VALUES(currency), changed_at = VALUES(changed_at)`,
      [id, version, orders, totalSpent, currency, at.slice(0, -1).replace("T", " ")],
    );
  }
  count += items.length;
  cursor = next;
} while (cursor !== null);
await database.end();
console.log(`${count} customers from ${from} to ${to}`);
