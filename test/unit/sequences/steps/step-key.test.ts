import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineModule } from "../../../../engine/define/module.ts";
import type { CommandModule, Module } from "../../../../engine/sequences/book.ts";
import { stepKey } from "../../../../engine/sequences/steps/step-key.ts";
import type { StepWork } from "../../../../engine/sequences/steps/step-work.ts";
import { readyStep } from "./ready-step.ts";

const ARTIFACT = { path: "/a.csv", blob: "x", sha256: "ab", bytes: 1 };
const STEP = { module_name: "m", input: "a.csv", output: "b.csv" };

async function key(module: Module, build = "1"): Promise<string | undefined> {
  const book = { confFile: (): undefined => undefined } as unknown as StepWork["book"];
  const { order } = await readyStep(STEP, { artifacts: new Map([["/a.csv", ARTIFACT]]) });
  return stepKey({ book, build }, module, order);
}

describe("what decides a step's output", () => {
  it("is the app's code where its module is written in TypeScript", async () => {
    const module = defineModule({ name: "m", config: z.object({}), run: async () => {} });
    expect(await key(module)).toBe(await key(module));
    expect(await key(module)).not.toBe(await key(module, "2"));
  });

  it("can be said of a module whose file is gone: its run tells of that", async () => {
    const files = new Map([["m.sh", "/nowhere/m.sh"]]);
    const module: CommandModule = { kind: "command", name: "m", command: ["bash", "./m.sh"], files };
    expect(await key(module)).toMatch(/^[0-9a-f]{64}$/);
  });
});
