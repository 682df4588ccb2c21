import { describe, expect, it } from "vitest";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { changeModel } from "../../engine/models/change.ts";
import { createModel } from "../../engine/models/create.ts";
import { loadModel } from "../../modules/load-model.ts";
import { SALES } from "../unit/models/models-desk.ts";
import { type Done, runModule } from "../unit/modules/run-module.ts";
import { ModelLoadDesk } from "./model-load-desk.ts";

const here = new ModelLoadDesk();

function load(input: string, config: object = {}): Promise<Done> {
  const whole = { model: "Sales", table: "customers", mode: "upsert", ...config };
  return runModule(loadModel(here.store), { input, config: whole });
}

const emails = (): Promise<unknown[]> => here.rows("SELECT id, email FROM customers ORDER BY id");

describe("load_model", () => {
  it("adds rows, and alters those of a primary key that is there", async () => {
    await load("id,email\n1,ana@example.com\n2,luis@example.com\n");
    const { result } = await load("id,email\n2,luis@example.org\n3,eva@example.com\n");
    expect(result).toEqual({ rows: 2, table: "customers", model: here.model.model });
    expect(await emails()).toEqual([
      ["1", "ana@example.com"],
      ["2", "luis@example.org"],
      ["3", "eva@example.com"],
    ]);
  });

  it("puts the file in the place of what the table has", async () => {
    await load("id,email\n1,ana@example.com\n2,luis@example.com\n");
    await load("id,email\n2,luis@example.org\n", { mode: "replace" });
    expect(await emails()).toEqual([["2", "luis@example.org"]]);
  });

  it.each(["upsert", "replace"])("gives the same table when it is done twice: %s", async (mode) => {
    const file = "id,email,age\n1,a@example.com,30\n2,b@example.com,\n1,c@example.com,31\n";
    await load("id,email\n9,old@example.com\n");
    await load(file, { mode });
    const once = await here.rows();
    await load(file, { mode });
    expect(await here.rows()).toEqual(once);
    expect(once).toHaveLength(mode === "upsert" ? 3 : 2);
    expect(once[0]).toEqual(["1", "c@example.com", 31, 1, null, null, null]);
  });

  it("leaves columns that the file does not have as they are", async () => {
    await load("id,email,age\n1,ana@example.com,30\n");
    await load("id,age\n1,31\n");
    expect(await here.rows("SELECT email, age FROM customers")).toEqual([["ana@example.com", 31]]);
  });

  it("takes the columns that it is told, and no others", async () => {
    await load("Código;Correo;Ciudad\n1;ana@example.com;Quito\n", {
      columns: { Código: "id", Correo: "EMAIL" },
    });
    expect(await emails()).toEqual([["1", "ana@example.com"]]);
  });

  it("keeps each digit, reads times as UTC, booleans as 0 and 1, and what has members as JSON", async () => {
    await load(
      `{"id":"1","amount":12345678901234567890.1234567891,"active":false,"seen":"2026-03-02T09:00:00.123-05:00","tags":["a",1.10]}\n{"id":"2","seen":"2026-03-02T09:00:00Z","age":null}\n`,
    );
    expect(await here.rows("SELECT id, active, amount, seen, tags FROM customers ORDER BY id")).toEqual([
      ["1", 0, "12345678901234567890.1234567891", "2026-03-02 14:00:00.123", ["a", 1.1]],
      ["2", 1, null, "2026-03-02 09:00:00.000", null],
    ]);
  });

  it("of what a record of an NDJSON leaves out it says nothing, and null takes away", async () => {
    await load('{"id":"1","email":"ana@example.com","age":30}\n');
    await load('{"id":"1","age":31}\n{"id":"2","email":"b@example.com"}\n{"id":"1","age":null}\n');
    expect(await here.rows("SELECT id, email, age FROM customers ORDER BY id")).toEqual([
      ["1", "ana@example.com", null],
      ["2", "b@example.com", null],
    ]);
  });

  it("knows rows by all columns of a primary key", async () => {
    const config = { table: "invoice_lines" };
    await load("invoice,line,item\nA,1,pen\nA,2,ink\n", config);
    await load("invoice,line,item\nA,2,cap\n", config);
    expect(await here.rows("SELECT * FROM invoice_lines ORDER BY line")).toEqual([
      ["A", 1, "pen"],
      ["A", 2, "cap"],
    ]);
  });

  it("writes more rows than one statement has", async () => {
    const lines = Array.from({ length: 1_234 }, (_, n) => `${n},${n}@example.com\n`);
    const { result } = await load(`id,email\n${lines.join("")}`, { mode: "replace" });
    expect(result).toMatchObject({ rows: 1_234 });
    expect(await here.rows("SELECT COUNT(*), COUNT(DISTINCT email) FROM customers")).toEqual([
      [1_234, 1_234],
    ]);
  });

  it("waits for the model's own job where that has the rows", async () => {
    await load("id,email\n1,ana@example.com\n");
    await here.admin.query("START TRANSACTION");
    await here.admin.query("UPDATE customers SET age = 1 WHERE id = '1'");
    const step = load("id,email\n1,ana@example.org\n");
    const waiting = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
    // The server makes this table anew when nobody has asked for it for a tenth of a second.
    while ((await here.rows(waiting)).length === 0) await here.admin.query("DO SLEEP(0.15)");
    await here.admin.query("COMMIT");
    await step;
    expect(await here.rows("SELECT email, age FROM customers")).toEqual([["ana@example.org", 1]]);
  });
});

