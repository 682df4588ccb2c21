import { afterAll, describe, expect, test } from "vitest";
import type { AppDefinition, AttemptContext, IntegrationDefinition } from "../../../engine/define/index.ts";
import { followPages } from "./example-checkout.ts";

const PAGE = "docs/how-to/add-a-mysql-integration.md";
const checkout = followPages(PAGE);
afterAll(() => checkout[Symbol.dispose]());
const app = (await checkout.load("functions/app.ts"))["default"] as AppDefinition;

describe("the example of docs/how-to/add-a-mysql-integration.md", () => {
  test("adds the file that it says, and compiles", { timeout: 60_000 }, () => {
    expect(checkout.added).toEqual(["functions/integrations/reach.ts"]);
    expect(checkout.types()).toBe("");
  });

  test("has the rows that it promises", async () => {
    const identity = { documentType: "CC", documentNumber: "1020", givenName: "Ana" };
    const contact = { email: "ana@example.com", phone: "+573001234567" };
    expect(await rowsOf({ identity, contact })).toMatchObject({
      "caudal_reach.people": { count: 1, rows: [{ given_name: "Ana", family_name: null }] },
      "caudal_reach.people_contacts": {
        count: 2,
        rows: [
          { kind: "email", address: "ana@example.com" },
          { kind: "phone", address: "+573001234567" },
        ],
      },
      "caudal_reach.people_opted_in": { count: 0 },
    });
    const consent = { marketing: true, since: "2026-03-01T10:00:00.000Z" };
    expect(await rowsOf({ identity, consent })).toMatchObject({
      "caudal_reach.people_contacts": { count: 0 },
      "caudal_reach.people_opted_in": { rows: [{ since: "2026-03-01 10:00:00.000" }] },
    });
  });

  test("goes together with the other examples", async () => {
    using all = followPages("README.md", PAGE, "docs/how-to/add-a-pull.md");
    const { integrations } = (await all.load("functions/app.ts"))["default"] as AppDefinition;
    const names = integrations.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["customer-360", "tills", "reach"]));
  });
});

/** What a delivery of a document would write. Nobody listens there; the error tells. */
async function rowsOf(data: object): Promise<unknown> {
  const { destination } = app.integrations.find(({ name }) => name === "reach") as IntegrationDefinition;
  const snapshot = { key: "customer|CC-1020", entity: "customer", id: "CC-1020", version: 3, known: false };
  const context: AttemptContext = {
    value: () => "mysql://root@127.0.0.1:1",
    secrets: { fresh: (_name, _isFresh, renew) => renew(undefined) },
    signal: AbortSignal.timeout(10_000),
  };
  const error: unknown = await destination
    .deliver({ ...snapshot, data: data as never }, context)
    .catch((reason: unknown) => reason);
  await destination.close?.();
  return (error as { request?: { tables?: unknown } }).request?.tables;
}
