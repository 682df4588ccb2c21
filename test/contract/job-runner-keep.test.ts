import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isRoot, jobDesk, modes } from "./job-runner-desk.ts";

const MIB = 1024 ** 2;

describe.each(modes)("what is kept of a job that is %s", (mode) => {
  it("is each file that it left, wherever in its folder", async () => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    const end = await desk.run(["sh", "-c", "echo one > one; echo two > 'a b/größe/two'"], {
      keep: { one: to.at("1"), "a b/größe/two": to.at("2 ü"), three: to.at("3") },
    });
    expect(end).toMatchObject({ how: "exited", exitCode: 0, kept: ["one", "a b/größe/two"] });
    expect(end).not.toHaveProperty("reason");
    expect(await to.names()).toEqual(["1", "2 ü"]);
    expect(await readFile(to.at("1"), "utf8")).toBe("one\n");
    expect(await readFile(to.at("2 ü"), "utf8")).toBe("two\n");
  });

  it("is ours, for nobody else to read, and no program", async () => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    await desk.run(["sh", "-c", "cp /bin/true out; chmod 6777 out"], { keep: { out: to.at("out") } });
    const stats = await stat(to.at("out"));
    expect([stats.uid, stats.mode & 0o7777]).toEqual([process.geteuid?.(), 0o600]);
  });

  it("is also what may only be read, and replaces what was there, not what that led to", async () => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    await writeFile(to.at("other"), "other");
    await symlink("other", to.at("out"));
    const end = await desk.run(["sh", "-c", "echo new > out; chmod 400 out"], {
      keep: { out: to.at("out") },
    });
    expect(end).toMatchObject({ kept: ["out"] });
    expect(await readFile(to.at("out"), "utf8")).toBe("new\n");
    expect(await readFile(to.at("other"), "utf8")).toBe("other");
  });

  it.each([
    ["a link to a file of the system", "ln -s /etc/shadow out", "out", "it is a link"],
    ["a link to a file of its own", "echo x > x; ln -s x out", "out", "it is a link"],
    [
      "a link on the way",
      "rmdir sub; ln -s /etc sub",
      "sub/hostname",
      "a folder on the way to it is a link, or no folder",
    ],
    [
      "a link on the way to itself",
      "rmdir sub; mkdir real; echo x > real/out; ln -s real sub",
      "sub/out",
      "a folder on the way to it is a link, or no folder",
    ],
    [
      "a file on the way",
      "rmdir sub; echo x > sub",
      "sub/out",
      "a folder on the way to it is a link, or no folder",
    ],
    ["a file with a second name", "echo x > out; ln out other", "out", "it has a second name"],
    ["a named pipe", "mkfifo out", "out", "it is not a regular file"],
    ["a folder", "mkdir out", "out", "it is not a regular file"],
    [
      "a socket",
      `python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("out")'`,
      "out",
      "it is not a regular file",
    ],
  ])("is not %s", async (_, script, place, why) => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    const end = await desk.run(["bash", "-ec", `${script}; echo fine > fine`], {
      keep: { [place]: to.at("out"), fine: to.at("fine") },
    });
    expect(end).toMatchObject({
      how: "exited",
      exitCode: 0,
      reason: `"${place}" was not kept: ${why}`,
      kept: ["fine"],
    });
    expect(await to.names()).toEqual(["fine"]);
  });

  it("says how many were not", async () => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    const end = await desk.run(["sh", "-c", "mkdir a b c"], {
      keep: { a: to.at("a"), b: to.at("b"), c: to.at("c"), d: to.at("d") },
    });
    expect(end.reason).toBe(`"a" was not kept: it is not a regular file, nor were 2 more`);
  });

  it.each([
    ["did not exit with 0", "echo x > out; exit 3", { exitCode: 3 }],
    ["was ended by a signal", "echo x > out; kill -KILL $$", { exitCode: null }],
    ["printed too much", "echo x > out; cat /dev/zero", { how: "too-much-output" }],
  ])("is nothing where it %s", async (_, script, how) => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    const end = await desk.run(["sh", "-c", script], { keep: { out: to.at("out") } });
    expect(end).toMatchObject({ ...how, kept: [] });
    expect(await to.names()).toEqual([]);
  });

  it("comes to no more than a job's files may, however they look on disk", async () => {
    await using desk = await jobDesk(mode, { folderBytes: 8 * MIB });
    await using to = await folder();
    const end = await desk.run(["sh", "-c", "for n in 1 2 3; do truncate -s 3M $n; done"], {
      keep: { 1: to.at("1"), 2: to.at("2"), 3: to.at("3") },
    });
    expect(end).toMatchObject({
      kept: ["1", "2"],
      reason: `"3" was not kept: what is kept would come to more than 8 MiB`,
    });
  });

  it("has a folder to go to, or the job does not begin", async () => {
    await using desk = await jobDesk(mode);
    await using to = await folder();
    const running = desk.run(["sh", "-c", "true"], { keep: { out: to.at("missing/out") } });
    await expect(running).rejects.toThrow(/missing is not a folder that files of a job can be kept in/);
  });
});

