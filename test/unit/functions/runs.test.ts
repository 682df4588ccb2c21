import { describe, expect, test } from "vitest";
import type { RunMessage } from "../../../engine/runs/start.ts";
import { startRun } from "../../../engine/runs/start.ts";
import { workOn } from "../../../engine/runs/work.ts";
import { Source } from "../pulls/source.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";
import { openApi } from "./api.ts";

const WORK = {
  kind: "resync",
  name: "marketing",
  request: { ids: ["1"] },
  actor: "ana",
  unit: "documents",
} as const;
const actions = (ports: MemoryPorts): unknown[] =>
  ports.items("control").filter(({ id }) => id.startsWith("action|"));

describe("cancelling a run", () => {
  test("is taken, once it is in the operator log; a run that ended is refused", async () => {
    const ports = memoryPorts();
    const ask = openApi(ports);
    const run = await startRun(ports, WORK);
    expect(await ask(`POST /api/v1/runs/${run}/cancel`)).toMatchObject({
      status: 202,
      headers: { location: `/api/v1/runs/${run}` },
      json: { run },
    });
    expect((await ask(`GET /api/v1/runs/${run}`)).json).toMatchObject({ status: "cancelled" });
    expect(actions(ports)).toMatchObject([{ actor: "operator", action: "cancel", target: run }]);
    expect(await ask(`POST /api/v1/runs/${run}/cancel`)).toMatchObject({
      status: 409,
      json: { detail: "The run has ended already, as cancelled.", run },
    });
    expect((await ask("POST /api/v1/runs/none/cancel")).status).toBe(404);
    expect(actions(ports)).toHaveLength(1);
  });
});

describe("trying a run again", () => {
  test("asks the same as a run of its own, for the caller; not before its end", async () => {
    const ports = memoryPorts();
    const ask = openApi(ports);
    const first = await startRun(ports, WORK);
    expect(await ask(`POST /api/v1/runs/${first}/retry`)).toMatchObject({
      status: 409,
      json: { run: first },
    });
    await workOn(ports.sent("runs")[0]?.body as RunMessage, ports, async () => ({ done: 1 }));
    const { status, json } = await ask(`POST /api/v1/runs/${first}/retry`);
    expect(status).toBe(202);
    const again = String(json["run"]);
    expect(again).not.toBe(first);
    expect((await ask(`GET /api/v1/runs/${again}`)).json).toMatchObject({
      kind: "resync",
      name: "marketing",
      request: { ids: ["1"] },
      actor: "operator",
      status: "queued",
      progress: { done: 0, total: null, unit: "documents" },
    });
    expect(ports.sent("runs").at(-1)).toMatchObject({
      body: { kind: "resync", name: "marketing", run: again },
      sessionId: "resync|marketing",
    });
    expect(actions(ports)).toMatchObject([
      { action: "retry", target: first, details: { kind: "resync", name: "marketing" } },
    ]);
  });

  test("starts a pull as any start of it, with its lease", async () => {
    const source = new Source(() => ({ records: [], next: null }));
    const ask = openApi(source.ports, { pulls: [source.pull] });
    const first = await source.work(await source.start());
    const retry = `POST /api/v1/runs/${first?.run}/retry`;
    const { status, json } = await ask(retry);
    expect(status).toBe(202);
    const again = String(json["run"]);
    expect(await source.run(again)).toMatchObject({ kind: "pull", actor: "operator", status: "queued" });
    expect(await source.checkpoint()).toMatchObject({ run: again });
    expect(await ask(retry)).toMatchObject({
      status: 409,
      headers: { location: `/api/v1/runs/${again}` },
      json: { run: again },
    });
    expect(await openApi(source.ports)(retry)).toMatchObject({
      status: 409,
      json: { detail: 'There is no pull "store" any more.' },
    });
  });
});

test("a pull that an operator starts says who, in its run and in the operator log", async () => {
  const source = new Source(() => ({ records: [], next: null }));
  const { json } = await openApi(source.ports, { pulls: [source.pull] })("POST /api/v1/pulls/store/runs");
  expect(await source.run(String(json["run"]))).toMatchObject({ actor: "operator" });
  expect(actions(source.ports)).toMatchObject([{ actor: "operator", action: "start-pull", target: "store" }]);
});
