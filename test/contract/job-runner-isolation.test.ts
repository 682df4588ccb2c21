import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { accountUser } from "../../engine/jobs/account-user.ts";
import { isRoot, jobDesk, processesOf } from "./job-runner-desk.ts";

// Skipped where the tests do not run as root of a Linux machine: nothing can be kept apart there.
describe.skipIf(!isRoot)("an isolated job", () => {
  it("runs as a user of its own, in no other group, with no way to other rights", async () => {
    await using desk = await jobDesk("isolated");
    const { uid } = accountUser(desk.account);
    const { output } = await desk.run(["sh", "-c", "id -u; id -G; nice; cat /proc/self/status"]);
    // Its warden may have put it behind others before `nice` does so once more.
    expect(output).toMatch(new RegExp(`^${uid}\n${uid}\n(?:5|10)\n`));
    expect(output).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(output).toMatch(/^CapEff:\s+0+$/m);
  });

  it("cannot read what its warden or its host has in environment and memory", async () => {
    await using desk = await jobDesk("isolated");
    const text = `import os
parent = os.getppid()
for pid in (parent, ${process.pid}, 1):
    for name in ("environ", "mem", "maps", "fd", "cwd"):
        try:
            found = os.listdir("/proc/%d/%s" % (pid, name)) if name == "fd" else open("/proc/%d/%s" % (pid, name), "rb").read(1)
            print("READ", pid, name, found)
        except OSError as error: print(error.strerror)
print(open("/proc/%d/cmdline" % parent).read().count("secret"), open("/proc/self/environ").read().count("secret-1"))`;
    const { output } = await desk.script("python3", text, { env: { CAUDAL_TOKEN: "secret-1" } });
    expect(output).not.toContain("READ");
    expect(output.trim().split("\n").at(-1)).toBe("0 1");
  });

  it("cannot end its warden, its host or anybody else's process", async () => {
    await using desk = await jobDesk("isolated");
    const text = `kill -9 $PPID; kill -9 ${process.pid}; kill -9 1; echo still here; kill -9 -1; echo and here; exit 4`;
    const end = await desk.script("bash", text);
    expect(end).toMatchObject({ how: "exited", exitCode: 4 });
    expect(end.output).toMatch(/still here\nand here\n$/);
  });

  it.each([
    ["a fork bomb", "bash", "f() { f | f & }; f; sleep 481530"],
    [
      "forks for ever that ignore SIGTERM",
      "bash",
      "trap '' TERM; while :; do (trap '' TERM; sleep 481531) & done",
    ],
    [
      "daemons that left session and parent",
      "python3",
      `import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for n in range(20):
    if os.fork() == 0:
        os.setsid()
        if os.fork() > 0: os._exit(0)
        os.environ.clear(); os.closerange(0, 20); time.sleep(481532)
time.sleep(481532)`,
    ],
    [
      "a bomb of sessions that ignore what they can",
      "python3",
      `import os, signal
for s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(s, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError: pass`,
    ],
  ] as const)("ends with all that it started: %s", async (_, program, text) => {
    await using desk = await jobDesk("isolated");
    const limits = { timeMs: 3000, memoryBytes: 4 * 1024 ** 3 };
    const end = await desk.script(program, text, { limits });
    expect(end).toMatchObject({ how: "timed-out", exitCode: null });
    expect(await processesOf(desk.account)).toEqual([]);
    expect(await readdir(desk.folder)).toEqual([]);
    expect(desk.logged).toEqual([]);
  });

  it("ends also where it kills whatever its user runs, its own end among it, and is never the same process", async () => {
    await using desk = await jobDesk("isolated");
    const text = `import os
while True:
    try:
        os.kill(-1, 9)
    except OSError: pass
    try:
        if os.fork() > 0: os._exit(3)
    except OSError: pass`;
    const end = await desk.script("python3", text, { limits: { timeMs: 3000 } });
    // Whichever is faster: its exit, or the new process that kills it.
    const { how, exitCode, reason } = end;
    expect([
      { how: "exited", exitCode: 3, reason: undefined },
      { how: "exited", exitCode: null, reason: "it was ended by SIGKILL" },
    ]).toContainEqual({ how, exitCode, reason });
    expect(await processesOf(desk.account)).toEqual([]);
    expect(desk.logged).toEqual([]);
  });

  it("may have its processes however many are left of others that nobody asked for", async () => {
    await using desk = await jobDesk("isolated");
    const { uid } = accountUser(desk.account);
    const text = `import os, sys
for n in range(120):
    if os.fork() == 0: os.setgid(${uid}); os.setuid(${uid}); os._exit(0)
print("up", flush=True); sys.stdin.read()`;
    const parent = spawn("python3", ["-c", text], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      await once(parent.stdout, "data");
      const end = await desk.script("bash", "for n in {1..20}; do sleep 481533 & done; echo all");
      expect(end).toMatchObject({ exitCode: 0, output: "all\n" });
    } finally {
      parent.stdin.end();
      await once(parent, "close");
    }
  });

  it("cannot see the folder or end the processes of another account, even when it knows them", async () => {
    await using desk = await jobDesk("isolated");
    const done = new AbortController();
    const one = desk.script("bash", "echo private > file; chmod 644 file; touch up; exec sleep 481534", {
      signal: done.signal,
    });
    const place = await folderWith(desk.folder, "up");
    const [pid = ""] = await processesOf(desk.account);
    const two = await desk.script(
      "bash",
      `ls ${desk.folder}; ls ${place}; cat ${place}/file; cat /proc/${pid}/environ; kill -9 ${pid}; kill -9 -1; echo tried`,
      { account: `${desk.account}-2` },
    );
    expect(two.output.match(/denied|not permitted/g)?.length).toBe(5);
    expect(two.output).toMatch(/tried\n$/);
    expect(await processesOf(desk.account)).toContain(pid);
    done.abort();
    expect(await one).toMatchObject({ how: "cancelled" });
  });

  it("leaves nothing in the folders where everybody may write", async () => {
    await using desk = await jobDesk("isolated");
    const text = `for d in /tmp /var/tmp /dev/shm; do mkdir -p $d/left-$$/deep; echo x > $d/left-$$/deep/file; echo $d/left-$$; done`;
    const { output } = await desk.script("bash", text);
    const made = output.trim().split("\n");
    expect(made).toHaveLength(3);
    for (const place of made) {
      expect(await readdir(path.dirname(place))).not.toContain(path.basename(place));
    }
  });

  it("leaves neither files whose names are no UTF-8, nor shared memory", async () => {
    await using desk = await jobDesk("isolated");
    const text = `import os, subprocess
for folder in (b"/tmp", b"/dev/shm"):
    open(folder + b"/left\\xff-%d" % os.getpid(), "w").write("x")
for kind in (["-M", "4096"], ["-S", "1"], ["-Q"]): subprocess.run(["ipcmk", *kind], check=True, stdout=subprocess.DEVNULL)
print(os.getpid())`;
    const { output, exitCode } = await desk.script("python3", text);
    expect(exitCode).toBe(0);
    const left = Buffer.concat([Buffer.from("left"), Buffer.from([0xff]), Buffer.from(`-${output.trim()}`)]);
    for (const folder of ["/tmp", "/dev/shm"]) {
      const names = await readdir(folder, { encoding: "buffer" });
      expect(names.filter((name) => name.equals(left))).toEqual([]);
    }
    const { uid } = accountUser(desk.account);
    for (const kind of ["shm", "sem", "msg"]) {
      expect(readFileSync(`/proc/sysvipc/${kind}`, "utf8")).not.toContain(String(uid));
    }
  });

  it("is refused where its user cannot come to its folder", async () => {
    await using closed = await jobDesk("isolated");
    await chmod(closed.folder, 0o700);
    await expect(closed.run(["sh", "-c", "true"])).rejects.toThrow(/a job's user cannot enter/);
    await chmod(closed.folder, 0o777);
    await expect(closed.run(["sh", "-c", "true"])).rejects.toThrow(/a folder that we alone may alter/);
  });
});

/** The folder under a base that has a file of that name, once there is one. */
async function folderWith(base: string, file: string): Promise<string> {
  for (;;) {
    for (const name of await readdir(base)) {
      const folder = path.join(base, name);
      if ((await readdir(folder).catch((): string[] => [])).includes(file)) return folder;
    }
    await wait(20);
  }
}
