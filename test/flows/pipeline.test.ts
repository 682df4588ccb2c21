import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Business, eventually, inFlight } from "./kit/business.ts";
import { expectDestinationsEqual, expectWholeAudit } from "./kit/checks.ts";

let business: Business;
beforeAll(async () => {
  business = await Business.open();
});
afterAll(async () => {
  await business?.close();
});

const anHourAgo = Date.now() - 3_600_000;
const minute = (m: number): string => new Date(anHourAgo + m * 60_000).toISOString();
let next = 1_000;
const number = (): string => String((next += 1));

describe("a webhook", () => {
  it("becomes a document, an audit record, a contact at the REST system and a row in MySQL", async () => {
    const n = number();
    const address = { line1: "Calle 1 # 2-3", city: "Bogotá", country: "CO" };
    const body = business.contact(n, {
      givenName: "Ana",
      email: "ana@example.com",
      marketingConsent: true,
      address,
    });
    const answer = await business.send(body, "msg_1");
    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({ accepted: 1, ids: ["crm:msg_1"] });

    const row = await eventually(async () => {
      const found = (await business.rows()).get(`CC-${n}`);
      expect(business.marketing.contacts.has(`CC-${n}`)).toBe(true);
      return (expect(found).toBeDefined(), found);
    });
    expect(row).toMatchObject({ version: 1, email: "ana@example.com", city: "Bogotá", marketing_consent: 1 });

    const read = await business.call("GET", `/api/v1/entities/customer/CC-${n}`);
    expect(read.headers.get("etag")).toBe('"1"');
    expect(read.json).toMatchObject({
      key: `customer|CC-${n}`,
      version: 1,
      data: { contact: { email: "ana@example.com" } },
    });
    const audit = await business.call("GET", `/api/v1/entities/customer/CC-${n}/audit`);
    expect(audit.json["items"]).toMatchObject([
      {
        outcome: "created",
        rule: { name: "customer-from-crm", hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    expect(audit.json["next"]).toBeNull();
    const deliveries = await business.call(
      "GET",
      `/api/v1/deliveries?key=${encodeURIComponent(`customer|CC-${n}`)}`,
    );
    expect(deliveries.json["items"]).toHaveLength(2);
    expect(JSON.stringify(deliveries.json)).not.toContain("marketing-token");
  });

  it("that is refused leaves nothing behind, and says precisely why", async () => {
    const n = number();
    const good = business.contact(n, { email: "a@example.com" });
    const late = new Date(Date.now() - 6 * 60_000);
    const id = randomUUID();
    const stale = {
      "webhook-timestamp": String(Math.floor(late.getTime() / 1000)),
      "webhook-signature": business.sign(id, late, good),
    };
    for (const answer of [
      await business.send(good, id, { "webhook-signature": "v1,AAAA" }),
      await business.send(good, id, stale),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
    const notJson = await business.send("{");
    expect([notJson.status, notJson.json["issues"]]).toMatchObject([400, [{ path: "" }]]);
    const wrong = await business.send(business.contact(n, { email: "no address", phone: 5 }));
    expect(wrong.status).toBe(400);
    expect((wrong.json["issues"] as { path: string }[]).map(({ path }) => path)).toEqual([
      "data.email",
      "data.phone",
    ]);
    const ahead = await business.send(business.contact(n, {}, new Date(Date.now() + 600_000).toISOString()));
    expect([ahead.status, ahead.json["issues"]]).toMatchObject([400, [{ path: "timestamp" }]]);
    const large = await business.send(business.contact(n, { givenName: "x".repeat(1_100_000) }));
    expect(large.status).toBe(413);
    expect(large.headers.get("content-type")).toBe("application/problem+json");
    expect((await business.call("POST", "/api/v1/webhooks/nobody", "{}")).status).toBe(404);

    expect((await business.documents()).has(`CC-${n}`)).toBe(false);
    const { resources } = await business
      .container("control")
      .items.query("SELECT * FROM c WHERE c.kind = 'quarantine'")
      .fetchAll();
    expect(resources).toHaveLength(3);
  });

  it("sent a hundred times at once is applied once", async () => {
    const n = number();
    const body = business.contact(n, { email: "once@example.com" });
    const answers = await Promise.all(Array.from({ length: 100 }, () => business.send(body, "msg_hundred")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await eventually(async () => {
      const records = (await business.audit()).get(`CC-${n}`);
      expect(records).toHaveLength(1);
      expect((await business.documents()).get(`CC-${n}`)?.version).toBe(1);
    });
  });

  it("that changes nothing leaves an audit record, and is not announced", async () => {
    const n = number();
    const facts = { email: "same@example.com", marketingConsent: true };
    await business.send(business.contact(n, facts, minute(1)), `first-${n}`);
    await business.send(business.contact(n, facts, minute(2)), `second-${n}`);
    await business.send(business.contact(n, { phone: "+573001112233" }, minute(3)), `third-${n}`);
    await eventually(async () => {
      const records = (await business.audit()).get(`CC-${n}`) ?? [];
      expect(records.map(({ outcome, version }) => [outcome, version])).toEqual([
        ["created", 1],
        ["unchanged", 1],
        ["updated", 2],
      ]);
      expect((await business.rows()).get(`CC-${n}`)?.["version"]).toBe(2);
    });
    const delivered = (await business.deliveries()).filter(({ key }) => key === `customer|CC-${n}`);
    expect(new Set(delivered.map(({ eventId }) => eventId))).toEqual(
      new Set([`crm:first-${n}`, `crm:third-${n}`]),
    );
  });

  it("events of an entity in any order give the same document, each keeping what others set", async () => {
    const parts = [
      { givenName: "Luz", email: "old@example.com", marketingConsent: true },
      { familyName: "Mora", phone: "+573001112233" },
      { email: "new@example.com", marketingConsent: true },
      { phone: null, marketingConsent: false },
    ];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
      [1, 3, 0, 2],
    ];
    const numbers = orders.map(number);
    for (const [row, order] of orders.entries()) {
      for (const index of order)
        await business.send(business.contact(numbers[row] ?? "", parts[index], minute(index)));
    }
    await eventually(async () => {
      const documents = await business.documents();
      for (const n of numbers) {
        expect(documents.get(`CC-${n}`)?.sequence).toBe(parts.length);
        expect(documents.get(`CC-${n}`)?.data).toMatchObject({
          identity: { documentNumber: n, givenName: "Luz", familyName: "Mora" },
          contact: { email: "new@example.com" },
          consent: { marketing: false, since: minute(3) },
        });
        expect(documents.get(`CC-${n}`)?.data).not.toHaveProperty("contact.phone");
      }
    });
  });

  it("of a removal takes contact and row away; the tombstone and the audit log stay", async () => {
    const n = number();
    await business.send(business.contact(n, { email: "bye@example.com" }, minute(1)));
    await eventually(() => expect(business.marketing.contacts.has(`CC-${n}`)).toBe(true));
    const removal = {
      type: "contact.removed",
      timestamp: minute(2),
      data: { documentType: "CC", documentNumber: n },
    };
    await business.send(JSON.stringify(removal));
    await eventually(async () => {
      expect(business.marketing.contacts.has(`CC-${n}`)).toBe(false);
      expect((await business.rows()).has(`CC-${n}`)).toBe(false);
      expect((await business.call("GET", `/api/v1/entities/customer/CC-${n}`)).status).toBe(404);
      expect((await business.documents()).get(`CC-${n}`)).toMatchObject({ deleted: true, version: 2 });
    });
  });
});

describe("the API", () => {
  it("says of a route or method that it does not have what it has; the host keeps its own", async () => {
    const unknown = await business.call("GET", "/api/v1/nothing");
    expect([unknown.status, unknown.json["detail"]]).toEqual([404, "There is no GET /api/v1/nothing."]);
    const wrong = await business.call("DELETE", "/api/v1/runs");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET"]);
    for (const { headers } of [unknown, wrong])
      expect(headers.get("content-type")).toBe("application/problem+json");
    expect((await business.call("GET", "/admin/host/status")).json).toMatchObject({ state: "Running" });
  });

  it("asks for a token, and tells nothing to a wrong one", async () => {
    const route = "/api/v1/entities/customer/CC-1";
    expect((await business.call("GET", route, undefined, { authorization: "" })).status).toBe(401);
    expect((await business.call("GET", route, undefined, { authorization: "Bearer wrong" })).status).toBe(
      401,
    );
    expect((await business.call("GET", route)).status).toBe(404);
    const lost = await business.call("GET", "/api/v1/deliveries?cursor=junk");
    expect([lost.status, lost.json["issues"]]).toMatchObject([400, [{ path: "cursor" }]]);
    expect(
      (await business.call("GET", "/api/v1/health", undefined, { authorization: "" })).json,
    ).toMatchObject({ status: "ok" });
  });
});

describe("a pull", () => {
  it("takes all pages in, once at a time, and goes on from its checkpoint", async () => {
    const records = Array.from({ length: 150 }, (_, index) => ({
      documentType: "CC",
      documentNumber: `9${index}`,
      orders: index,
      totalSpent: `${index}.10`,
      currency: "COP",
      lastOrderAt: minute(1),
      updatedAt: minute(2),
    }));
    business.store.records = [...records, { ...records[0], orders: "many" }];
    const started = await business.call("POST", "/api/v1/pulls/store/runs");
    expect(started.status).toBe(202);
    const location = started.headers.get("location") ?? "";
    const run = await eventually(async () => {
      const { json } = await business.call("GET", location);
      return (expect(json["status"]).toBe("succeeded"), json);
    });
    expect(run).toMatchObject({
      kind: "pull",
      progress: { done: 151, total: 151 },
      result: { pages: 2, events: 150, quarantined: 1 },
    });
    expect(business.store.asked).toEqual([
      { since: "1970-01-01T00:00:00.000Z", page: 1 },
      { since: "1970-01-01T00:00:00.000Z", page: 2 },
    ]);
    await eventually(async () => {
      const row = (await business.rows()).get("CC-9149");
      expect(row).toMatchObject({ orders: 149, total_spent: "149.1000" });
    });

    const again = await business.call("POST", "/api/v1/pulls/store/runs");
    await eventually(async () => {
      const { json } = await business.call("GET", again.headers.get("location") ?? "");
      expect(json["status"]).toBe("succeeded");
    });
    const since = business.store.asked.at(-1)?.since ?? "";
    expect(Date.parse(since)).toBe(Date.parse(String(run["startedAt"])) - 60_000);
  });
});

describe("a thousand events over fifty customers, twenty in flight", () => {
  it("end in the last state of each, whole in audit and destinations", async () => {
    const events = Array.from({ length: 1_000 }, (_, index) => ({
      n: `7${index % 50}`,
      index,
      body: business.contact(
        `7${index % 50}`,
        { email: `v${index}@example.com`, givenName: `N${index}` },
        new Date(anHourAgo + index * 1_000).toISOString(),
      ),
    }));
    await inFlight(events, 20, async ({ body, index }) => {
      expect((await business.send(body, `run-${index}`)).status).toBe(202);
    });
    await eventually(async () => {
      const documents = await business.documents();
      for (let n = 0; n < 50; n++) {
        const { data, sequence } = documents.get(`CC-7${n}`) ?? {};
        expect([sequence, (data as { contact?: object })?.contact]).toEqual([
          20,
          { email: `v${950 + n}@example.com` },
        ]);
      }
      await expectDestinationsEqual(business);
    });
    await expectWholeAudit(business);
  });
});
