import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve, type Served } from "../../demo/systems/serve.ts";
import { topologyOf } from "../../engine/define/topology.ts";
import type { Receipt } from "../../engine/privacy/receipt.ts";
import app from "../fixtures/people-app/app.ts";
import { eventually } from "./kit/patience.ts";
import { type Answer, Site, WEBHOOK_SECRET } from "./kit/site.ts";

/** People on a stack of its own, with an archive that may refuse, and a register to be asked. */
class People extends Site {
  readonly archive = new Map<string, unknown>();
  /** What the archive answers, with what it was sent; undefined: it takes it. */
  refusal: number | undefined;
  readonly register: object[] = [];
  readonly #systems: Served[] = [];

  static async open(): Promise<People> {
    const people = new People(await Site.folder());
    const archive = await serve(({ url, body }) => {
      if (people.refusal !== undefined) return { status: people.refusal, json: { refused: body } };
      people.archive.set(url.pathname, JSON.parse(body));
      return { status: 200, json: { took: body } };
    });
    const register = await serve(() => ({ status: 200, json: { items: people.register } }));
    people.#systems.push(archive, register);
    people.env = {
      WEBHOOK_SECRET,
      ARCHIVE_URL: archive.url,
      REGISTER_URL: register.url,
      REGISTER_SCHEDULE: "0 0 0 1 1 *",
      CAUDAL_BACKUP_DAYS: "30",
    };
    try {
      await people.restart();
    } catch (error) {
      await people.close();
      throw error;
    }
    return people;
  }

  async restart(): Promise<void> {
    const topologyFile = path.join(this.folder, "topology.json");
    await writeFile(topologyFile, JSON.stringify(topologyOf(app)));
    const appDir = path.join(import.meta.dirname, "../fixtures/people-app");
    await this.start({ appDir, topologyFile, hosts: 1 });
  }

