import { spawnSync } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { BlobServiceClient } from "@azure/storage-blob";
import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoredRecord } from "../../engine/audit/record.ts";
import { topologyOf } from "../../engine/define/topology.ts";
import { bearerDoor } from "../faults/kit/door.ts";
import { RestSystem } from "../faults/kit/rest-system.ts";
import app from "../fixtures/reports-app/app.ts";
import { codeBlocks } from "../unit/docs/code-blocks.ts";
import { eventually, inFlight } from "./kit/patience.ts";
import { type Answer, Site, WEBHOOK_SECRET } from "./kit/site.ts";

const TOKEN = "archive-token-1f2e3d";

/** Reports of any length on a stack of its own, and a subscription of the tests that sees what is announced. */
class Reports extends Site {
  readonly archive = new RestSystem(bearerDoor(TOKEN));

  static async open(): Promise<Reports> {
    const reports = new Reports(await Site.folder());
    await reports.archive.listen();
    reports.env = {
      WEBHOOK_SECRET,
      ARCHIVE_URL: reports.archive.url,
      ARCHIVE_TOKEN: TOKEN,
    };
    const topology = topologyOf(app);
    const witness = { name: "witness", requiresSession: false, lockDuration: "PT1M", maxDeliveryCount: 10 };
    const topics = topology.topics.map((topic) => ({
      ...topic,
      subscriptions: [...topic.subscriptions, witness],
    }));
    const topologyFile = path.join(reports.folder, "topology.json");
    try {
      await writeFile(topologyFile, JSON.stringify({ ...topology, topics }));
      await writeFile(
        path.join(reports.folder, "verify.mjs"),
        codeBlocks("docs/data.md").find(({ language }) => language === "js")?.code ?? "",
      );
      await reports.start({
        appDir: path.join(import.meta.dirname, "../fixtures/reports-app"),
        topologyFile,
      });
    } catch (error) {
      await reports.close();
      throw error;
    }
    return reports;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.archive.close();
  }

  /** A payload of so many bytes about a report. */
  payload(number: string, bytes: number): string {
    const frame = (text: string): string =>
      JSON.stringify({ timestamp: new Date().toISOString(), data: { number, text } });
    const random = randomBytes(bytes).toString("base64");
    return frame(random.slice(0, bytes - Buffer.byteLength(frame(""))));
  }

  /** What the program of docs/data.md says of a report's audit log, as the API gives it, all pages. */
  async verified(number: string): Promise<string> {
    let input = "";
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `?cursor=${cursor}`;
      const { json } = await this.call("GET", `/api/v1/entities/report/${number}/audit${query}`);
      input += `${JSON.stringify(json)}\n`;
      cursor = json["next"] as string | null;
    } while (cursor !== null);
    const program = path.join(this.folder, "verify.mjs");
    return spawnSync(process.execPath, [program], { input, encoding: "utf8", maxBuffer: 2 ** 26 }).stdout;
  }

  async blobs(prefix: string): Promise<string[]> {
    const container = BlobServiceClient.fromConnectionString(this.stack.ready.blob).getContainerClient(
      "caudal",
    );
    const names: string[] = [];
    for await (const { name } of container.listBlobsFlat({ prefix })) names.push(name);
    return names;
  }
}

let reports: Reports;
beforeAll(async () => {
  reports = await Reports.open();
});
afterAll(async () => {
  await reports?.close();
});

const send = (body: string, id: string = randomUUID()): Promise<Answer> => reports.post("desk", body, id);
const textOf = (payload: string): string => (JSON.parse(payload) as { data: { text: string } }).data.text;
const digest = (text: unknown): string => createHash("sha256").update(String(text)).digest("hex");

/** The report, and both destinations, have this text, as what the given events made of it; its audit log verifies. */
async function expectText(number: string, text: string, records: number): Promise<void> {
  const { json } = await reports.call("GET", `/api/v1/entities/report/${number}`);
  const document = json as { data?: { body: { text: string } }; version: number; sequence: number };
  expect([document.version, document.sequence]).toEqual([records, records]);
  expect(digest(document.data?.body.text)).toBe(digest(text));
  const archived = reports.archive.memory.standing.get(number)?.body as { version: number; text: string };
  expect([archived.version, digest(archived.text)]).toEqual([records, digest(text)]);
  const rows = await reports.sql(
    `SELECT version, length, CAST(text AS CHAR) AS text FROM caudal_rows.reports WHERE id = '${number}'`,
  );
  expect(rows).toMatchObject([{ version: records, length: text.length }]);
  expect(digest(JSON.parse(String(rows[0]?.["text"])))).toBe(digest(text));
  const head = (await reports.documents()).get(number)?.head;
  expect(await reports.verified(number)).toBe(`${records} records, 0 faults, head ${head}\n`);
}

