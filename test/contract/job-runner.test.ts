import { readdir } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { jobDesk, modes, processesWith } from "./job-runner-desk.ts";

describe.each(modes)("a job that is %s", (mode) => {
  it("ends with its own exit code, and what it printed", async () => {
    await using desk = await jobDesk(mode);
    expect(await desk.run(["sh", "-c", "echo done; exit 7"])).toEqual({
      how: "exited",
      exitCode: 7,
      output: "done\n",
      durationMs: expect.any(Number),
    });
  });

  it("says which signal ended it", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.run(["sh", "-c", "kill -SEGV $$"]);
    expect(end).toMatchObject({ how: "exited", exitCode: null, reason: "it was ended by SIGSEGV" });
  });

  it("has its output in the order in which it was printed on either stream", async () => {
    await using desk = await jobDesk(mode);
    const { output } = await desk.script(
      "bash",
      "for n in 1 2 3 4 5; do echo out $n; echo err $n >&2; done; echo by name > /dev/stderr",
    );
    const lines = [1, 2, 3, 4, 5].flatMap((n) => [`out ${n}`, `err ${n}`]);
    expect(output).toBe([...lines, "by name", ""].join("\n"));
  });

  it("gets its arguments as they are: no shell reads them", async () => {
    await using desk = await jobDesk(mode);
    const args = ["two  words", `'"`, "; exit 9", "$(id)", "`id`", "$HOME", "line\nline\n", "*", "-x", ""];
    args.push("--output", "naïve 日本 😀", "\\", "a | b > c & d", "\t", "~", "!!", "{a,b}");
    for (const [program, file, text] of [
      ["node", "job.mjs", "process.stdout.write(JSON.stringify(process.argv.slice(2)))"],
      ["python3", "job.py", "import json, sys; sys.stdout.write(json.dumps(sys.argv[1:]))"],
      ["bash", "job.sh", `python3 -c "import json, sys; print(json.dumps(sys.argv[1:]))" "$@"`],
      ["sh", "job.sh", `python3 -c "import json, sys; print(json.dumps(sys.argv[1:]))" "$@"`],
    ] as const) {
      const { output } = await desk.run([program, file, ...args], { files: { [file]: text } });
      expect(JSON.parse(output)).toEqual(args);
    }
  });

  it("has an environment of five: its own, and four that every job has", async () => {
    await using desk = await jobDesk(mode);
    const env = { CAUDAL_TOKEN: "t-1", DATABASE_URL: "mysql://u:p@h/d" };
    const { output } = await desk.script("node", "console.log(JSON.stringify(process.env))", { env });
    const seen = JSON.parse(output) as Record<string, string>;
    expect(seen).toEqual({
      ...env,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: expect.stringContaining(desk.folder),
      TMPDIR: seen["HOME"],
      LANG: "C.UTF-8",
    });
  });

  it("cannot be given another PATH or HOME by its environment", async () => {
    await using desk = await jobDesk(mode);
    const { output } = await desk.run(["sh", "-c", "echo $PATH $HOME"], { env: { PATH: "/x", HOME: "/y" } });
    expect(output).toContain(`/usr/local/bin:/usr/bin:/bin ${desk.folder}/`);
  });

  it("runs in a folder of its own with its files in it, which is gone afterwards whatever it made of it", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.script(
      "python3",
      `import os
print(sorted(os.listdir(".")), open("more.csv").read(), os.environ["HOME"] == os.getcwd())
os.symlink("/etc", "etc")
os.makedirs("closed/inside")
os.chmod("closed", 0)
for n in range(3000):
    os.mkdir("d"); os.chdir("d")`,
      { files: { "more.csv": "a,b" } },
    );
    expect(end).toMatchObject({ exitCode: 0, output: "['job.py', 'more.csv'] a,b True\n" });
    expect(await readdir(desk.folder)).toEqual([]);
    expect((await readdir("/etc")).length).toBeGreaterThan(5);
  });

  it("has nothing to read on its standard input", async () => {
    await using desk = await jobDesk(mode);
    expect(await desk.run(["sh", "-c", "cat; echo end"])).toMatchObject({ output: "end\n" });
  });

  it("gets no file that its host has open", async () => {
    await using desk = await jobDesk(mode);
    const { output } = await desk.run([
      "bash",
      "-c",
      "exec 9<.; ls -l /proc/$$/fd | wc -l; ls -l /proc/$$/fd",
    ]);
    // The three streams, the one that it opened, one of bash's own, and the line with the total.
    expect(Number(output.split("\n")[0])).toBeLessThanOrEqual(6);
  });

  it("counts as exited when it leaves a process behind, which is ended", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.script(
      "bash",
      `sleep 481516 & disown -a
(setsid sh -c 'touch up; exec sleep 481516' &)
until [ -e up ]; do :; done; echo bye`,
    );
    expect(end).toMatchObject({ how: "exited", exitCode: 0, output: "bye\n" });
    expect(await processesWith("481516")).toEqual([]);
  });

  it("is ended when it is cancelled: asked first, so that it may tidy up", async () => {
    await using desk = await jobDesk(mode);
    const cancel = new AbortController();
    const running = desk.script("bash", `trap 'echo tidy; exit 0' TERM; sleep 481517 & wait`, {
      signal: cancel.signal,
    });
    while ((await processesWith("481517")).length === 0) await wait(20);
    cancel.abort();
    expect(await running).toMatchObject({
      how: "cancelled",
      exitCode: null,
      reason: "it was cancelled",
      output: "tidy\n",
    });
    expect(await processesWith("481517")).toEqual([]);
  });

  it("does not begin when it is cancelled before", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.run(["sh", "-c", "echo begun"], { signal: AbortSignal.abort() });
    expect(end).toEqual({
      how: "cancelled",
      exitCode: null,
      reason: "it was cancelled",
      output: "",
      durationMs: 0,
    });
  });

  it.each([
    [["ruby", "x.rb"], "a job is run by node, python3, bash, sh or an absolute path, not ruby"],
    [["/usr/bin/not-there"], "this machine has no /usr/bin/not-there that a job may execute"],
    [["/etc"], "this machine has no /etc that a job may execute"],
    [["sh", "-c", "a\0b"], /^sh could not be started/],
  ] as const)("is refused as %j", async (command, message) => {
    await using desk = await jobDesk(mode);
    await expect(desk.run(command)).rejects.toThrow(message);
    expect(await readdir(desk.folder)).toEqual([]);
  });

  it("is refused with a file that lies elsewhere", async () => {
    await using desk = await jobDesk(mode);
    for (const name of ["../x", "a/b", "..", ""]) {
      const running = desk.run(["sh", "-c", "echo x"], { files: { [name]: "x" } });
      await expect(running).rejects.toThrow(`a job's file cannot be called "${name}"`);
    }
  });
});
