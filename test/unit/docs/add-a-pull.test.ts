import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import type { AppDefinition, CloudEvent, PullDefinition } from "../../../engine/define/index.ts";
import { runPull } from "../../../engine/pulls/run.ts";
import { type PullMessage, startPull } from "../../../engine/pulls/start.ts";
import { createSecrets } from "../../../engine/secrets/secrets.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { followPages } from "./example-checkout.ts";
import { declaredSettings, documentedSettings } from "./settings.ts";

const PAGE = "docs/how-to/add-a-pull.md";
const checkout = followPages(PAGE);
afterAll(() => checkout[Symbol.dispose]());
const app = (await checkout.load("functions/app.ts"))["default"] as AppDefinition;

describe("the example of docs/how-to/add-a-pull.md", () => {
  test("adds the files that it says, and compiles", { timeout: 60_000 }, () => {
    expect(checkout.added).toEqual([
      "schemas/club.ts",
      "functions/pulls/club.ts",
      "rules/customer-from-club.ts",
    ]);
    expect(checkout.types()).toBe("");
  });

  test("documents its settings", () => {
    expect(documentedSettings(checkout.folder)).toEqual(declaredSettings(checkout.folder));
  });

  test("turns the members of all pages into events that a rule takes", async () => {
    const member = (documentNumber: string, email: string | null): object => ({
      documentType: "CC",
      documentNumber,
      email,
      changedAt: "2025-12-02T10:00:00+01:00",
    });
    const { asked, events } = await pulled([
      { page: 1, pages: 2, members: [member("1020", "ana@example.com"), { documentType: "CC" }] },
      { page: 2, pages: 2, members: [member("1021", null)] },
    ]);
    const since = "1970-01-01T00%3A00%3A00.000Z";
    expect(asked).toEqual([`/members?changedSince=${since}&page=1`, `/members?changedSince=${since}&page=2`]);
    expect(events).toMatchObject([
      { type: "club.member", subject: "customer|CC-1020", data: { email: "ana@example.com" } },
      { type: "club.member", subject: "customer|CC-1021", time: "2025-12-02T09:00:00.000Z" },
    ]);
    expect(app.rules.get("club.member")?.name).toBe("customer-from-club");
  });

  test("goes together with the example of the README, whichever comes first", async () => {
    for (const pages of [
      ["README.md", PAGE],
      [PAGE, "README.md"],
    ]) {
      using both = followPages(...pages);
      const { rules } = (await both.load("functions/app.ts"))["default"] as AppDefinition;
      const names = [...rules.values()].map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(["customer-from-loyalty", "customer-from-club"]));
      expect(documentedSettings(both.folder)).toEqual(declaredSettings(both.folder));
    }
  });

  test("counts as done where it was done before", { timeout: 60_000 }, () => {
    using twice = followPages(PAGE, "README.md", PAGE, "README.md");
    expect(twice.types()).toBe("");
  });
});

/** What a run asks a club with these pages, and the events that it puts on the queue. */
async function pulled(pages: readonly object[]): Promise<{ asked: string[]; events: CloudEvent[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify(pages[asked.length - 1]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const club = app.pulls.find(({ name }) => name === "club") as PullDefinition;
    const ports = memoryPorts();
    await startPull(club, ports);
    const message = ports.sent("runs")[0]?.body as PullMessage;
    const settings = createSettings({ CLUB_API_URL: url, CAUDAL_PRIVATE_TARGETS: "127.0.0.1" }, []);
    const secrets = createSecrets(ports.documents, settings, ports.clock, ports.log);
    await runPull(club, message, ports, settings, secrets);
    return { asked, events: ports.sent("events").map(({ body }) => body as CloudEvent) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
