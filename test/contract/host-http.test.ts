import { request } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostProcess } from "./host-process.ts";

let host: HostProcess;
beforeAll(async () => {
  host = await HostProcess.start({ env: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" } });
});
afterAll(() => host.end());

const get = async (path: string, method = "GET"): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${host.url}${path}`, { method });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text };
};

describe("routes", () => {
  test("the first function by name whose route matches answers, literal or not", async () => {
    expect((await get("/things/special")).body).toEqual({ matched: "a-literal" });
    expect((await get("/things/other")).body).toMatchObject({ matched: "c-any", params: { name: "other" } });
  });

  test("constraints decide, case does not, and an optional parameter may be left out", async () => {
    expect((await get("/THINGS/12")).body).toMatchObject({ matched: "b-thing", params: { id: "12" } });
    expect((await get("/things/12/lid/")).body).toMatchObject({ params: { id: "12", part: "lid" } });
    expect((await get("/things/2147483648")).status).toBe(404);
    expect((await get("/things/ab")).status).toBe(404);
    expect((await get("/things/12/lid/more")).status).toBe(404);
  });

  test("a catch-all takes the rest, slashes included, or nothing", async () => {
    expect((await get("/files/a%20b/c%2Fd")).body).toMatchObject({ params: { path: "a b/c%2Fd" } });
    expect((await get("/files")).body).toEqual({ matched: "z-files", params: {} });
  });

  test("an optional parameter after a dot takes the dot along", async () => {
    expect((await get("/named/x.y.z")).body).toMatchObject({ params: { name: "x.y", extension: "z" } });
    expect((await get("/named/x")).body).toMatchObject({ params: { name: "x" } });
  });

  test("functions on one route share it by method; another method finds nothing", async () => {
    expect((await get("/twin", "POST")).body).toBe("post");
    expect((await get("/twin", "PUT")).body).toBe("put");
    expect((await get("/twin", "DELETE")).status).toBe(404);
  });

  test("a route that is not valid disables its function alone", async () => {
    expect((await get("/bad/1")).status).toBe(404);
    expect(host.output).toContain('bad-route is disabled, its route is not valid: "nonsense"');
  });

  test("repeated query names arrive joined by commas", async () => {
    expect((await get("/things/1?a=1&a=2&b=%20")).body).toMatchObject({ query: { a: "1,2", b: " " } });
  });
});

describe("answers", () => {
  test("nothing returned is 204, a throw is 500 and is logged", async () => {
    expect((await get("/nothing")).status).toBe(204);
    expect((await get("/throws")).status).toBe(500);
    await expect.poll(() => host.output).toContain("error throws Error: it broke");
  });

  test("status, headers, cookies and bytes pass through", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await fetch(`${host.url}/echo`, {
      method: "POST",
      body: bytes,
      headers: { "content-type": "application/octet-stream" },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("set-cookie")).toBe("seen=a%20b; max-age=60; path=/; samesite=lax; httponly");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  test("hooks may change what goes in and what comes out", async () => {
    expect((await get("/hooked")).body).toEqual({ input: { replaced: true }, after: "kept" });
    expect(host.entries("appStart")).toHaveLength(1);
  });
});

describe("bodies", () => {
  test("a chunked body arrives whole", async () => {
    const chunks = ["one ", "two ", "three"];
    const body = new ReadableStream({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(chunk));
      },
    });
    const response = await fetch(`${host.url}/echo`, { method: "POST", body, duplex: "half" });
    expect(await response.text()).toBe("one two three");
  });

  test("a body above the limit is 413, announced or not", async () => {
    const announced = await fetch(`${host.url}/echo`, { method: "POST", body: "x".repeat(1001) });
    expect(announced.status).toBe(413);
    const chunked = request(`${host.url}/echo`, {
      method: "POST",
      headers: { "transfer-encoding": "chunked" },
    });
    chunked.on("error", () => {});
    chunked.write("x".repeat(1001));
    const [response] = (await once(chunked, "response")) as [{ statusCode: number }];
    expect(response.statusCode).toBe(413);
    chunked.destroy();
  });

  test("a client that goes away in between harms nobody", async () => {
    const { port } = new URL(host.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
    await once(socket, "connect");
    socket.destroy();
    expect((await get("/twin", "PUT")).status).toBe(200);
  });
});
