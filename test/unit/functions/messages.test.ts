import { expect, test } from "vitest";

import { defineApp, defineIntegration, secret } from "../../../engine/define/index.ts";
import { createSecrets } from "../../../engine/secrets/secrets.ts";
import { createMessageHandlers } from "../../../functions/messages.ts";
import { createServices } from "../../../functions/services.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { person } from "../sync/shop.ts";

const HOOK = "https://hooks.example.com/services/PLANTED";

test("what a trigger rejects with shows no secret: not its message, not its stack, no cause; the log has it redacted", async () => {
  const logged: string[] = [];
  const integration = defineIntegration(
    { name: "hook", on: person },
    { settings: [secret("HOOK_URL")], deliver: async () => ({ status: "delivered" }) },
  );
  const app = defineApp({ documents: [person], rules: [], integrations: [integration] });
  const services = createServices(app, { HOOK_URL: HOOK }, (level, message, facts) =>
    logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
  );
  const failing = new TypeError(`PUT ${HOOK}/x went wrong`, { cause: new Error(HOOK) });
  const ports = memoryPorts();
  ports.failure = { of: "documents", error: failing };
  const { settings, log } = services;
  const secrets = createSecrets(ports.documents, settings, ports.clock, log);
  const handlers = createMessageHandlers({
    app,
    settings,
    log,
    secrets,
    datasets: services.datasets,
    models: services.models,
    jobs: services.jobs,
    sequences: services.sequences,
    ports,
    close: () => services.close(),
  });

  const message = { kind: "resync", name: "hook", run: "1" };
  const error: unknown = await handlers.run(message).catch((reason: unknown) => reason);
  if (!(error instanceof Error)) throw new Error("the handler did not reject with an error");
  expect(error.message).toBe("PUT [redacted]/x went wrong");
  expect(error.cause).toBeUndefined();
  expect(error.stack).not.toContain("PLANTED");
  expect(logged).toEqual([expect.stringContaining("error a run failed") as string]);
  expect(logged[0]).toContain("messages.test.ts");
  expect(logged[0]).not.toContain("PLANTED");
});