  override async close(): Promise<void> {
    await super.close();
    await Promise.all(this.#systems.map((system) => system.close()));
  }

  get data(): string {
    return path.join(this.folder, "data");
  }

  /** What an administrator of MySQL does after an erasure; see docs/how-to/erase-a-person.md. */
  async compactMysql(): Promise<void> {
    await this.sql("OPTIMIZE TABLE caudal_rows.people");
    await this.sql("SET GLOBAL innodb_fast_shutdown = 0");
    await this.sql("SET GLOBAL innodb_log_file_size = 67108864");
    // Other pages are written, so that the doublewrite buffer holds those and no older ones.
    await this.sql("CREATE TABLE caudal_rows.filler (id INT AUTO_INCREMENT PRIMARY KEY, bytes LONGBLOB)");
    for (let n = 0; n < 8; n++)
      await this.sql("INSERT INTO caudal_rows.filler (bytes) VALUES (REPEAT('x', 1000000))");
    await this.sql("SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0");
    await this.sql("SET GLOBAL innodb_max_dirty_pages_pct = 0");
    await eventually(async () => {
      const [dirty] = await this.sql("SHOW STATUS LIKE 'Innodb_buffer_pool_pages_dirty'");
      if (!(Number(dirty?.["Value"]) < 50)) throw new Error(`${String(dirty?.["Value"])} pages are dirty`);
    });
    await this.sql("DROP TABLE caudal_rows.filler");
  }

  /** What the desk says of somebody, as a payload. */
  told(data: object): string {
    return JSON.stringify({ timestamp: new Date().toISOString(), data });
  }

  tell(data: object): Promise<Answer> {
    return this.post("desk", this.told(data), randomUUID());
  }

  /** The run, once it has ended. */
  async ended(answer: Answer): Promise<{ readonly status: string; readonly result: Receipt }> {
    return eventually(async () => {
      const { json } = await this.call("GET", `/api/v1/runs/${String(answer.json["run"])}`);
      if (typeof json["endedAt"] !== "string") throw new Error(`the run is ${String(json["status"])}`);
      return json as unknown as { status: string; result: Receipt };
    });
  }
}

/** Texts that stand nowhere but where the test puts them. */
const NAME = "Quetzalcóatl Ñandú";
const ESCAPED = 'Zyx"wvu\\tsrq';
const EMAIL = "quetzal.nandu@feathered.example";
const PHRASE = "once upon a time there was a quetzal that no register knew";
const PERSON = { number: "4711", name: NAME, email: EMAIL };

let people: People;
beforeAll(async () => {
  people = await People.open();
});
afterAll(async () => {
  await people?.close();
});

describe("the erasure of a person", () => {
  const document = async (): Promise<Record<string, unknown>> =>
    (await people.call("GET", "/api/v1/entities/person/4711")).json;

  it("has much to look for", async () => {
    expect(await people.tell(PERSON)).toMatchObject({ status: 202 });
    await people.tell({ ...PERSON, name: ESCAPED });
    await people.tell({ ...PERSON, story: `${PHRASE}. `.repeat(6_000) });
    await people.tell({ number: "1", name: "Another", email: "another@person.example" });
    await eventually(() =>
      expect(people.archive.get("/people/4711")).toMatchObject({ story: expect.any(String) as string }),
    );
    people.refusal = 422;
    await people.tell({ ...PERSON, email: `second.${EMAIL}`, news: true });
    await eventually(async () =>
      expect((await people.call("GET", "/api/v1/dead-letters")).json["items"]).toHaveLength(1),
    );
    people.refusal = undefined;
    await people.tell({ ...PERSON, story: "unspeakable" });
    await people.tell({ ...PERSON, email: `third.${EMAIL}` });
    await eventually(async () => expect((await document())["parked"]).toMatchObject({ waiting: 2 }));
    expect(await people.tell({ ...PERSON, email: "no address", name: NAME })).toMatchObject({ status: 400 });
    people.register.push({ ...PERSON, updatedAt: "no time" });
    const pulled = await people.ended(await people.call("POST", "/api/v1/pulls/register/runs"));
    expect(pulled).toMatchObject({ status: "succeeded", result: { quarantined: 1 } });
    const rows = await people.sql("SELECT email FROM caudal_rows.people WHERE id = '4711'");
    expect(rows).toEqual([{ email: `second.${EMAIL}` }]);
    // Everything is in files by then, in those of a clean end too.
    await people.stack.stop();
    expect(await filesWith(people.data, [EMAIL])).not.toEqual([]);
    await people.restart();
  });

  it("ends with a receipt that names each place", async () => {
    const asked = JSON.stringify({ reason: "asked to be forgotten" });
    const foreseen = await people.call(
      "POST",
      "/api/v1/entities/person/4711/erasure",
      '{"reason":"x","dryRun":true}',
    );
    expect(foreseen.status).toBe(200);
    const { status, result } = await people.ended(
      await people.call("POST", "/api/v1/entities/person/4711/erasure", asked),
    );
    expect(status).toBe("succeeded");
    expect(result.places.map(({ place, state }) => [place, state])).toEqual([
      ["document", "erased"],
      ["audit", "erased"],
      ["blobs", "erased"],
      ["parked", "erased"],
      ["deliveries", "erased"],
      ["dead-letters", "nothing there"],
      ["quarantine", "erased"],
      ["destination archive", "confirmed"],
      ["destination rows", "confirmed"],
    ]);
    expect(result.chain).toMatchObject({ records: 7, verified: true });
    expect(result.remains).toMatchObject({
      key: "number, as they stand in every key; say pseudonymous where they identify a person",
      nonPersonal: ["identity", "contact"],
      backups: "backups of the stores keep what was there before for at most 30 days",
    });
    const receipt = await people.call("GET", "/api/v1/entities/person/4711/erasure");
    expect(receipt.json["result"]).toEqual(result);
    expect((await document())["data"]).toEqual({ identity: { number: "4711" }, contact: { news: true } });
    expect(await people.sql("SELECT name, email, story FROM caudal_rows.people WHERE id = '4711'")).toEqual([
      { name: null, email: null, story: null },
    ]);
  });

  it("leaves no byte of it in any file of the stores, once they are compacted", async () => {
    const texts = [NAME, ESCAPED, JSON.stringify(ESCAPED).slice(1, -1), EMAIL, PHRASE, "unspeakable"];
    await people.compactMysql();
    await people.stack.stop();
    expect(await filesWith(people.data, texts)).toEqual([]);
    // What is there is found.
    expect(await filesWith(people.data, ["another@person.example"])).not.toEqual([]);
  });
});

/** The files below a folder that have one of the texts, as UTF-8 or UTF-16, each with the texts found. */
async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const needles = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, "utf16le")]);
  const longest = Math.max(...needles.map(({ length }) => length));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const hits = new Set<string>();
    let tail = Buffer.alloc(0);
    for await (const chunk of createReadStream(file, { highWaterMark: 4 * 1024 * 1024 })) {
      const bytes = Buffer.concat([tail, chunk as Buffer]);
      for (const [index, needle] of needles.entries())
        if (bytes.includes(needle)) hits.add(texts[Math.floor(index / 2)] ?? "");
      tail = bytes.subarray(-longest);
    }
    if (hits.size > 0) found.push(`${path.relative(folder, file)}: ${[...hits].join(", ")}`);
  }
  return found;
}
