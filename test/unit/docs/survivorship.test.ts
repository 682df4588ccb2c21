import { afterAll, describe, expect, test } from "vitest";
import type { AppDefinition } from "../../../engine/define/index.ts";
import { followPages } from "./example-checkout.ts";

const PAGE = "docs/how-to/survivorship.md";
const checkout = followPages(PAGE);
afterAll(() => checkout[Symbol.dispose]());
const app = (await checkout.load("functions/app.ts"))["default"] as AppDefinition;

describe("the tests that docs/how-to/survivorship.md shows", async () => {
  await checkout.load("test/unit/rules/customer-survivorship.test.ts");
});

describe("the example of docs/how-to/survivorship.md", () => {
  test("ranks sources for the sub-schema and for a field in it, and compiles", { timeout: 60_000 }, () => {
    expect(app.documents.get("customer")?.priority).toEqual({
      contact: ["crm", "store"],
      "contact.email": ["store", "crm"],
    });
    expect(checkout.added).toEqual(["test/unit/rules/customer-survivorship.test.ts"]);
    expect(checkout.types()).toBe("");
  });

  test("names sources that the app has", () => {
    const { priority = {} } = app.documents.get("customer") ?? {};
    const sources = [...app.receivers, ...app.pulls].map(({ source }) => source);
    expect(sources).toEqual(expect.arrayContaining(Object.values(priority).flat()));
  });

  test("goes together with the other examples", async () => {
    using all = followPages("README.md", PAGE, "docs/how-to/add-a-pull.md");
    const { rules } = (await all.load("functions/app.ts"))["default"] as AppDefinition;
    expect([...rules.values()].map(({ name }) => name)).toContain("customer-from-loyalty");
    expect(rules.get("store.customer")?.touches).toContain("contact");
  });
});
