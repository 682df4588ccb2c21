import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { openDatabase } from "../../../engine/datasets/database.ts";
import { defineApp, defineReceiver } from "../../../engine/define/index.ts";
import { UnavailableError } from "../../../engine/errors/unavailable-error.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { ANONYMOUS, type ApiResponse } from "../../../functions/api/http.ts";
import { receiveWebhook } from "../../../functions/api/webhooks.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";
import { person, told, toldRule } from "../sync/shop.ts";
import { NO_MODELS } from "./no-models.ts";

const receiver = defineReceiver({
  source: "crm",
  verify: { settings: [], verify: () => ({ ok: true, deliveryId: "msg_1" }) },
  body: z.object({ number: z.string(), name: z.string() }),
  events: (body) => [told.of(body, { time: "2026-01-01T00:00:00Z" })],
});
const app = defineApp({ documents: [person], rules: [toldRule], receivers: [receiver] });

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

async function post(bytes: number): Promise<ApiResponse> {
  const body = JSON.stringify({ number: "1", name: "x".repeat(bytes) });
  const request = {
    method: "POST",
    url: new URL("http://localhost/api/v1/webhooks/crm"),
    params: { receiver: "crm" },
    header: () => undefined,
    stream: async function* () {},
    body: async () => Buffer.from(body),
  };
  const settings = createSettings({}, []);
  const secrets = { fresh: async () => Promise.reject(new Error("nothing secret here")) };
  const services = {
    app,
    ports,
    settings,
    secrets,
    datasets: openDatabase(settings),
    log: () => {},
    ...NO_MODELS,
    close: async () => {},
  };
  return receiveWebhook.handle(request, services, ANONYMOUS);
}

describe("a webhook", () => {
  test("that brings what no message holds is answered 202", async () => {
    expect(await post(1_000_000)).toMatchObject({ status: 202, json: { ids: ["crm:msg_1"] } });
  });

  test("that brings more than 1 MiB is answered 413, with what is too large and how large it may be", async () => {
    expect(await post(1_048_576)).toMatchObject({
      status: 413,
      headers: { "content-type": "application/problem+json" },
      json: {
        title: "Content Too Large",
        quarantine: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        issues: [{ message: expect.stringContaining("at most 1048576 are taken in; send less") as unknown }],
      },
    });
  });

  test.each(["blobs", "queue"] as const)(
    "is answered 503 with Retry-After while %s do not answer, and taken when they do",
    async (of) => {
      ports.failure = { of, error: new UnavailableError("it is down") };
      expect(await post(1_000_000)).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
      expect(ports.sent("events")).toEqual([]);
      ports.failure = undefined;
      expect(await post(1_000_000)).toMatchObject({ status: 202 });
    },
  );
});
