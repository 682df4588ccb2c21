import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { webFiles } from "../../../../connectors/rest/files.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { createSettings } from "../../../../engine/settings/settings.ts";
import { eventually } from "../../../flows/kit/patience.ts";
import { httpServer } from "./http-server.ts";

const web = (targets = "127.0.0.1"): ReturnType<typeof webFiles> =>
  webFiles(createSettings({ CAUDAL_PRIVATE_TARGETS: targets }, []));
const never = new AbortController().signal;

async function textAt(url: string, from = web()): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await from.get(url, never)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function put(url: string, text: string, to = web()): Promise<void> {
  const bytes = (async function* () {
    for (const byte of Buffer.from(text)) yield Buffer.of(byte);
  })();
  return to.put(url, { bytes, size: Buffer.byteLength(text) }, never);
}

/** A server that answers before it has read what it is sent. */
async function hasty(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a file of the web", () => {
  it("comes as it is, from where its address leads on to", async () => {
    const { url } = await httpServer((response, { url: asked }) => {
      if (asked === "/old") response.writeHead(302, { location: "/new?a=b" }).end();
      else response.end(asked === "/new?a=b" ? "a,b\n1,ñ\n" : "something else");
    });
    expect(await textAt(`${url}/old`)).toBe("a,b\n1,ñ\n");
  });

  it("does not come from an address that is not public, whoever leads there", async () => {
    const inside = await httpServer((response) => response.end("secrets"));
    await expect(textAt(inside.url, web(""))).rejects.toThrow("127.0.0.1");
    const { url } = await httpServer((response) =>
      response.writeHead(307, { location: "http://169.254.169.254/metadata" }).end(),
    );
    await expect(textAt(url)).rejects.toThrow("169.254.169.254");
    expect(inside.seen).toEqual([]);
  });

  it.each([
    [404, PermanentError],
    [429, RetryableError],
    [503, RetryableError],
  ])("that is answered with %i is an error that says so, without its query", async (status, kind) => {
    const { url } = await httpServer((response) => response.writeHead(status).end("not  here"));
    const fault = await textAt(`${url}/a.csv?sig=s3cret`).catch((error: unknown) => error);
    expect(fault).toEqual(new kind(`GET ${url}/a.csv was answered ${status}: not here`));
    expect(fault).toBeInstanceOf(kind);
  });

  it.each(["ftp://files.example/a", "files.example/a", "file:///etc/passwd"])("cannot be %s", async (url) => {
    await expect(textAt(url)).rejects.toThrow(
      new PermanentError(`"${url}" is no http:// or https:// address`),
    );
    await expect(put(url, "a")).rejects.toThrow(PermanentError);
  });
});

describe("a file that is sent to the web", () => {
  it("arrives whole, with its size", async () => {
    const { url, seen } = await httpServer((response) => response.writeHead(201).end());
    await put(`${url}/in/a.csv?sig=x`, "a,b\n1,ñ\n");
    expect(seen).toMatchObject([
      { method: "PUT", url: "/in/a.csv?sig=x", body: "a,b\n1,ñ\n", headers: { "content-length": "9" } },
    ]);
  });

  it.each([
    [302, PermanentError],
    [403, PermanentError],
    [429, RetryableError],
    [500, RetryableError],
  ])("and refused with %i is an error that says why", async (status, kind) => {
    const { url } = await httpServer((response) =>
      response.writeHead(status, { location: "/elsewhere" }).end("the key is old"),
    );
    const fault = await put(`${url}/a.csv?sig=s3cret`, "a").catch((error: unknown) => error);
    expect(fault).toEqual(new kind(`PUT ${url}/a.csv was answered ${status}: the key is old`));
    expect(fault).toBeInstanceOf(kind);
  });

  it("does not go to an address that is not public, nor to nobody", async () => {
    const { url, seen } = await httpServer((response) => response.end());
    await expect(put(url, "a", web(""))).rejects.toThrow("127.0.0.1");
    expect(seen).toEqual([]);
    const fault = await put("http://127.0.0.1:1/a", "a").catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(RetryableError);
    expect(String(fault)).toContain("ECONNREFUSED");
  });

  it("is let go of where the server takes only some of it", async () => {
    const url = await hasty((_request, response) => void response.writeHead(413).end("too large"));
    let letGo = false;
    const bytes = (async function* () {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        letGo = true;
      }
    })();
    await expect(web().put(url, { bytes, size: 1_000_000_000 }, never)).rejects.toThrow(
      /^PUT .+(was answered 413|failed)/,
    );
    await eventually(() => expect(letGo).toBe(true));
  });

  it("ends with its signal", async () => {
    const control = new AbortController();
    const url = await hasty(() => control.abort(new Error("cancelled")));
    const bytes = (async function* () {
      for (;;) yield Buffer.alloc(100_000);
    })();
    await expect(web().put(url, { bytes, size: 1_000_000_000 }, control.signal)).rejects.toThrow("cancelled");
  });
});
