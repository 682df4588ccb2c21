import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostProcess } from "./host-process.ts";

const app = path.resolve(import.meta.dirname, "../fixtures/streams-app");
const MIB = 1024 * 1024;
const LIMIT = 600 * MIB;

let host: HostProcess;
beforeAll(async () => {
  host = await HostProcess.start({ app, env: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(LIMIT) } });
});
afterAll(() => host.end());

const get = (asked: string, method = "GET"): Promise<Response> => fetch(`${host.url}/${asked}`, { method });

/** Starts to post; the body is the caller's to write. */
function post(asked: string, headers: Record<string, string | number> = {}): ClientRequest {
  const posted = request(`${host.url}/${asked}`, { method: "POST", headers, agent: false });
  posted.on("error", () => {});
  posted.flushHeaders();
  return posted;
}

async function answerTo(posted: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(posted, "response")) as [IncomingMessage];
  return response;
}

/** A body of so many MiB, which counts what was taken of it. */
function supply(mebibytes: number): { body: ReadableStream<Uint8Array>; taken: () => number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken === mebibytes) return controller.close();
        taken += 1;
        controller.enqueue(Buffer.alloc(MIB, taken));
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => taken };
}

const upload = (asked: string, body: ReadableStream<Uint8Array>): Promise<Response> =>
  fetch(`${host.url}/${asked}`, { method: "POST", body, duplex: "half" });

