import { createConnection } from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { modelsApi, SQL } from "./models-api.ts";

const api = modelsApi();

describe("a .sql that the rows do not allow", () => {
  it("is answered with what was changed before that was found", async () => {
    const id = await api.made();
    const table = (more: string): string =>
      `CREATE TABLE a (id INT PRIMARY KEY, b INT${more}); CREATE TABLE z (id INT PRIMARY KEY, b INT${more});`;
    const { json } = await api.ask(`PATCH upload/model/${id}`, { file: table("") });
    const connection = await createConnection((json["job"] as { url: string }).url);
    await connection.query("INSERT INTO z VALUES (1, 1), (2, 1)");
    await connection.end();
    const refused = await api.ask(`PATCH upload/model/${id}`, { file: table(", UNIQUE KEY once (b)") });
    expect([refused.status, refused.json["done"]]).toEqual([422, ["add unique key a.once"]]);
    expect(refused.json["issues"]).toMatchObject([{ path: "line 1" }]);
  });
});

describe("uploading a .sql", () => {
  it("makes the database, and shows addresses that work, once", async () => {
    const id = await api.made();
    const { status, headers, json } = await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    expect([status, headers]).toEqual([200, { "cache-control": "no-store" }]);
    expect(json["changes"]).toMatchObject([{ what: "create table", table: "customers", destructive: false }]);
    const { job, reader } = json as { job: { url: string }; reader: { url: string } };
    const writing = await createConnection(job.url);
    await writing.query("INSERT INTO customers (id) VALUES ('CC-1')");
    await writing.end();
    const reading = await createConnection(reader.url);
    try {
      expect((await reading.query("SELECT id FROM customers"))[0]).toEqual([{ id: "CC-1" }]);
      await expect(reading.query("DELETE FROM customers")).rejects.toThrow("denied");
    } finally {
      await reading.end();
    }
    const again = await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    expect(again.json).toMatchObject({ changes: [], model: { fileName: "sales.sql" }, job: null });
    expect(JSON.stringify(again.json)).not.toContain("mysql://");
  });

  it("shows what a file would change, and does not what may lose data until that is allowed", async () => {
    const id = await api.made();
    await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    const next = SQL.replace(",\n  email VARCHAR(254)", "");
    const dry = await api.ask(`PATCH upload/model/${id}?dryRun=true`, { file: next });
    expect(dry).toMatchObject({
      status: 200,
      json: { applied: false, changes: [{ what: "drop column", name: "email", destructive: true }] },
    });
    const refused = await api.ask(`PATCH upload/model/${id}`, { file: next });
    expect(refused).toMatchObject({ status: 409, json: { changes: dry.json["changes"] } });
    const done = await api.ask(`PATCH upload/model/${id}?allowDestructive=true`, { file: next });
    expect(done).toMatchObject({ status: 200, json: { changes: dry.json["changes"] } });
  });

  it.each([
    ["a statement that no model may have", `${SQL}\nGRANT ALL ON *.* TO PUBLIC;`, "line 6"],
    [
      "what the server refuses",
      `${SQL}INSERT INTO customers (id) VALUES ('a');\nINSERT INTO customers (id) VALUES ('a');`,
      "line 6",
    ],
    [
      "bytes that are no UTF-8",
      Buffer.concat([Buffer.from("-- a\n-- é\n-- "), Buffer.from([0xe9])]),
      "line 3",
    ],
  ])("refuses %s, and names the line", async (_, file, path) => {
    const id = await api.made();
    const { status, json } = await api.ask(`PATCH upload/model/${id}`, { file });
    expect([status, json["issues"]]).toMatchObject([422, [{ path }]]);
    expect(api.model(id)?.users).toBeUndefined();
  });

  it("refuses one that is too large, empty, or a flag that is none", async () => {
    const id = await api.made();
    const large = Buffer.alloc(1024 * 1024 + 1, " ");
    expect((await api.ask(`PATCH upload/model/${id}`, { file: large })).status).toBe(413);
    expect((await api.ask(`PATCH upload/model/${id}`, { file: "" })).status).toBe(422);
    expect((await api.ask(`PATCH upload/model/${id}?dryRun=yes`, { file: SQL })).status).toBe(400);
    expect((await api.ask(`PATCH upload/model/${id}`, { json: {} })).status).toBe(400);
  });
});

