import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { accountUser } from "../../engine/jobs/account-user.ts";
import { jobDesk, modes } from "./job-runner-desk.ts";

const MIB = 1024 ** 2;

describe.each(modes)("a job that is %s", (mode) => {
  it("has in its folder what it is brought, under the names that are said", async () => {
    await using desk = await jobDesk(mode);
    await using from = await folder();
    const names = [
      "in.csv",
      "one/two/in.csv",
      "one/with spaces/größe 日本 😀.csv",
      "__proto__",
      "-rf",
      "a\nb\\c",
    ];
    const bring: Record<string, string> = Object.fromEntries(names.map((name, n) => [name, from.at(`${n}`)]));
    for (const [n, name] of names.entries()) await writeFile(from.at(`${n}`), `is ${name}`);
    const text = `import json, os
found = {}
for at, folders, files in os.walk("."):
    for name in files:
        place = os.path.join(at, name)
        found[place[2:]] = open(place).read()
del found["job.py"]
print(json.dumps(found))`;
    const { output } = await desk.script("python3", text, { bring });
    expect(JSON.parse(output)).toEqual(Object.fromEntries(names.map((name) => [name, `is ${name}`])));
  });

  it("owns what it is brought, and nobody else may read it", async () => {
    await using desk = await jobDesk(mode);
    await using from = await folder();
    await writeFile(from.at("in"), "x");
    await chmod(from.at("in"), 0o4755);
    const { output } = await desk.run(["sh", "-c", "stat -c '%u %a' sub sub/in"], {
      bring: { "sub/in": from.at("in") },
    });
    const uid = mode === "isolated" ? accountUser(desk.account).uid : process.geteuid?.();
    expect(output).toBe(`${uid} 700\n${uid} 600\n`);
  });

  it("alters a copy", async () => {
    await using desk = await jobDesk(mode);
    await using from = await folder();
    await writeFile(from.at("in"), "as it was");
    const end = await desk.run(["sh", "-c", "echo more >> in; cat in; rm in"], {
      bring: { in: from.at("in") },
    });
    expect(end).toMatchObject({ exitCode: 0, output: "as it wasmore\n" });
    expect(await readFile(from.at("in"), "utf8")).toBe("as it was");
  });

  it("may leave files in folders that are there from the start", async () => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    const end = await desk.run(["sh", "-c", "echo x > made/for/it/out"], {
      keep: { "made/for/it/out": to.at("out") },
    });
    expect(end).toMatchObject({ exitCode: 0, kept: ["made/for/it/out"] });
  });

  it("is brought and leaves 64 MiB", async () => {
    await using desk = await jobDesk(mode);
    await using own = await folder();
    await large(own.at("in"), 64);
    const end = await desk.run(["sh", "-c", "cp in out"], {
      bring: { in: own.at("in") },
      keep: { out: own.at("out") },
    });
    expect(end).toMatchObject({ exitCode: 0, kept: ["out"] });
    expect((await stat(own.at("out"))).size).toBe(64 * MIB);
    expect(await hashOf(own.at("out"))).toBe(await hashOf(own.at("in")));
  });

  it("is refused what comes to more than its files may", async () => {
    await using desk = await jobDesk(mode, { folderBytes: 8 * MIB });
    await using from = await folder();
    await large(from.at("in"), 5);
    const bring = { one: from.at("in"), two: from.at("in") };
    await expect(desk.run(["sh", "-c", "true"], { bring })).rejects.toThrow(
      "a job's files come to more than 8 MiB",
    );
    expect(await readdir(desk.folder)).toEqual([]);
  });

  it("is ended when its files come to too much with what it was brought", async () => {
    await using desk = await jobDesk(mode, { folderBytes: 8 * MIB });
    await using from = await folder();
    await large(from.at("in"), 5);
    const end = await desk.run(["sh", "-c", "cp in out; sleep 481550"], { bring: { in: from.at("in") } });
    expect(end).toMatchObject({ how: "too-much-output", reason: "its files came to more than 8 MiB" });
  });

  it("is refused what is not there, or no file", async () => {
    await using desk = await jobDesk(mode);
    await using from = await folder();
    await symlink("nowhere", from.at("dangling"));
    await mkdir(from.at("folder"));
    for (const [source, why] of [
      [from.at("missing"), "ENOENT"],
      [from.at("dangling"), "ENOENT"],
      [from.at("folder"), "it is not a file"],
      ["/dev/zero", "it is not a file"],
    ] as const) {
      const running = desk.run(["sh", "-c", "true"], { bring: { in: source } });
      await expect(running).rejects.toMatchObject({
        name: "JobNotStartedError",
        message: expect.stringContaining(`${source} could not be brought to a job as "in": ${why}`),
      });
    }
    expect(await readdir(desk.folder)).toEqual([]);
  });

  it.each([
    ["../x", `a job's folder cannot have a file "../x": one of its names is ".."`],
    ["/etc/passwd", `a job's folder cannot have a file "/etc/passwd": one of its names is empty`],
    ["own", `"own" would be two files of a job`],
    ["own/x", `"own" would be a file of a job and a folder`],
    ["in/x", `"in" would be a file of a job and a folder`],
  ])("is refused a file at %s, to be brought or kept", async (place, message) => {
    await using desk = await jobDesk(mode);
    await using other = await folder();
    await writeFile(other.at("in"), "x");
    const change = { files: { own: "x" }, bring: { in: other.at("in") } };
    const bring = { ...change.bring, [place]: other.at("in") };
    await expect(desk.run(["sh", "-c", "true"], { ...change, bring })).rejects.toThrow(message);
    if (place === "own") return;
    const keep = { [place]: other.at("out") };
    await expect(desk.run(["sh", "-c", "true"], { ...change, keep })).rejects.toThrow(message);
  });
});

/** A folder of this machine, for files on their way to and from jobs. */
async function folder(): Promise<AsyncDisposable & { at(name: string): string }> {
  const made = await mkdtemp(path.join(os.tmpdir(), "caudal-bring-test-"));
  return {
    at: (name) => path.join(made, name),
    [Symbol.asyncDispose]: () => rm(made, { recursive: true }),
  };
}

async function large(file: string, mib: number): Promise<void> {
  const block = (n: number): Buffer => Buffer.alloc(MIB, createHash("sha256").update(`${n}`).digest());
  await pipeline(
    (function* () {
      for (let n = 0; n < mib; n++) yield block(n);
    })(),
    createWriteStream(file),
  );
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
