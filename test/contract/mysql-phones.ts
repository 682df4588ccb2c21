import type { DataOf, Destination } from "../../engine/define/index.ts";
import { database, type person, preparedTables, query } from "./mysql-people.ts";

/** A document with these phones, each `number kind`. */
export const withPhones = (...phones: string[]): DataOf<typeof person> => ({
  identity: { number: "1" },
  contact: { email: "a@example.com" },
  phones: phones.map((phone) => {
    const [number = "", kind = ""] = phone.split(" ");
    return { number, kind };
  }),
});

/** Every phone as `id version number kind`. */
export async function phones(table = "phones"): Promise<string[]> {
  const rows = await query(
    `SELECT CONCAT_WS(' ', id, version, number, kind) AS row_text FROM ${database}.${table} ORDER BY 1`,
  );
  return rows.map((row) => String(row["row_text"]));
}

/** People who have a table of phones by number, one by position, and a row of golden ones. */
export const preparedAll = (): Promise<Destination> =>
  preparedTables(({ many }) => ({
    people: { columns: ({ text }) => ({ email: text(100, (c) => c.contact?.email) }) },
    phones: many({
      rows: (c) => c.phones ?? [],
      key: ["number"],
      columns: ({ text }) => ({ number: text(40, (p) => p.number), kind: text(10, (p) => p.kind) }),
    }),
    lines: many({
      rows: (c) => c.phones ?? [],
      columns: ({ text }) => ({ number: text(40, (p) => p.number), kind: text(10, (p) => p.kind) }),
    }),
    golden: {
      when: (c) => c.sums?.gold === true,
      columns: ({ text }) => ({ total: text(20, (c) => c.sums?.total) }),
    },
  }));
