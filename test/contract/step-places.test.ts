import { describe, expect, it } from "vitest";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import { UnavailableError } from "../../engine/errors/unavailable-error.ts";
import { type StepDesk, stepDesk } from "./step-desk.ts";

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A desk with a module that copies. */
async function copying(web?: Parameters<typeof stepDesk>[0]): Promise<StepDesk> {
  const desk = await stepDesk(web);
  await desk.script("copy", 'cp "$2" "$4"');
  return desk;
}

describe("a step's input", () => {
  it("comes from another container", async () => {
    const desk = await copying();
    desk.elsewhere.set("incoming/2026/a b.csv", "a,b\n");
    const end = await desk.run({
      module_name: "copy",
      input: "blob://incoming/2026/a b.csv",
      output: "a.csv",
    });
    expect(end.command).toContain("./input/a_b.csv");
    expect(await desk.text(end.artifact)).toBe("a,b\n");
    const missing = await desk.run({ module_name: "copy", input: "blob://incoming/b.csv", output: "a.csv" });
    expect(missing).toMatchObject({
      status: "failed",
      retryable: false,
      reason: "there is no blob://incoming/b.csv",
    });
  });

  it("comes from the web, and whether it may come later is the server's to say", async () => {
    const answers: (() => Promise<AsyncIterable<Uint8Array>>)[] = [
      async () => once("a,b\n"),
      () => Promise.reject(new RetryableError("GET was answered with status 503")),
      () => Promise.reject(new PermanentError("GET was answered with status 404")),
    ];
    const desk = await copying({ get: () => answers.shift()!() });
    const step = { module_name: "copy", input: "https://files.example/a.csv?sig=x", output: "a.csv" };
    expect(await desk.text((await desk.run(step)).artifact)).toBe("a,b\n");
    expect(await desk.run(step)).toMatchObject({ status: "failed", retryable: true });
    expect(await desk.run(step)).toMatchObject({ status: "failed", retryable: false });
    expect(await desk.leftovers()).toEqual([]);
  });

  it("is refused where it is not what was written", async () => {
    const desk = await copying();
    const artifact = await desk.artifact("a.csv", "a,b\n");
    await desk.ports.blobs.put(artifact.blob ?? "", Buffer.from("a,c\n"));
    const step = { module_name: "copy", input: "a.csv", output: "b.csv" };
    const end = await desk.run(step, { artifacts: new Map([["a.csv", artifact]]) });
    expect(end).toMatchObject({ status: "failed", retryable: false });
    expect(end.reason).toMatch(/^\.\/a\.csv is not what was written: it has 4 bytes with the hash/);
  });

  it("is the newest of what was written under its path", async () => {
    const desk = await copying();
    const [old, fresh] = [await desk.artifact("/a.csv", "old"), await desk.artifact("a.csv", "fresh")];
    const artifacts = new Map([
      [old.path, old],
      [fresh.path, fresh],
    ]);
    const end = await desk.run({ module_name: "copy", input: "./a.csv", output: "b.csv" }, { artifacts });
    expect(await desk.text(end.artifact)).toBe("fresh");
  });

  it("that nobody can tell of for now leaves the step undecided", async () => {
    const desk = await copying();
    const artifact = await desk.artifact("a.csv", "a");
    desk.ports.failure = { of: "blobs", error: new UnavailableError("Blob Storage is away") };
    const step = { module_name: "copy", input: "a.csv", output: "b.csv" };
    await expect(desk.run(step, { artifacts: new Map([["a.csv", artifact]]) })).rejects.toThrow("is away");
    expect(await desk.leftovers()).toEqual([]);
  });
});

describe("a step's output", () => {
  it("goes to another container, or to the web", async () => {
    const sent: string[] = [];
    const desk = await copying({
      async put(url, { bytes, size }) {
        const pieces: Uint8Array[] = [];
        for await (const piece of bytes) pieces.push(piece);
        sent.push(url, String(size), Buffer.concat(pieces).toString());
      },
    });
    const raw = await desk.artifact("a.csv", "a,b\n");
    const artifacts = new Map([["a.csv", raw]]);
    const step = (output: string): object => ({ module_name: "copy", input: "a.csv", output });
    const stored = await desk.run(step("blob://outgoing/day/a.csv"), { artifacts });
    expect(stored.artifact).toEqual({ ...raw, path: "blob://outgoing/day/a.csv", blob: null });
    expect(desk.elsewhere.get("outgoing/day/a.csv")).toBe("a,b\n");
    await desk.run(step("https://files.example/in/a.csv"), { artifacts });
    expect(sent).toEqual(["https://files.example/in/a.csv", "4", "a,b\n"]);
  });

  it.each([
    ["../a.csv", "must not leave the folder of its run with .."],
    ["blob://caudal/x", "names the container caudal, which is Caudal's own"],
    ["ftp://x/y", "has the scheme ftp, and may have blob, http or https"],
  ])("cannot be %s", async (output, fault) => {
    const desk = await copying();
    const end = await desk.run({ module_name: "copy", output });
    expect(end).toMatchObject({ status: "failed", retryable: false });
    expect(end.reason).toContain(fault);
  });
});

describe("what decides a step's output", () => {
  it("is its module's code, its input, its configuration, arguments and parameters, and nothing else", async () => {
    const desk = await copying();
    const [one, two] = [await desk.artifact("a.csv", "1"), await desk.artifact("a.csv", "2")];
    const step = { module_name: "copy", input: "a.csv", output: "b.csv" };
    const key = (change = {}, artifact = one, more = {}): Promise<string | undefined> =>
      desk.keyOf({ ...step, ...change }, { artifacts: new Map([["a.csv", artifact]]), ...more });
    const first = await key();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await key({ retries: 3, timeout: 5 }, one, { run: "another", attempt: 4 })).toBe(first);
    const others = [
      await key({}, two),
      await key({ conf: { a: 1 } }),
      await key({ args: ["x"] }),
      await key({ output: "c.csv" }),
      await key({}, one, { parameters: { day: "1" } }),
    ];
    await desk.script("copy", 'cp "$2" "$4" # otherwise');
    others.push(await key());
    expect(new Set([first, ...others]).size).toBe(7);
    expect(await key({ output: "" })).toBeUndefined();
    expect(await key({ input: "" })).toBeUndefined();
    expect(await key({ output: "blob://outgoing/a.csv" })).toBeUndefined();
  });
});
