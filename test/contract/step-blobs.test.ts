import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openBlobs, openContainers } from "../../engine/azure/open.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Artifact } from "../../engine/sequences/step.ts";
import { BlobServer } from "./blob-server.ts";
import { modes } from "./job-runner-desk.ts";

const server = new BlobServer();
beforeAll(() => server.start());
afterAll(() => server.close());

interface Round {
  readonly ends: readonly { readonly status: string; readonly artifact: Artifact }[];
  readonly peak: number;
}

describe("steps whose files are blobs", () => {
  it("take 100 MB in and out in little memory, and leave nothing behind", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-step-process-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    // A job's user has to come through.
    await chmod(folder, 0o711);
    const script = path.resolve(import.meta.dirname, "../fixtures/step-process.ts");
    // With a heap of any size, what is garbage would count as well.
    const args = [
      "--max-old-space-size=64",
      "--max-semi-space-size=8",
      script,
      server.connection,
      folder,
      modes[0] ?? "trusted",
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const [small, big] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Round);
    expect(big?.ends.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    const [made, copied] = big?.ends.map(({ artifact }) => artifact) ?? [];
    expect(made).toMatchObject({
      path: "/var/etl/big.txt",
      blob: "sequences/r100000000/0-1",
      bytes: 100_000_000,
    });
    expect(copied).toEqual({ ...made, path: "blob://outgoing/100000000.txt", blob: null });
    const stored = await openContainers(server.connection)("outgoing").stream("100000000.txt");
    const hash = createHash("sha256");
    for await (const piece of stored?.bytes ?? []) hash.update(piece);
    expect(hash.digest("hex")).toBe(made?.sha256);
    expect(await openBlobs(server.connection).stream("outgoing/100000000.txt")).toBeUndefined();
    expect((big?.peak ?? Infinity) - (small?.peak ?? 0)).toBeLessThan(60);
    expect([await readdir(`${folder}/steps`), await readdir(`${folder}/jobs`)]).toEqual([[], []]);
  });
});

describe("other containers of the account", () => {
  it("hold what was put there, apart from each other and from the engine's own", async () => {
    const containers = openContainers(server.connection);
    expect(await containers("incoming").get("a")).toBeUndefined();
    await containers("incoming").put("a", Buffer.from("in"));
    await containers("outgoing").put("a", Buffer.from("out"));
    const text = async (container: string): Promise<string> =>
      Buffer.from((await containers(container).get("a")) ?? []).toString();
    expect([await text("incoming"), await text("outgoing")]).toEqual(["in", "out"]);
    expect(await openBlobs(server.connection).get("a")).toBeUndefined();
  });

  it.each(["caudal", "$root", "$logs", "A", "ab", "a--b", "../caudal", "caudal/x", "a".repeat(64)])(
    "are none of them %s",
    (name) => {
      expect(() => openContainers(server.connection)(name)).toThrow(PermanentError);
    },
  );
});