describe("what load_model refuses, all of it", () => {
  const ROW = "1,ana@example.com,30\n";

  it.each([
    [
      "a value that is none of its kind",
      `id,email,age\n${ROW}2,b@example.com,old\n`,
      /^line 3: the column "age" has "old", which "age" \(int\(\d+\) unsigned\) does not take: .*integer/,
    ],
    [
      "a value that is too long",
      `id,email,age\n${ROW}2,${"x".repeat(31)},\n`,
      /^line 3: the column "email" has "x+", which "email" \(varchar\(30\)\) does not take: Data too long/,
    ],
    [
      "a value out of range",
      `id,email,age\n${ROW}2,b@example.com,-1\n`,
      /^line 3: the column "age" has "-1".*Out of range/,
    ],
    [
      "an empty cell that must not be",
      `id,active\n1,\n`,
      /^line 2: the column "active" has "", which "active"/,
    ],
    [
      "another row's unique value",
      `id,email,age\n${ROW}"2\n",ana@example.com,1\n`,
      /^line 3: another row of "customers" has a value of it that is unique there/,
    ],
    ["a time that is none", `id,seen\n1,yesterday\n`, /^line 2: the column "seen" has "yesterday"/],
    ["a broken record", `id,email,age\n${ROW}2,b\n`, /^line 3 has 2 fields where the header has 3/],
    ["JSON that is none", `{"id":"1"}\n{"id":\n`, /^line 2 is no JSON/],
    [
      "a column that the table has not",
      `id,town\n1,Quito\n`,
      /the table "customers" has no column "town"; the file's columns are "id", "town", the table's "id"/,
    ],
    ["a file without the primary key", `email\nana@example.com\n`, /"id" of the primary key gets no value/],
    [
      "a key that is null",
      `{"id":null}\n`,
      /^line 1: the column "id" is empty, and "id" is of the primary key/,
    ],
    [
      "a record without the key",
      `{"id":"1"}\n{"email":"b@example.com"}\n`,
      /^line 2: "id" of the primary key gets no value/,
    ],
  ])("%s", async (_what, file, message) => {
    await here.admin.query("INSERT INTO customers (id, email) VALUES ('0', 'zoe@example.com')");
    for (const mode of ["upsert", "replace"]) {
      const failed = load(file, { mode });
      await expect(failed).rejects.toThrow(PermanentError);
      await expect(failed).rejects.toThrow(message);
      expect(await emails()).toEqual([["0", "zoe@example.com"]]);
    }
  });

  it.each([
    [{ model: "Sails" }, 'there is no business model "Sails"'],
    [{ owner: "luis" }, 'there is no business model "Sales" of "luis"'],
    [{ table: "customer" }, 'the model has no table "customer"; it has customers, invoice_lines'],
    [{ table: "mysql.user" }, "the model has no table"],
    [{ table: "_meta" }, "the model has no table"],
    [{ columns: { id: "id", mail: "email" } }, 'the file has no column "mail"'],
    [{ columns: { id: "id", age: "id` = 1 -- " } }, "has no column"],
    [{ columns: { id: "id", age: "id" } }, '"id" would get two values'],
  ])("%o", async (config, message) => {
    const failed = load("id,age\n1,30\n", config);
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(message);
  });

  it("a name that two owners have, unless it is said whose", async () => {
    await here.made("SALES", "luis");
    await expect(load("id\n1\n")).rejects.toThrow(
      /the owners "ana", "luis" have a business model "Sales" each/,
    );
    await load("id\n1\n", { owner: "ana" });
    await load("id\n2\n", { model: here.model.model });
    expect(await here.rows("SELECT id FROM customers")).toEqual([["1"], ["2"]]);
  });

  it("a model that is full, in words", async () => {
    await changeModel(here.store.ports.documents, here.model.model, () => ({
      fullSince: "2026-03-02T09:00:00.000Z",
    }));
    await here.server.mayWrite(here.model, here.model.users?.job.name ?? "", false);
    await expect(load("id\n1\n")).rejects.toThrow(/"Sales" takes no rows: it is larger than it may be/);
  });

  it("a model without tables, and one that fills itself", async () => {
    const { ports } = here.store;
    await createModel(ports, { ...SALES, name: "Empty" }, 10);
    await expect(load("id\n1\n", { model: "Empty" })).rejects.toThrow('"Empty" has no tables yet');
    await changeModel(ports.documents, here.model.model, () => ({ ready_made: "records" }));
    await expect(load("id\n1\n")).rejects.toThrow('"Sales" is a ready-made one, which fills itself');
  });
});
