import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { appFolder } from "./host-app-folder.ts";
import { HostProcess } from "./host-process.ts";

const root = path.resolve(import.meta.dirname, "../..");
const hosts: HostProcess[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end();
});

async function start(options: Parameters<typeof HostProcess.start>[0] = {}): Promise<HostProcess> {
  const host = await HostProcess.start(options);
  hosts.push(host);
  return host;
}

const timeInside = (value: unknown): number => Date.parse(String(value));

test("timers run on their schedule, at the start where they say so, and not where the schedule is not valid", async () => {
  const host = await start({ env: { TIMER_SCHEDULE: "*/1 * * * * *" } });
  await expect.poll(() => host.entries("timer").length, { timeout: 10_000 }).toBeGreaterThan(1);
  expect(host.entries("timer")[0]?.["timer"]).toEqual({ schedule: { adjustForDST: true }, isPastDue: false });
  expect(host.entries("hourly")).toHaveLength(1);
  expect(host.entries("never")).toEqual([]);
  expect(host.output).toMatch(/error timer-invalid is disabled: .*"L"/);
  expect(host.output).toMatch(/error timer-unset is disabled: the setting "NO_SUCH_SETTING" is missing/);
  expect(host.output).toContain("warning no-such-trigger is not run: this host has no queueTrigger");
});

test("a run that was missed while the host was down is made up for once", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-host-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const missed = new Date(Date.now() - 60_000).toISOString();
  mkdirSync(path.join(folder, "timers"));
  writeFileSync(
    path.join(folder, "timers", "timer-every-second.json"),
    JSON.stringify({ last: missed, next: missed, lastUpdated: missed }),
  );
  const host = await start({ folder });
  await expect.poll(() => host.entries("timer")).toHaveLength(1);
  expect(host.entries("timer")[0]?.["timer"]).toMatchObject({
    isPastDue: true,
    scheduleStatus: { last: missed },
  });
  await host.stop();
  const again = await start({ folder });
  await expect.poll(() => again.entries("hourly").length).toBe(2);
  expect(again.entries("timer")).toHaveLength(1);
  const hourly = again.entries("hourly")[1]?.["timer"] as { scheduleStatus: { last: string; next: string } };
  expect(timeInside(hourly.scheduleStatus.next) - timeInside(hourly.scheduleStatus.last)).toBe(3_600_000);
});

test("on SIGTERM what runs is finished and answered, then the host ends with 0", async () => {
  const host = await start();
  const answer = fetch(`${host.url}/slow?ms=1500`);
  // The next request is answered after the slow one has begun: they arrive in the order of their connections.
  await fetch(`${host.url}/twin`, { method: "PUT" });
  const ended = host.stop();
  expect(await (await answer).text()).toBe("done");
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(host.entries("appTerminate")).toHaveLength(1);
});

test("the host goes when the process that started it does", async () => {
  const host = await start();
  host.child.disconnect();
  expect((await host.exited).code).toBe(1);
});

test("an invocation beyond functionTimeout ends the process", async () => {
  const app = appFolder(
    `import { app } from "@azure/functions";
     app.http("hang", { handler: () => new Promise(() => {}) });`,
    { "host.json": { version: "2.0", functionTimeout: "00:00:01" } },
  );
  const host = await start({ app });
  await expect(fetch(`${host.url}/api/hang`)).rejects.toThrow("fetch failed");
  expect((await host.exited).code).toBe(70);
  expect(host.output).toContain("critical hang ran longer than functionTimeout");
});

test("local.settings.json gives settings, and the environment overrides them", async () => {
  const app = appFolder(
    `import { app } from "@azure/functions";
     app.get("settings", () => ({ jsonBody: [process.env.FIRST_SETTING, process.env.SECOND_SETTING] }));`,
    { "local.settings.json": { Values: { FIRST_SETTING: "file", SECOND_SETTING: "file" } } },
  );
  const host = await start({ app, env: { SECOND_SETTING: "environment" } });
  expect(await (await fetch(`${host.url}/api/settings`)).json()).toEqual(["file", "environment"]);
});

test("with enableHttpStream, bodies flow both ways, a throw is 500, and nothing returned is 204", async () => {
  const app = appFolder(`import { app } from "@azure/functions";
    app.setup({ enableHttpStream: true });
    app.post("upper", (request) => ({
      headers: { "x-id": request.params.id ?? request.headers.get("x-given"), "content-type": "text/plain" },
      body: request.body.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({
        transform: (text, controller) => controller.enqueue(text.toUpperCase()),
      })).pipeThrough(new TextEncoderStream()),
    }));
    app.http("named", { methods: ["GET"], route: "named/{id}", handler: (request) => ({ body: request.params.id + request.url }) });
    app.get("throws", () => { throw new Error("it broke"); });
    app.get("nothing", () => {});`);
  const host = await start({ app });
  const sent = new TransformStream<Uint8Array, Uint8Array>();
  const writer = sent.writable.getWriter();
  const encoder = new TextEncoder();
  void writer.write(encoder.encode("one "));
  const response = await fetch(`${host.url}/api/upper`, {
    method: "POST",
    body: sent.readable,
    duplex: "half",
    headers: { "x-given": "given" },
  });
  expect(response.headers.get("x-id")).toBe("given");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  // The answer to the first part is here before the second part is sent.
  expect((await reader.read()).value).toBe("ONE ");
  void writer.write(encoder.encode("two"));
  expect((await reader.read()).value).toBe("TWO");
  await writer.close();
  expect((await reader.read()).done).toBe(true);
  expect(await (await fetch(`${host.url}/api/named/x?q=1`)).text()).toBe(`x${host.url}/api/named/x?q=1`);
  expect((await fetch(`${host.url}/api/throws`)).status).toBe(500);
  expect((await fetch(`${host.url}/api/nothing`)).status).toBe(204);
});

test("an app in CommonJS runs as well", async () => {
  const app = appFolder("", {
    "package.json": { main: "{first,second}.cjs" },
    "first.cjs": `require("@azure/functions").app.get("first", () => ({ body: "first" }));`,
    "second.cjs": `require("@azure/functions").app.get("second", () => ({ body: "second" }));`,
  });
  const host = await start({ app });
  expect(await (await fetch(`${host.url}/api/second`)).text()).toBe("second");
});

test("an app that cannot be loaded and a port that is taken are said in one line each", async () => {
  const app = appFolder("", { "package.json": { main: "dist/*.js" } });
  await expect(start({ app })).rejects.toThrow(
    /ended with 1: .*\("dist\/\*\.js"\) names no file; is the app built\?/,
  );
  const host = await start();
  const port = new URL(host.url).port;
  await expect(start({ args: ["--port", port] })).rejects.toThrow(`port ${port} is taken by another program`);
});

test("--help says how to run it", async () => {
  const child = spawn(process.execPath, [path.join(root, "infra/local/host/main.ts"), "--help"]);
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  expect(output).toContain("--app DIR");
});
