import { beforeEach, describe, expect, it } from "vitest";
import { RUNS } from "../../../engine/define/topology.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";
import { goneRule, person, toldRule } from "../sync/shop.ts";
import { type Ask, openApi } from "./api.ts";

let ports: MemoryPorts;
let ask: Ask;
beforeEach(() => {
  ports = memoryPorts();
  ask = openApi(ports, { documents: [person], rules: [toldRule, goneRule] });
});

const tokenOf = async (role: string): Promise<string> => {
  const { json } = await ask("POST /api/v1/tokens", { json: { name: role, roles: [role] } });
  return String(json["token"]);
};

describe("a rehearsal", () => {
  it("is a run, which keeps what was asked and by whom", async () => {
    const json = {
      rule: toldRule.name,
      entities: ["person|1"],
      since: "2026-01-01",
      reason: "before we ship it",
    };
    const answer = await ask("POST /api/v1/rehearsals", { json });
    const { run } = answer.json;
    expect(answer).toMatchObject({ status: 202, headers: { location: `/api/v1/runs/${String(run)}` } });
    expect(ports.sent(RUNS)).toMatchObject([{ body: { kind: "rehearsal", name: toldRule.name, run } }]);
    expect((await ask(`GET /api/v1/runs/${String(run)}`)).json).toMatchObject({
      kind: "rehearsal",
      name: toldRule.name,
      status: "queued",
      actor: "operator",
      request: { ...json, since: "2026-01-01T00:00:00.000Z" },
      progress: { unit: "records" },
    });
  });

  it("of all rules is named so", async () => {
    await ask("POST /api/v1/rehearsals");
    expect(ports.sent(RUNS)).toMatchObject([{ body: { name: "rules" } }]);
  });

  it("may be asked for by auditors, and by nobody else but operators", async () => {
    expect(await ask("POST /api/v1/rehearsals", { token: await tokenOf("auditor") })).toMatchObject({
      status: 202,
    });
    expect(await ask("POST /api/v1/rehearsals", { token: await tokenOf("subscriber") })).toMatchObject({
      status: 403,
    });
    expect(await ask("POST /api/v1/rehearsals", { token: "" })).toMatchObject({ status: 401 });
  });
});

describe("is refused, with what is wrong and what there is", () => {
  it.each([
    [{ rule: "nobodys" }, "rule", `"${toldRule.name}", "${goneRule.name}"`],
    [{ entity: "shop" }, "entity", 'there are "person"'],
    [{ entities: ["person|1", "shop|1"] }, "entities.1", 'there are "person"'],
    [{ entities: ["person|1", "one"] }, "entities.1", "must be a key"],
    [{ entities: [] }, "entities", ""],
    [{ entities: Array.from({ length: 1_001 }, (_, n) => `person|${n}`) }, "entities", ""],
    [{ entity: "person", entities: ["person|1"] }, "entity", "not both"],
    [{ since: "yesterday" }, "since", "ISO 8601"],
    [{ since: "2026-01-02", until: "2026-01-02" }, "until", "later than since"],
    [{ rules: "all" }, "", "rules"],
  ])("%o", async (json, path, message) => {
    const { status, json: problem } = await ask("POST /api/v1/rehearsals", { json });
    expect(status).toBe(400);
    expect(problem["issues"]).toMatchObject([{ path, message: expect.stringContaining(message) }]);
    expect(ports.sent(RUNS)).toEqual([]);
  });
});