describe("uploading a job", () => {
  it("keeps it under a name that nothing takes for an option, and says what is still missing", async () => {
    const id = await api.made();
    const { status, json } = await api.ask(`PATCH upload/job/${id}`, {
      file: "print(1)",
      name: "../-m my feed.py",
    });
    expect([status, json["job"]]).toMatchObject([200, { fileName: "m_my_feed.py", bytes: 8 }]);
    expect((json["missing"] as { field: string }[]).map(({ field }) => field)).toEqual([
      "job_frequency",
      "job_execution_command",
      "model",
    ]);
    const blob = api.model(id)?.job?.blob ?? "";
    expect(Buffer.from((await api.ports.blobs.get(blob)) ?? []).toString()).toBe("print(1)");
  });

  it("takes the body as the file, where the query has its name", async () => {
    const id = await api.made();
    const { json } = await api.ask(`PATCH upload/job/${id}?name=feed.py`, { json: {} });
    expect(json["job"]).toMatchObject({ fileName: "feed.py", bytes: 2 });
  });

  it("refuses what no interpreter runs, and what is too large", async () => {
    const id = await api.made();
    for (const name of ["chain.json", "feed.rb", ".py", "mysql.mjs"]) {
      expect((await api.ask(`PATCH upload/job/${id}`, { file: "1", name })).status).toBe(422);
    }
    const large = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect((await api.ask(`PATCH upload/job/${id}`, { file: large, name: "feed.py" })).status).toBe(413);
    expect(api.model(id)?.job).toBeUndefined();
  });

  it("is refused where jobs do not run, with the reason", async () => {
    const id = await api.made();
    api.jobsRefused = "jobs do not run here";
    const { status, json } = await api.ask(`PATCH upload/job/${id}`, { file: "1", name: "feed.py" });
    expect([status, json["detail"]]).toEqual([503, "Jobs do not run here."]);
  });
});

describe("a model's credentials", () => {
  it("come with its first .sql", async () => {
    const id = await api.made();
    const asked = { json: { role: "reader" } };
    expect((await api.ask(`POST businessmodels/${id}/credentials`, asked)).status).toBe(409);
  });

  it("are rotated: both addresses work meanwhile, and the new one is shown once", async () => {
    const id = await api.made();
    const first = await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    const asked = { json: { role: "job", graceMinutes: 5 } };
    const { status, headers, json } = await api.ask(`POST businessmodels/${id}/credentials`, asked);
    expect([status, headers]).toEqual([200, { "cache-control": "no-store" }]);
    const urls = [first.json["job"], json["job"]].map((each) => (each as { url: string }).url);
    expect(urls[0]).not.toBe(urls[1]);
    for (const url of urls) {
      const connection = await createConnection(url);
      await connection.query("INSERT INTO customers (id) VALUES (UUID())");
      await connection.end();
    }
    for (const json of [{}, { role: "admin" }, { role: "job", graceMinutes: 10_081 }]) {
      expect((await api.ask(`POST businessmodels/${id}/credentials`, { json })).status).toBe(400);
    }
  });

  it("are out at once where no grace is given, as for a password that leaked", async () => {
    const id = await api.made();
    const first = await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    const json = { role: "reader", graceMinutes: 0 };
    expect((await api.ask(`POST businessmodels/${id}/credentials`, { json })).status).toBe(200);
    const { url } = first.json["reader"] as { url: string };
    await expect(createConnection(url)).rejects.toThrow(/denied/);
  });

  it("are not rotated on and on while the users before may still come in", async () => {
    const id = await api.made();
    await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    const until = new Date(api.ports.time + 1).toISOString();
    const retired = Array.from({ length: 20 }, (_, n) => ({ name: `bm_${id}_read${n + 2}`, until }));
    const item = { ...api.model(id), id: `model|${id}`, retired };
    await api.ports.documents.write("control", item.id, [{ op: "upsert", item }]);
    const { status } = await api.ask(`POST businessmodels/${id}/credentials`, { json: { role: "reader" } });
    expect(status).toBe(409);
  });
});
