import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApiResponse, Route } from "../../../functions/api/http.ts";
import { type HostedResponse, respond } from "../../../functions/http/respond.ts";
import { noticeRequests } from "../../../functions/http/wire.ts";
import type { Services } from "../../../functions/services.ts";
import { createSettings } from "../../../engine/settings/settings.ts";

/** What the route of the test at hand answers. */
let response: ApiResponse;
const logged: string[] = [];
const services = {
  settings: createSettings({}, []),
  log: (level: string, message: string) => void logged.push(`${level} ${message}`),
} as unknown as Services;
const route: Route = {
  name: "streams",
  methods: ["GET"],
  route: "streams",
  access: "open",
  handle: async () => response,
};

/** What a call ended with, after the library's part: as on Azure, nobody breaks a connection for it. */
let calls: Promise<unknown>[] = [];

/** The library's part: it writes what it is given without ever waiting, and leaves open what fails. */
async function libraryAnswers(asked: IncomingMessage, out: ServerResponse): Promise<void> {
  const hosted = {
    method: "GET",
    url: "http://127.0.0.1/streams",
    params: {},
    headers: new Headers(),
    body: null,
  };
  const id = String(asked.headers["x-ms-invocation-id"]);
  const {
    status,
    headers,
    body = new Uint8Array(),
  }: HostedResponse = await respond(route, hosted, id, services, (made) => made);
  out.writeHead(status, headers);
  for await (const chunk of body instanceof Uint8Array ? [body] : body) out.write(chunk);
  out.end();
}

let server: Server;
beforeAll(async () => {
  noticeRequests();
  server = createServer((asked, out) => void calls.push(libraryAnswers(asked, out).catch(String)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(): Promise<IncomingMessage> {
  calls = [];
  logged.length = 0;
  const { port } = server.address() as AddressInfo;
  const headers = { "x-ms-invocation-id": `call-${Math.random()}` };
  const asked = request({ host: "127.0.0.1", port, headers, agent: false }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

describe("a body that is answered as it comes", () => {
  it("breaks the connection by itself where its source fails, without the host", async () => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("the source dried up");
    };
    response = { status: 200, body: body() };
    await expect(ask().then((answer) => answer.toArray())).rejects.toThrow(/hang up|aborted/);
    expect(await Promise.all(calls)).toEqual(["Error: the source dried up"]);
    expect(logged).toEqual(["error streams broke off its answer"]);
  });

  it("lets go of a source that has nothing to say when the client goes away", async () => {
    const chunks = [Buffer.from("first")];
    const letGo = vi.fn<() => Promise<IteratorResult<Uint8Array>>>(async () => ({
      done: true,
      value: undefined,
    }));
    const next = (): Promise<IteratorResult<Uint8Array>> => {
      const value = chunks.shift();
      return value ? Promise.resolve({ done: false, value }) : new Promise(() => {});
    };
    response = { status: 200, body: { [Symbol.asyncIterator]: () => ({ next, return: letGo }) } };
    const answer = await ask();
    answer.destroy();
    await expect.poll(() => letGo.mock.calls.length).toBeGreaterThan(0);
  });

  it("is not asked for while the client does not read", async () => {
    const letGo = vi.fn<() => void>();
    let given = 0;
    const body = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (; given < 100_000; given++) yield Buffer.alloc(16 * 1024);
      } finally {
        letGo();
      }
    };
    response = { status: 200, body: body() };
    const answer = await ask();
    // Whoever asked all of it would have it asked by now: an answer comes only after all that could be done was done.
    const before = calls;
    for (let turn = 0; turn < 100; turn++) {
      response = { status: 200, json: {} };
      (await ask()).resume();
    }
    expect(letGo).not.toHaveBeenCalled();
    expect(given).toBeLessThan(10_000);
    answer.destroy();
    await Promise.all(before);
    expect(letGo).toHaveBeenCalledTimes(1);
  });
});
