import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { clientOf } from "./servicebus-broker.ts";
import { BrokerFolder, type Ready } from "./servicebus-process.ts";

async function outcome(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

test("--help tells every option", async () => {
  await using folder = new BrokerFolder({});
  const { code, out } = await outcome(folder.run(["--help"]));
  expect(code).toBe(0);
  for (const option of ["--config", "--port", "--host", "--data"]) expect(out).toContain(option);
});

test("a bad configuration is one line that names the place, and exit 1", async () => {
  await using folder = new BrokerFolder({ queues: { q: { LockDuration: "one minute" } } });
  const { code, err } = await outcome(folder.run(["--config", folder.config, "--port", "0"]));
  expect(code).toBe(1);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toContain("UserConfig.Namespaces[0].Queues[0].Properties.LockDuration");
});

test("a busy port, an unknown option and a data folder that is a file are one line too", async () => {
  await using folder = new BrokerFolder({});
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const busy = await outcome(folder.run(["--config", folder.config, "--port", String(port)]));
  server.close();
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  const unusable = await outcome(folder.run(["--config", folder.config, "--port", "0", "--data", file]));
  const unknown = await outcome(folder.run(["--prot", "1"]));
  for (const { code, err } of [busy, unusable, unknown]) {
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
  }
  expect(busy.err).toContain(`port ${port} is already in use`);
});

test("started with an IPC channel it says where it serves, and goes when its parent does", async () => {
  await using folder = new BrokerFolder({ queues: { q: {} } });
  const child = folder.run(["--config", folder.config, "--port", "0"], "ipc");
  const [{ ready }] = (await once(child, "message")) as [{ ready: Ready }];
  const client = clientOf(ready);
  await client.createSender("q").sendMessages({ body: 1 });
  const ended = once(child, "exit");
  child.disconnect();
  expect((await ended)[0]).toBe(0);
  await client.close();
});
