import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeBlocks } from "../unit/docs/code-blocks.ts";
import { Business, eventually } from "./kit/business.ts";
import type { Answer } from "./kit/site.ts";

/** The example of the how-to page. */
const SQL = readFileSync("examples/sales.sql", "utf8");
const JOB = readFileSync("examples/sales.mjs", "utf8");

let business: Business;
let subscriber: string;
beforeAll(async () => {
  business = await Business.open();
  const token = await business.call(
    "POST",
    "/api/v1/tokens",
    JSON.stringify({ name: "sales", roles: ["subscriber"] }),
  );
  subscriber = String(token.json["token"]);
});
afterAll(async () => {
  await business?.close();
});

const ask = (method: string, route: string, body?: object): Promise<Answer> =>
  business.call(method, route, body && JSON.stringify(body), { authorization: `Bearer ${subscriber}` });

/** Sends a file as the field `file` of a form. */
async function upload(route: string, fileName: string, text: string): Promise<Answer> {
  const form = new FormData();
  form.set("file", new Blob([text]), fileName);
  const response = await fetch(new URL(route, business.stack.ready.http), {
    method: "PATCH",
    headers: { authorization: `Bearer ${subscriber}` },
    body: form,
  });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Answer["json"],
  };
}

describe("a business model", () => {
  it("is described, fed by its job on time, and read with SQL by nobody but its users", async () => {
    const begun = new Date(Date.now() - 3_600_000).toISOString();
    const made = await ask("POST", "/api/v1/businessmodels", {
      name: "Sales report",
      job_frequency: 1,
      from: begun,
    });
    expect(made.status).toBe(201);
    const id = String(made.json["id"]);
    expect(made.json["missing"]).toMatchObject([
      { field: "job_execution_command" },
      { field: "model" },
      { field: "job" },
    ]);

    const contact = business.contact("77", { givenName: "Ana", email: "ana@example.com" });
    expect((await business.send(contact)).status).toBe(202);
    await eventually(async () => expect((await business.documents()).has("CC-77")).toBe(true));

    const described = await upload(`/api/v1/upload/model/${id}`, "sales.sql", SQL);
    expect([described.status, described.json["issues"]]).toEqual([200, undefined]);
    const { job, reader } = described.json as { job: { url: string }; reader: { url: string } };
    const fed = await upload(`/api/v1/upload/job/${id}`, "sales.mjs", JOB);
    expect(fed.status).toBe(200);
    const patched = await ask("PATCH", `/api/v1/businessmodels/${id}`, { job_execution_command: "node" });
    expect(patched.json["missing"]).toEqual([]);

    const [first] = await eventually(async () => {
      const { json } = await ask("GET", `/api/v1/businessmodels/${id}/executions`);
      const items = json["items"] as Record<string, unknown>[];
      expect(items.length).toBeGreaterThan(0);
      return items;
    });
    expect(first).toMatchObject({ status: "succeeded", exitCode: 0, from: begun });
    expect(first?.["output"]).toBe(`1 customers from ${begun} to ${String(first?.["to"])}\n`);

    const reading = await createConnection(reader.url);
    try {
      const [rows] = await reading.query("SELECT * FROM customers_by_tier ORDER BY tier");
      expect(rows).toMatchObject([
        { tier: "loyal", customers: 0 },
        { tier: "new", customers: 1 },
        { tier: "regular", customers: 0 },
      ]);
      const [meta] = await reading.query("SELECT * FROM _meta");
      expect(meta).toMatchObject([{ last_status: "succeeded" }]);
      const [schemas] = await reading.query("SHOW DATABASES");
      expect((schemas as { Database: string }[]).map(({ Database }) => Database).toSorted()).toEqual(
        [new URL(reader.url).pathname.slice(1), "information_schema"].toSorted(),
      );
      for (const sql of ["DELETE FROM customers", "CREATE TABLE mine (id INT)", "SELECT * FROM mysql.user"])
        await expect(reading.query(sql)).rejects.toThrow(/denied/);
    } finally {
      await reading.end();
    }
    const writing = await createConnection(job.url);
    try {
      for (const sql of [
        "DROP TABLE customers",
        "SELECT * FROM caudal_datasets._datasets",
        "SET GLOBAL max_connections = 1",
      ])
        await expect(writing.query(sql)).rejects.toThrow(/denied/);
    } finally {
      await writing.end();
    }

    const url = new URL(reader.url);
    const selected = await promisify(execFile)(
      "mariadb",
      [
        "-h",
        url.hostname,
        "-P",
        url.port,
        "-u",
        url.username,
        url.pathname.slice(1),
        "-N",
        "-e",
        "SELECT id FROM customers",
      ],
      { env: { ...process.env, MYSQL_PWD: decodeURIComponent(url.password) } },
    );
    expect(selected.stdout).toBe("CC-77\n");

    expect((await ask("DELETE", `/api/v1/businessmodels/${id}`)).status).toBe(400);
    const gone = await ask("DELETE", `/api/v1/businessmodels/${id}?confirm=Sales%20report`);
    expect(gone.status).toBe(204);
    await eventually(() => expect(createConnection(reader.url)).rejects.toThrow(/denied/));
  });

  it("that is ready-made has what was recorded, for the queries of the how-to page", async () => {
    const json = { name: "customer 360", ready_made: "records", job_frequency: 1 };
    const made = await business.call("POST", "/api/v1/businessmodels", JSON.stringify(json));
    expect([made.status, made.json["missing"]]).toEqual([201, []]);
    const contact = business.contact("78", { givenName: "Ana", marketingConsent: true });
    expect((await business.send(contact)).status).toBe(202);
    await eventually(async () => expect((await business.documents()).has("CC-78")).toBe(true));
    const run = `/api/v1/businessmodels/${String(made.json["id"])}/runs`;

    const reading = await createConnection((made.json["reader"] as { url: string }).url);
    try {
      await eventually(async () => {
        await business.call("POST", run);
        const [rows] = await reading.query("SELECT version FROM documents WHERE entity_id = 'CC-78'");
        expect(rows).toEqual([{ version: 1 }]);
      });
      const queries = codeBlocks("docs/how-to/publish-a-business-model.md").filter(
        ({ language }) => language === "sql",
      );
      for (const { code } of queries) {
        const [rows] = await reading.query(code);
        expect(rows).not.toEqual([]);
      }
      await expect(reading.query("DELETE FROM documents")).rejects.toThrow(/denied/);
    } finally {
      await reading.end();
    }
  });
});