describe("a webhook of 1,000,000 bytes", () => {
  const first = reportOf("R1");
  const second = reportOf("R1");

  it("becomes a document and an audit record that verifies, and reaches both destinations", async () => {
    expect(await send(first())).toMatchObject({ status: 202 });
    await eventually(() => expectText("R1", textOf(first()), 1));
  });

  it("is announced without the document", async () => {
    const bus = new ServiceBusClient(reports.stack.ready.serviceBus);
    const receiver = bus.createReceiver("changes", "witness");
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
    await bus.close();
    expect(message?.body).toEqual({
      key: "report|R1",
      entity: "report",
      id: "R1",
      version: 1,
      eventId: expect.stringMatching(/^desk:/) as string,
      removed: false,
    });
  });

  it("leaves a stub of its record in the store, and no value there", async () => {
    const [stub] = await reports.items<StoredRecord>("unified", "SELECT * FROM c WHERE c.kind = 'audit'");
    expect(stub).toMatchObject({
      outcome: "created",
      changes: [{ path: "head.number" }, { path: "body.text" }],
    });
    expect(JSON.stringify(stub)).not.toContain(textOf(first()).slice(0, 100));
    expect(await reports.blobs("audit/")).toHaveLength(1);
  });

  it("may be followed by another about the same", async () => {
    expect(await send(second())).toMatchObject({ status: 202 });
    await eventually(() => expectText("R1", textOf(second()), 2));
  });

  it("takes effect once when it comes five times, and no copy of it is left behind", async () => {
    const body = reports.payload("R2", 1_000_000);
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(body, "five-times")));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    await eventually(async () => {
      await expectText("R2", textOf(body), 1);
      expect(await reports.blobs("claims/")).toEqual([]);
    });
  });
});

describe("what is too large", () => {
  it("is answered 413 where the payload is", async () => {
    const answer = await send(reports.payload("R3", 1_048_577));
    expect(answer.status).toBe(413);
    expect(answer.json["detail"]).toContain("1048576 bytes");
  });

  it("is answered 413 where what it says is, with how large that may be; it is kept in quarantine", async () => {
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({
      timestamp,
      data: { number: "R3", text: "x".repeat(1_000), repeat: 1_100 },
    });
    const answer = await send(body, "too-large");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([413, "application/problem+json"]);
    expect(answer.json).toMatchObject({
      issues: [
        {
          message: expect.stringMatching(
            /^the event desk:too-large is \d+ bytes of JSON, and at most 1048576/,
          ),
        },
      ],
      quarantine: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });
});

describe("a blob store that is killed while large payloads come in", () => {
  it("loses none of them", async () => {
    const payloads = new Map<string, string>(
      Array.from({ length: 30 }, (_, n) => [`killed-${n}`, reports.payload(`K${n % 10}`, 400_000)]),
    );
    let taken = 0;
    // One report's payloads one after the other, as its desk writes them.
    await inFlight(
      Array.from({ length: 10 }, (_, n) => n),
      5,
      async (n) => {
        for (const round of [0, 1, 2]) {
          const id = `killed-${n + round * 10}`;
          await reports.postUntilTaken("desk", payloads.get(id) ?? "", id);
          taken += 1;
          if (taken === 5 || taken === 15) reports.kill((name) => name === "blob");
        }
      },
    );
    await eventually(async () => {
      for (let n = 0; n < 10; n++)
        await expectText(`K${n}`, textOf(payloads.get(`killed-${n + 20}`) ?? ""), 3);
      expect(await reports.blobs("claims/")).toEqual([]);
    }, 120_000);
  });
});

/** A payload of 1,000,000 bytes, made when it is first needed. */
function reportOf(number: string): () => string {
  let made: string | undefined;
  return () => (made ??= reports.payload(number, 1_000_000));
}
