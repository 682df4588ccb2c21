import { expect, test } from "vitest";
import { defineApp, defineIntegration, secret } from "../../../engine/define/index.ts";
import type { Documents } from "../../../engine/ports.ts";
import { createMessageHandlers } from "../../../functions/messages.ts";
import { createServices } from "../../../functions/services.ts";
import { person } from "../sync/shop.ts";

const HOOK = "https://hooks.example.com/services/PLANTED";

test("what a trigger rejects with shows no secret: not its message, not its stack, no cause; the log has it redacted", async () => {
  const logged: string[] = [];
  const integration = defineIntegration(
    { name: "hook", on: person },
    {
      settings: [secret("HOOK_URL")],
      deliver: async () => {
        throw new TypeError(`PUT ${HOOK}/x went wrong`, { cause: new Error(HOOK) });
      },
    },
  );
  const app = defineApp({ documents: [person], rules: [], integrations: [integration] });
  const services = createServices(app, { HOOK_URL: HOOK }, (level, message, facts) =>
    logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
  );
  const documents: Documents = {
    read: async () => undefined,
    write: async () => ({ written: true, etags: [] }),
    query: async () => ({ items: [], next: null }),
  };
  const clock = { now: () => Date.now() };
  const ports = { documents, queue: never, topic: never, clock, log: services.log };
  const { settings, log } = services;
  const handlers = createMessageHandlers({ app, settings, log, ports, close: () => services.close() });

  const announcement = {
    key: "person|1",
    entity: "person",
    id: "1",
    version: 1,
    eventId: "crm:1",
    removed: false,
    data: {},
  };
  const error: unknown = await handlers
    .change(integration, announcement, 1)
    .catch((reason: unknown) => reason);
  if (!(error instanceof Error)) throw new Error("the handler did not reject with an error");
  expect(error.message).toBe("PUT [redacted]/x went wrong");
  expect(error.cause).toBeUndefined();
  expect(error.stack).not.toContain("PLANTED");
  expect(logged).toEqual([expect.stringContaining("error a delivery to hook failed") as string]);
  expect(logged[0]).toContain("messages.test.ts");
  expect(logged[0]).not.toContain("PLANTED");
});

function never(): never {
  throw new Error("not needed here");
}
