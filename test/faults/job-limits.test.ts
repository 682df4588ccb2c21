import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { jobDesk, modes, processesWith } from "../contract/job-runner-desk.ts";

const MIB = 1024 ** 2;

describe.each(modes)("a job that is %s", (mode) => {
  it("is ended when it runs longer than it may", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.run(["sh", "-c", "echo begun; sleep 481518"], { limits: { timeMs: 2000 } });
    expect(end).toMatchObject({
      how: "timed-out",
      exitCode: null,
      reason: "it ran longer than 2 seconds",
      output: "begun\n",
    });
    expect(await processesWith("481518")).toEqual([]);
  });

  it("is ended when it ignores that it was asked to, with what ignores it too", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.script(
      "bash",
      `trap "" TERM; echo begun; sleep 481519 & while :; do sleep 481519; done`,
      {
        limits: { timeMs: 2000 },
      },
    );
    expect(end).toMatchObject({ how: "timed-out", output: "begun\n" });
    expect(await processesWith("481519")).toEqual([]);
  });

  it("is ended when it stopped itself", async () => {
    await using desk = await jobDesk(mode);
    const end = await desk.script("bash", "sleep 481520 & kill -STOP $! $$", { limits: { timeMs: 2000 } });
    expect(end).toMatchObject({ how: "timed-out" });
    expect(await processesWith("481520")).toEqual([]);
  });

  it.each([
    [
      "node",
      "const kept = []; for (;;) { kept.push(Buffer.alloc(2e6, 1)); await new Promise(setImmediate); }",
    ],
    ["python3", "kept = []\nwhile True: kept.append(bytes(range(256)) * 8000)"],
  ] as const)("is ended when it fills memory: %s", async (program, text) => {
    await using desk = await jobDesk(mode);
    const end = await desk.script(program, text, { limits: { memoryBytes: 128 * MIB } });
    expect(end).toMatchObject({
      how: "out-of-memory",
      exitCode: null,
      reason: "it used more than 128 MiB of memory",
    });
  });

  it("is ended when its processes fill memory together", async () => {
    await using desk = await jobDesk(mode);
    const text = `import os, time
for n in range(4):
    if os.fork() == 0: break
kept = bytes(range(256)) * 160000
time.sleep(481521)`;
    const end = await desk.script("python3", text, { limits: { memoryBytes: 128 * MIB } });
    expect(end).toMatchObject({ how: "out-of-memory" });
  });

  it("is not charged for each process that shares its memory", async () => {
    await using desk = await jobDesk(mode);
    const text = `import os, time
kept = bytes(range(256)) * 240000
for n in range(4):
    if os.fork() == 0: time.sleep(1); os._exit(0)
for n in range(4): os.wait()
print("shared")`;
    const end = await desk.script("python3", text, { limits: { memoryBytes: 128 * MIB } });
    expect(end).toMatchObject({ how: "exited", exitCode: 0, output: "shared\n" });
  });

  it("is ended when it prints more than it may, and keeps head and tail of it", async () => {
    await using desk = await jobDesk(mode);
    const text = `print("first line")
while True: print("é" * 1000)`;
    const end = await desk.script("python3", text, { limits: { outputBytes: 4 * MIB } });
    expect(end).toMatchObject({
      how: "too-much-output",
      exitCode: null,
      reason: "it printed more than 4 MiB",
    });
    expect(end.output).toMatch(/^first line\né+\n/);
    expect(end.output).toMatch(/\n\[\d+ bytes left out\]\né+\n/);
    expect(end.output).not.toContain("\uFFFD");
    expect(Buffer.byteLength(end.output)).toBeLessThan(65 * 1024);
  });

  it("may print a gigabyte where that is allowed, of which its warden keeps no more", async () => {
    await using desk = await jobDesk(mode);
    const text = `import os, re
line = b"x" * 65535 + b"\\n"
for n in range(16384): os.write(1, line)
status = open("/proc/%d/status" % os.getppid()).read()
print("warden", re.search(r"VmHWM:\\s+(\\d+)", status)[1])`;
    const limits = { outputBytes: 2048 * MIB, timeMs: 60_000 };
    const end = await desk.script("python3", text, { limits });
    expect(end).toMatchObject({ how: "exited", exitCode: 0 });
    const [, kibibytes] = /warden (\d+)\n$/.exec(end.output) ?? [];
    expect(Number(kibibytes)).toBeLessThan(256 * 1024);
    expect(end.output).toContain(
      `[${1024 * MIB + `warden ${kibibytes}\n`.length - 64 * 1024} bytes left out]`,
    );
  });

  it.each([
    ["one large file", "with open('f', 'wb') as f:\n  while True: f.write(b'x' * 100000)\n  "],
    ["many files", "n = 0\nwhile True: open('f%d' % n, 'wb').write(b'x' * 900000); n += 1"],
    ["many empty files", "n = 0\nwhile True: open('f%d' % n, 'wb').close(); n += 1"],
    [
      "files that it deleted and holds open",
      "import os\nkept = []\nwhile True:\n  kept.append(open('f', 'wb')); kept[-1].write(b'x' * 900000); kept[-1].flush(); os.unlink('f')\n  if len(kept) > 200: import time; time.sleep(481522)",
    ],
  ])("is ended when it fills the disk with %s", async (_, text) => {
    await using desk = await jobDesk(mode, { folderBytes: 8 * MIB });
    const end = await desk.script("python3", text);
    // A file that comes to the limit by itself may end in an error of the system's, which the job sees.
    expect(end.how === "exited" ? end.output : `${end.how}: ${end.reason}`).toMatch(
      /File too large|^too-much-output: its files came to more than 8 MiB$/,
    );
    expect(await readdir(desk.folder)).toEqual([]);
  });
});
