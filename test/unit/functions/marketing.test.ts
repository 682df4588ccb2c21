import { describe, expect, test } from "vitest";
import type { Attempt, DataOf } from "../../../engine/define/index.ts";
import { marketing } from "../../../functions/integrations/marketing.ts";
import type { customer } from "../../../schemas/customer.ts";
import { attemptContext } from "../connectors/rest/attempt-context.ts";
import { httpServer } from "../connectors/rest/http-server.ts";

const identity = { documentType: "CC", documentNumber: "1020" };

function deliver(
  baseUrl: string,
  data: DataOf<typeof customer> | undefined,
  known = false,
): Promise<Attempt> {
  const snapshot = {
    key: "customer|CC-1020",
    entity: "customer",
    id: "CC-1020",
    version: 2,
    data: data as never,
    known,
  };
  const context = attemptContext({ MARKETING_API_URL: baseUrl, MARKETING_API_TOKEN: "tok-1" });
  return marketing.destination.deliver(snapshot, context);
}

describe("marketing", () => {
  test("wants to know of names, contact and consent", () => {
    expect(marketing.changed).toEqual(["identity", "contact", "consent"]);
  });

  test("puts a contact, what is unknown as null", async () => {
    const server = await httpServer((response) => response.end());
    await deliver(server.url, {
      identity: { ...identity, givenName: "Ana", familyName: "Ruiz" },
      contact: { email: "ana@example.com" },
      consent: { marketing: true, since: "2025-03-01T10:00:00.000Z" },
    });
    await deliver(server.url, { identity, contact: { phone: "+573001234567" } });
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: 2 }, () => "PUT /contacts/CC-1020"),
    );
    expect(server.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        fullName: "Ana Ruiz",
        email: "ana@example.com",
        phone: null,
        consent: { marketing: true, since: "2025-03-01T10:00:00.000Z" },
      },
      { fullName: null, email: null, phone: "+573001234567", consent: { marketing: null, since: null } },
    ]);
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: "Bearer tok-1",
      "idempotency-key": "customer|CC-1020:2",
    });
  });

  test("withdraws a contact that it has and that can no longer be reached", async () => {
    const server = await httpServer((response) => response.writeHead(204).end());
    for (const data of [{ identity }, { identity, contact: {} }]) {
      const attempt = await deliver(server.url, data, true);
      expect(attempt).toMatchObject({ status: "delivered", known: false });
    }
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: 2 }, () => "DELETE /contacts/CC-1020"),
    );
  });

  test("ignores whoever cannot be reached and is not there, and records why", async () => {
    const server = await httpServer((response) => response.end());
    expect(await deliver(server.url, { identity })).toEqual({
      status: "ignored",
      reason: "there is neither an e-mail address nor a phone number",
    });
    expect(server.seen).toEqual([]);
  });

  test("deletes the contact of a removed customer", async () => {
    const server = await httpServer((response) => response.writeHead(404).end());
    expect(await deliver(server.url, undefined)).toMatchObject({ status: "delivered" });
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["DELETE /contacts/CC-1020"]);
  });
});
