import { describe, expect, test } from "vitest";
import { CHAIN } from "../sequences/runs/book-of.ts";
import { endure, fail, SequenceDesk } from "../sequences/runs/sequence-desk.ts";
import { type Ask, openApi } from "./api.ts";

function apiOf(desk: SequenceDesk): Ask {
  const { work } = desk;
  const ports = { ...desk.ports, documents: desk.ports.documents };
  return openApi(ports, {}, undefined, { sequences: { book: work.book, work } });
}
const actions = (desk: SequenceDesk): unknown[] =>
  desk.ports.items("control").filter(({ id }) => id.startsWith("action|"));

async function auditorOf(ask: Ask): Promise<string> {
  const { json } = await ask("POST /api/v1/tokens", { json: { name: "ada", roles: ["auditor"] } });
  return String(json["token"]);
}

describe("starting a run of a sequence", () => {
  test("answers 202 with the run, once it is in the operator log", async () => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, parameters: { day: null } } });
    const ask = apiOf(desk);
    const started = await ask("POST /api/v1/sequences/chain/runs", { json: { parameters: { day: "1" } } });
    const run = String(started.json["run"]);
    expect(started).toMatchObject({ status: 202, headers: { location: `/api/v1/runs/${run}` } });
    expect(actions(desk)).toMatchObject([{ actor: "operator", action: "start-sequence", target: "chain" }]);
    await desk.drain();
    expect((await ask(`GET /api/v1/runs/${run}`)).json).toMatchObject({
      id: run,
      kind: "sequence",
      name: "chain",
      status: "succeeded",
      request: { parameters: { day: "1" } },
      steps: [
        {
          index: 0,
          module: "extract",
          status: "succeeded",
          attempt: 1,
          exitCode: 0,
          command: ["./module"],
          log: "",
          artifact: { path: "raw.csv", bytes: 64 },
          durationMs: 5,
        },
        { module: "clean" },
        { module: "load" },
      ],
    });
  });

  test.each([
    [{ parameters: { dya: "1" } }, 422, ["parameters.dya", "parameters.day"]],
    [{ parameters: { day: 1 } }, 400, ["parameters.day"]],
    [{ parameter: {} }, 400, [""]],
  ])("is refused with what is wrong: %j", async (json, status, paths) => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, parameters: { day: null } } });
    const answer = await apiOf(desk)("POST /api/v1/sequences/chain/runs", { json });
    expect(answer.status).toBe(status);
    expect((answer.json["issues"] as { path: string }[]).map(({ path }) => path)).toEqual(paths);
    expect(desk.runs("chain")).toEqual([]);
  });

  test("is answered 404 where there is none, and 202 where it is skipped: the run says so", async () => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, concurrency: { limit: 1, when_full: "skip" } } });
    const ask = apiOf(desk);
    expect((await ask("POST /api/v1/sequences/none/runs")).status).toBe(404);
    await ask("POST /api/v1/sequences/chain/runs");
    const { status, json } = await ask("POST /api/v1/sequences/chain/runs");
    expect(status).toBe(202);
    expect((await ask(`GET /api/v1/runs/${String(json["run"])}`)).json).toMatchObject({
      status: "cancelled",
      error: expect.stringContaining("skipped") as unknown,
    });
  });
});

describe("a run of a sequence", () => {
  test("shows an auditor its steps without what modules wrote", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const ask = apiOf(desk);
    desk.does.set(
      "clean",
      fail({ log: "Jane Doe\n", reason: "no room for Jane Doe", command: ["x", "Jane Doe"] }),
    );
    const run = await desk.begin("chain");
    await desk.drain();
    const own = await ask(`GET /api/v1/runs/${run}`);
    expect(JSON.stringify(own.json)).toContain("Jane Doe");
    const seen = await ask(`GET /api/v1/runs/${run}`, { token: await auditorOf(ask) });
    expect(seen.json).toMatchObject({
      status: "failed",
      steps: [{ status: "succeeded" }, { module: "clean", exitCode: 1 }, {}],
    });
    expect(JSON.stringify(seen.json)).not.toContain("Jane");
  });

  test("is done again from a step on, and only by an operator", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const ask = apiOf(desk);
    desk.does.set("clean", fail());
    const run = await desk.begin("chain");
    const restart = `POST /api/v1/runs/${run}/restart`;
    expect((await ask(restart)).status).toBe(409);
    await desk.drain();
    expect((await ask(restart, { token: await auditorOf(ask) })).status).toBe(403);
    expect(await ask(restart, { json: { from: "load" } })).toMatchObject({
      status: 422,
      json: { issues: [{ path: "from" }] },
    });
    expect((await ask("POST /api/v1/runs/none/restart")).status).toBe(404);
    expect((await ask(restart, { json: { from: 1.5 } })).status).toBe(400);
    const { status, json } = await ask(restart, { json: { from: "clean" } });
    expect(status).toBe(202);
    expect((await ask(`GET /api/v1/runs/${String(json["run"])}`)).json).toMatchObject({
      request: { restartOf: run, from: 1 },
      steps: [{ status: "reused" }, { status: "pending" }, {}],
    });
    desk.book.set("chain", [{ module_name: "other" }]);
    expect(await ask(restart)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining("only 1 steps now") as unknown },
    });
    expect((await ask(restart, { json: { plan: "as-run" } })).status).toBe(202);
  });

  test("is tried again whole, with the same parameters", async () => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, parameters: { day: "0" } } });
    const ask = apiOf(desk);
    const run = await desk.begin("chain", { parameters: { day: "7" } });
    await desk.drain();
    const { json } = await ask(`POST /api/v1/runs/${run}/retry`);
    const again = String(json["run"]);
    await desk.drain();
    expect((await ask(`GET /api/v1/runs/${again}`)).json).toMatchObject({
      status: "succeeded",
      actor: "operator",
      request: { parameters: { day: "7" } },
    });
    expect(desk.orders).toHaveLength(6);
  });

  test("is cancelled: one that waits ends at once and gives up its place", async () => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, concurrency: { limit: 1 } } });
    const ask = apiOf(desk);
    desk.does.set("extract", endure);
    await desk.begin("chain");
    const run = await desk.begin("chain");
    expect((await ask(`POST /api/v1/runs/${run}/cancel`)).status).toBe(202);
    expect((await ask(`GET /api/v1/runs/${run}`)).json).toMatchObject({ status: "cancelled" });
    expect(desk.ports.items("control")).toContainEqual(
      expect.objectContaining({ kind: "sequence-state", waiting: [] }),
    );
  });
});