/** The most memory that the host has had, in MiB. */
function peak(): number {
  const status = readFileSync(`/proc/${host.child.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Gives the host time to do what it would do: it answers so many requests one after the other. */
async function turns(many: number): Promise<void> {
  for (let turn = 0; turn < many; turn++) await (await get("turn")).arrayBuffer();
}

describe("a body that comes in", () => {
  test("is counted to its end, announced or in chunks, in little memory", async () => {
    const before = peak();
    const chunked = await upload("count", supply(200).body);
    expect(await chunked.json()).toEqual({ bytes: 200 * MIB });
    const announced = post("count", { "content-length": 100 * MIB });
    const piece = Buffer.alloc(MIB, "x");
    for (let sent = 0; sent < 100; sent++) if (!announced.write(piece)) await once(announced, "drain");
    const answer = await answerTo(announced);
    expect(JSON.parse((await buffer(answer)).toString())).toEqual({ bytes: 100 * MIB });
    expect(peak() - before).toBeLessThan(120);
  });

  test("waits with the client while the function does not take it", async () => {
    const { body, taken } = supply(200);
    const answer = upload("hesitant", body);
    await expect.poll(taken).toBeGreaterThan(0);
    await turns(200);
    expect(taken()).toBeLessThan(50);
    await get("release", "POST");
    expect(await (await answer).json()).toEqual({ bytes: 200 * MIB });
  });

  test("is gathered up to a limit, and refused above it without the rest", async () => {
    const response = await fetch(`${host.url}/gather/1000`, { method: "POST", body: "x".repeat(1000) });
    expect(await response.json()).toEqual({ bytes: 1000 });
    const over = await fetch(`${host.url}/gather/1000`, { method: "POST", body: "x".repeat(1001) });
    expect(over.status).toBe(413);
    expect(over.headers.get("content-type")).toBe("application/problem+json");
    expect(await over.json()).toMatchObject({ status: 413, detail: "The body is larger than 1000 bytes." });
    const chunked = post("gather/1000");
    chunked.write("x".repeat(1001));
    // The body has not ended, and never does.
    expect((await answerTo(chunked)).statusCode).toBe(413);
    chunked.destroy();
  });

  test("may come in chunks, or be none at all", async () => {
    const chunked = post("text");
    chunked.write("one ");
    chunked.end("two");
    const answer = await answerTo(chunked);
    expect(JSON.parse((await buffer(answer)).toString())).toEqual({
      text: "one two",
      url: `${host.url}/text`,
    });
    expect(await (await get("text?a=%20b", "POST")).json()).toEqual({
      text: "",
      url: `${host.url}/text?a=%20b`,
    });
  });

  test.each(["picky", "refuses"])("is answered before its end by a function that is %s", async (asked) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { "content-length": 10 * MIB };
    const posted = request(`${host.url}/${asked}`, { method: "POST", headers, agent });
    posted.write("x".repeat(1000));
    const answer = await answerTo(posted);
    expect(answer.statusCode).toBe(asked === "picky" ? 422 : 401);
    await buffer(answer);
    const { localPort } = posted.socket ?? {};
    // Who sends the rest nevertheless may use the connection for more.
    posted.end(Buffer.alloc(10 * MIB - 1000));
    const next = request(`${host.url}/turn`, { agent }).end();
    expect((await answerTo(next)).statusCode).toBe(204);
    expect(next.socket?.localPort).toBe(localPort);
    agent.destroy();
  });

  test("is not taken for ever after its answer", async () => {
    const agent = new Agent({ keepAlive: true });
    const headers = { "content-length": 10 * MIB };
    const posted = request(`${host.url}/picky`, { method: "POST", headers, agent });
    posted.on("error", () => {}).write("x".repeat(1000));
    const answer = await answerTo(posted);
    const closed = once(answer.socket, "close");
    await buffer(answer);
    // The client neither sends the rest nor goes away.
    await closed;
    expect(answer.socket.destroyed).toBe(true);
    agent.destroy();
  });

  test("breaks off for the function when the client goes away, and nothing is left behind", async () => {
    const before = host.entries("count").length;
    const posted = post("count", { "content-length": 1000 });
    posted.write("half");
    await expect.poll(() => host.entries("count").length).toBe(before + 1);
    posted.destroy();
    await expect
      .poll(() => host.entries("broken off"))
      .toEqual([{ at: "broken off", by: "ClientGoneError" }]);
    await expect.poll(() => host.output).toContain("info count: the client went away");
    expect(host.output).not.toContain("unhandled");
  });
});

describe("the limit of the host", () => {
  test("refuses what is announced above it, at once, and asks no function", async () => {
    const before = host.entries("count").length;
    const posted = post("count", { "content-length": LIMIT + 1 });
    expect((await answerTo(posted)).statusCode).toBe(413);
    posted.destroy();
    expect(host.entries("count")).toHaveLength(before);
  });

  test("refuses it to a client that asks first, instead of having it sent", async () => {
    const posted = post("count", { "content-length": LIMIT + 1, expect: "100-continue" });
    let continued = false;
    posted.on("continue", () => (continued = true));
    expect((await answerTo(posted)).statusCode).toBe(413);
    posted.destroy();
    expect(continued).toBe(false);
  });

  test("has a client that asks first go on below it", async () => {
    const posted = post("gather/1000", { "content-length": 4, expect: "100-continue" });
    await once(posted, "continue");
    posted.end("four");
    expect((await answerTo(posted)).statusCode).toBe(200);
  });
});

describe("an answer that goes out", () => {
  test("waits for a client that reads slowly, in little memory, and arrives whole", async () => {
    const before = peak();
    const asked = request(`${host.url}/pieces/4800`, { agent: false }).end();
    const answer = await answerTo(asked);
    // Nothing is read, and the host has time to give all of it.
    await turns(200);
    expect(host.entries("pieces").filter(({ many }) => many === 4800)).toEqual([]);
    let bytes = 0;
    for await (const chunk of answer) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(4800 * 64 * 1024);
    expect(peak() - before).toBeLessThan(120);
  });

  test("has its own headers, and may have no bytes", async () => {
    const response = await get("pieces/2");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      etag: '"7"',
      location: "/there?a=1&b=%20",
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(
      Buffer.concat([Buffer.alloc(64 * 1024, 0), Buffer.alloc(64 * 1024, 1)]),
    );
    expect((await (await get("empty")).arrayBuffer()).byteLength).toBe(0);
  });

  test("lets go of its source when the client goes away", async () => {
    const asked = request(`${host.url}/pieces/4801`, { agent: false }).end();
    const answer = await answerTo(asked);
    answer.destroy();
    await expect.poll(() => host.entries("pieces").filter(({ many }) => many === 4801)).toHaveLength(1);
    expect(host.entries("pieces").find(({ many }) => many === 4801)?.["given"]).toBeLessThan(1000);
  });

  test("breaks the connection where its source fails, so that it does not look whole", async () => {
    const response = await get("breaks/3");
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow("terminated");
    await expect.poll(() => host.output).toContain("breaks-after- broke off its answer the source dried up");
  });

  test("is a problem where its source fails before the first bytes", async () => {
    const response = await get("breaks/0");
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ title: "Internal Server Error" });
  });
});

describe("an answer without a body", () => {
  test.each([204, 304])("is %i, and lets go of the body that it has", async (status) => {
    const before = host.entries("pieces").length;
    const response = await get(`nothing/${status}`);
    expect(response.status).toBe(status);
    expect(response.headers.get("etag")).toBe('"7"');
    expect(response.headers.get("content-length")).toBeNull();
    expect(await response.text()).toBe("");
    expect(host.entries("pieces")).toHaveLength(before + 1);
    const said = await get(`nothing-said/${status}`);
    expect([said.status, said.headers.get("content-length"), await said.text()]).toEqual([status, null, ""]);
  });

  test("is that to HEAD, with the headers of the whole", async () => {
    const response = await get("json", "HEAD");
    expect(response.headers.get("content-length")).toBe("18");
    expect(await response.text()).toBe("");
    const before = host.entries("pieces").length;
    expect((await get("pieces/4802", "HEAD")).headers.get("etag")).toBe('"7"');
    expect(host.entries("pieces").slice(before)).toEqual([{ at: "pieces", many: 4802, given: 0 }]);
  });
});

describe("a function", () => {
  test.each(["no-json", "no-header"])("always answers, even with what is no answer: %s", async (asked) => {
    const response = await get(asked);
    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    await expect.poll(() => host.output).toContain(`error ${asked} could not answer`);
  });

  test("says how long its answer is", async () => {
    const response = await get("json");
    expect(response.headers.get("content-length")).toBe("18");
    expect(await response.json()).toEqual({ name: "ñandú" });
  });
});

test("a body in chunks above the limit is 413 or a broken connection, and breaks off for the function", async () => {
  const small = await HostProcess.start({ app, env: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" } });
  try {
    const posted = request(`${small.url}/count`, { method: "POST", agent: false });
    posted.on("error", () => {});
    posted.write("x".repeat(1000));
    await expect.poll(() => small.entries("count")).toHaveLength(1);
    posted.write("x");
    expect((await answerTo(posted)).statusCode).toBe(413);
    await expect.poll(() => small.entries("broken off")).toHaveLength(1);
    posted.destroy();
    // A request that says nothing of its length, and whose client is gone before the function is asked.
    const { port } = new URL(small.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.end("POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal");
    await expect.poll(() => small.entries("broken off")).toHaveLength(2);
    // Nothing runs any more that would have to be waited for.
    expect(await small.stop()).toEqual({ code: 0, signal: null });
    expect(small.output).not.toContain("did not end");
    expect(small.output).not.toContain("unhandled");
  } finally {
    await small.end();
  }
});
