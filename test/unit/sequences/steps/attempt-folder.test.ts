import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { attemptFolder } from "../../../../engine/sequences/steps/attempt-folder.ts";

async function base(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-attempts-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A folder that another process made, with a file in it. */
async function leftBy(folder: string, name: string): Promise<void> {
  await mkdir(path.join(folder, name));
  await writeFile(path.join(folder, name, "half"), "of a file");
}

describe("the folder of an attempt", () => {
  it("is its own, is private, and goes with all that is in it", async () => {
    const folder = await base();
    const [one, two] = [await attemptFolder(folder), await attemptFolder(folder)];
    expect(one.folder).not.toBe(two.folder);
    await writeFile(path.join(one.folder, "a"), "b");
    await one.remove();
    expect(await readdir(folder)).toEqual([path.basename(two.folder)]);
    await two.remove();
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes away what dead processes left, also where another one has their id now", async () => {
    const folder = await base();
    const dead = spawn("true");
    await once(dead, "exit");
    await leftBy(folder, `${dead.pid}-123-gone`);
    await leftBy(folder, `${process.pid}-1-before-the-restart`);
    const living = spawn("sleep", ["60"]);
    onTestFinished(() => void living.kill());
    await once(living, "spawn");
    const begin = execFileSync("cut", ["-d ", "-f22", `/proc/${living.pid}/stat`])
      .toString()
      .trim();
    const kept = `${living.pid}-${begin}-at-work`;
    await leftBy(folder, kept);
    await leftBy(folder, "of something else");
    const own = await attemptFolder(folder);
    await own.remove();
    expect((await readdir(folder)).toSorted()).toEqual([kept, "of something else"].toSorted());
  });

  it("lies nowhere where others could put files in its place", async () => {
    const folder = await base();
    await chmod(folder, 0o777);
    await expect(attemptFolder(folder)).rejects.toThrow("a folder that we alone may alter");
  });
});
