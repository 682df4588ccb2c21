import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../flows/kit/patience.ts";
import { Rig } from "./kit/rig.ts";

const ROWS = 150_000;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  await rig?.close();
});

/** The cells of a row of a file, with a line break in quotes so that parts are cut between such. */
function cells(file: string, row: number): readonly string[] {
  return [
    String(row),
    `${file}-${row}`,
    `first line of ${row}\nsecond, "quoted" line ${"x".repeat(row % 90)}`,
  ];
}

function csv(file: string, rows = ROWS): string {
  const line = (row: number): string => {
    const [id, name, note = ""] = cells(file, row);
    return `${id},${name},"${note.replaceAll('"', '""')}"\n`;
  };
  return `id,name,note\n${Array.from({ length: rows }, (_, row) => line(row)).join("")}`;
}

/** A fingerprint of rows in their order, places included. */
function fingerprint(rows: Iterable<readonly unknown[]>): string {
  const hash = createHash("sha256");
  for (const row of rows) hash.update(JSON.stringify(row));
  return hash.digest("hex");
}

async function found(table: string): Promise<string> {
  const rows = await rig.sql(`SELECT _row, id, name, note FROM caudal_datasets.\`${table}\` ORDER BY _row`);
  return fingerprint(rows.map((row) => [row["_row"], row["id"], row["name"], row["note"]]));
}

function expected(...files: readonly (readonly [file: string, rows: number])[]): string {
  const all = files.flatMap(([file, rows]) => Array.from({ length: rows }, (_, row) => cells(file, row)));
  return fingerprint(all.map((row, place) => [place + 1, ...row]));
}

async function upload(query: string, body: string): Promise<string> {
  const answer = await rig.call("POST", `/etl?${query}`, body, { "content-type": "text/csv" });
  expect(answer.status).toBe(202);
  return String(answer.json["run"]);
}

async function run(id: string): Promise<Record<string, unknown>> {
  const { status, json } = await rig.call("GET", `/api/v1/runs/${id}`);
  expect(status).toBe(200);
  return json;
}

/** Waits until so many parts of a run are loaded, or all are and it is over. */
async function whenLoaded(id: string, parts: number): Promise<void> {
  await eventually(async () => {
    const [row] = await rig.sql(
      `SELECT (SELECT COUNT(*) FROM caudal_datasets._chunks WHERE run = '${id}') AS parts,
         (SELECT state FROM caudal_datasets._loads WHERE run = '${id}') AS state`,
    );
    const all = row?.["state"] === "done" ? parts : 0;
    expect(Number(row?.["parts"]) + all).toBeGreaterThanOrEqual(parts);
  });
}

async function whenEnded(id: string): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const known = await run(id);
    expect(known["endedAt"]).not.toBeNull();
    return known;
  }, 300_000);
}

async function nothingLeft(): Promise<void> {
  const tables = await rig.sql(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'caudal_datasets' AND (table_name LIKE '\\_load\\_%' OR table_name LIKE '\\_old\\_%' OR table_name LIKE '\\_made\\_%')",
  );
  expect(tables).toEqual([]);
  expect(await rig.sql("SELECT * FROM caudal_datasets._chunks")).toEqual([]);
}

describe("given a loader's host that is killed in the middle of its parts", () => {
  it("the table is right in the end, with no row twice", async () => {
    const id = await upload("name=hosts", csv("hosts"));
    rig.kill((name) => name === "host-2");
    await whenLoaded(id, 1);
    rig.kill((name) => name === "host");
    await rig.stack.whenServing();
    expect(await whenEnded(id)).toMatchObject({ status: "succeeded", result: { rows: ROWS, loaded: ROWS } });
    expect(await found("hosts")).toBe(expected(["hosts", ROWS]));
    await nothingLeft();
  });
});

describe("given a MySQL server that is killed in the middle of loading", () => {
  it("a new table and rows added to it are right in the end, with no row twice", async () => {
    const first = await upload("name=servers", csv("one"));
    rig.kill((name) => name === "mysql-server");
    await rig.stack.whenServing();
    await whenLoaded(first, 2);
    rig.kill((name) => name === "mysql-server");
    await rig.stack.whenServing();
    expect(await whenEnded(first)).toMatchObject({ status: "succeeded", result: { loaded: ROWS } });
    const second = await upload("name=servers&mode=append", csv("two"));
    await whenLoaded(second, 2);
    rig.kill((name) => name === "mysql-server");
    await rig.stack.whenServing();
    expect(await whenEnded(second)).toMatchObject({ status: "succeeded", result: { rows: 2 * ROWS } });
    expect(await found("servers")).toBe(expected(["one", ROWS], ["two", ROWS]));
    await nothingLeft();
  });
});

describe("given a host that is killed while a file comes in", () => {
  it("the load ends as failed, the table stays as it was, and the file can be sent again", async () => {
    const before = await upload("name=uploads", csv("before", 10));
    await whenEnded(before);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(Buffer.from(sent === 0 ? csv("half", 60_000) : "7,never,ending\n"));
        sent += 1;
        // The rest comes slowly, and never to an end.
        if (sent > 1) await new Promise((resolve) => setTimeout(resolve, 100));
      },
    });
    const sending = fetch(new URL("/etl?name=uploads&mode=replace", rig.stack.ready.http), {
      method: "POST",
      headers: { authorization: `Bearer ${rig.stack.ready.operatorToken}`, "content-type": "text/csv" },
      body,
      duplex: "half",
    });
    sending.catch(() => {});
    const [row] = await eventually(async () => {
      const found = await rig.sql("SELECT run FROM caudal_datasets._loads WHERE state = 'reading'");
      expect(found).toHaveLength(1);
      return found;
    });
    const id = String(row?.["run"]);
    await whenLoaded(id, 1);
    rig.kill((name) => name === "host");
    await expect(sending).rejects.toThrow("fetch failed");
    await rig.stack.whenServing();
    expect(await whenEnded(id)).toMatchObject({
      status: "failed",
      error: expect.stringContaining("broke off") as unknown,
    });
    expect(await found("uploads")).toBe(expected(["before", 10]));
    await eventually(nothingLeft);
    const again = await upload("name=uploads&mode=replace", csv("after", 10));
    expect(await whenEnded(again)).toMatchObject({ status: "succeeded" });
    expect(await found("uploads")).toBe(expected(["after", 10]));
  });
});