// Skipped where the tests do not run as root of a Linux machine: nothing can be kept apart there.
describe.skipIf(!isRoot)("what is kept of an isolated job", () => {
  it("stays as it was, though another account was let in and has it open", async () => {
    await using desk = await jobDesk("isolated");
    await using to = await folder();
    const one = desk.script(
      "bash",
      "echo original > out; chmod 666 out; chmod 777 .; until [ -e go ]; do sleep 0.05; done",
      {
        keep: { out: to.at("out") },
      },
    );
    const find = async (): Promise<string | undefined> => (await readdir(desk.folder)).at(0);
    await expect.poll(find, { timeout: 10_000 }).toBeDefined();
    const place = path.join(desk.folder, (await find()) ?? "");
    await expect.poll(() => readdir(place), { timeout: 10_000 }).toContain("out");
    const text = `import os, sys, time
place = sys.argv[1]
while True:
    try: out = open(place + "/out", "r+"); break
    except PermissionError: time.sleep(0.05)
open(place + "/go", "w").close()
while os.path.exists(place + "/out"): time.sleep(0.01)
out.write("ALTERED!"); out.flush()
print("altered")`;
    const two = await desk.run(["python3", "job.py", place], {
      account: `${desk.account}-2`,
      files: { "job.py": text },
    });
    expect(await one).toMatchObject({ exitCode: 0, kept: ["out"] });
    expect(two.output).toBe("altered\n");
    expect(await readFile(to.at("out"), "utf8")).toBe("original\n");
  });

  it("is not a file of another account that was let in", async () => {
    await using desk = await jobDesk("isolated");
    await using to = await folder();
    const one = desk.script("bash", "chmod 777 .; until [ -e out ]; do sleep 0.05; done", {
      keep: { out: to.at("out") },
    });
    const find = async (): Promise<string | undefined> => (await readdir(desk.folder)).at(0);
    await expect.poll(find, { timeout: 10_000 }).toBeDefined();
    const place = path.join(desk.folder, (await find()) ?? "");
    const text = "until echo mine > $1/out; do sleep 0.05; done 2> /dev/null";
    await desk.run(["bash", "job.sh", place], { account: `${desk.account}-2`, files: { "job.sh": text } });
    expect(await one).toMatchObject({
      exitCode: 0,
      kept: [],
      reason: `"out" was not kept: it does not belong to the job`,
    });
  });
});

/** A folder of this machine that files of jobs are kept in. */
async function folder(): Promise<AsyncDisposable & { at(name: string): string; names(): Promise<string[]> }> {
  const made = await mkdtemp(path.join(os.tmpdir(), "caudal-keep-test-"));
  return {
    at: (name) => path.join(made, name),
    names: async () => (await readdir(made)).sort(),
    [Symbol.asyncDispose]: () => rm(made, { recursive: true }),
  };
}
