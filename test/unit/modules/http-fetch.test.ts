import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../engine/errors/retryable-error.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { httpFetch } from "../../../modules/http-fetch.ts";
import { httpServer } from "../connectors/rest/http-server.ts";
import { type Done, type Given, runModule } from "./run-module.ts";

const ENV = {
  CAUDAL_PRIVATE_TARGETS: "127.0.0.1",
  SEQUENCE_STORE_TOKEN: "s3cret-of-the-store",
  CAUDAL_OPERATOR_TOKEN: "the-first-operator",
};

function fetched(
  config: object,
  given: Partial<Given> = {},
  env: Record<string, string> = ENV,
  most?: number,
): Promise<Done> {
  return runModule(httpFetch({ settings: createSettings(env, []) }, most), { config, ...given });
}

describe("http_fetch", () => {
  it("writes what an address answers", async () => {
    const { url, seen } = await httpServer((response) =>
      response.writeHead(200, { "content-type": "text/csv" }).end("a,b\n1,ñ\n"),
    );
    const { output, result, log } = await fetched({ url: `${url}/list?page=1` });
    expect(output).toBe("a,b\n1,ñ\n");
    expect(result).toEqual({ status: 200, bytes: 9, type: "text/csv" });
    expect(log).toEqual([`GET ${url}/list was answered 200 (text/csv)`, "9 bytes"]);
    expect(seen).toMatchObject([{ method: "GET", url: "/list?page=1", headers: { accept: "*/*" } }]);
    expect(seen[0]?.headers).not.toHaveProperty("content-type");
  });

  it("writes an empty answer as an empty file", async () => {
    const { url } = await httpServer((response) => response.end());
    expect(await fetched({ url })).toMatchObject({ output: "", result: { bytes: 0 } });
  });

  it("unpacks what is compressed on its way", async () => {
    const { url } = await httpServer((response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("a,b\n")),
    );
    expect((await fetched({ url })).output).toBe("a,b\n");
  });

  it("sends a POST with its body, under the step's key", async () => {
    const { url, seen } = await httpServer((response) => response.end("ok"));
    const config = { url, method: "POST", headers: { Accept: "text/csv" }, body: { since: "2026-01-01" } };
    await fetched(config, { key: "run-9:2" });
    await fetched({ ...config, body: "as it is" }, { key: "run-9:2" });
    expect(seen).toMatchObject([
      {
        method: "POST",
        body: '{"since":"2026-01-01"}',
        headers: { accept: "text/csv", "content-type": "application/json", "idempotency-key": "run-9:2" },
      },
      { body: "as it is", headers: { "content-type": "text/plain" } },
    ]);
  });

  it("sends a secret of the settings, which is redacted from then on", async () => {
    const { url, seen } = await httpServer((response) => response.end());
    const settings = createSettings(ENV, []);
    const config = {
      url,
      headers: { Authorization: { setting: "SEQUENCE_STORE_TOKEN", prefix: "Bearer " } },
    };
    await runModule(httpFetch({ settings }), { config });
    expect(seen[0]?.headers.authorization).toBe("Bearer s3cret-of-the-store");
    expect(settings.redact("it said s3cret-of-the-store")).not.toContain("s3cret");
  });

  it.each([301, 302, 307, 308])("follows a %i", async (status) => {
    const { url, seen } = await httpServer((response, { url: asked }) =>
      asked === "/new?x=1"
        ? response.end("there")
        : response.writeHead(status, { location: "/new?x=1" }).end(),
    );
    expect((await fetched({ url: `${url}/old` })).output).toBe("there");
    expect(seen).toHaveLength(2);
  });

  it.each([
    [303, "GET", ""],
    [302, "GET", ""],
    [307, "POST", "body"],
    [308, "POST", "body"],
  ])("makes of a POST that is sent on with %i a %s", async (status, method, body) => {
    const { url, seen } = await httpServer((response, { url: asked }) =>
      asked === "/new" ? response.end() : response.writeHead(status, { location: "/new" }).end(),
    );
    await fetched({ url: `${url}/old`, method: "POST", body: "body" });
    expect(seen[1]).toMatchObject({ method, body });
    expect(seen[1]?.headers["content-type"]).toBe(body === "" ? undefined : "text/plain");
  });

  it("gives its secrets to nobody that it is sent on to", async () => {
    const other = await httpServer((response) => response.end("x"));
    const { url, seen } = await httpServer((response) =>
      response.writeHead(302, { location: other.url.replace("127.0.0.1", "localhost") }).end(),
    );
    const headers = {
      Authorization: "Basic eDp5",
      "X-Key": { setting: "SEQUENCE_STORE_TOKEN" },
      "X-Open": "open",
    };
    await fetched({ url, headers }, {}, { ...ENV, CAUDAL_PRIVATE_TARGETS: "127.0.0.1, localhost" });
    expect(seen[0]?.headers).toMatchObject({ authorization: "Basic eDp5", "x-key": "s3cret-of-the-store" });
    expect(other.seen[0]?.headers).toMatchObject({ "x-open": "open" });
    expect(other.seen[0]?.headers).not.toHaveProperty("authorization");
    expect(other.seen[0]?.headers).not.toHaveProperty("x-key");
  });

  it("ends with its signal, in the middle of an answer", async () => {
    const stop = new AbortController();
    const { url } = await httpServer((response) => {
      response.write("the beginning");
      stop.abort(new Error("the step was cancelled"));
    });
    await expect(fetched({ url }, { signal: stop.signal })).rejects.toThrow("the step was cancelled");
  });
});

describe("what http_fetch takes for a passing fault", () => {
  it.each([408, 425, 429, 500, 503])("the status %i", async (status) => {
    const { url } = await httpServer((response) => response.writeHead(status).end("come back\nlater"));
    const failed = fetched({ url: `${url}/list?key=x` });
    await expect(failed).rejects.toThrow(RetryableError);
    await expect(failed).rejects.toThrow(`GET ${url}/list was answered ${status}: come back later`);
  });

  it("an answer that breaks off", async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    await expect(fetched({ url })).rejects.toThrow(RetryableError);
  });

  it("nobody who listens", async () => {
    await expect(fetched({ url: "http://127.0.0.1:1/x" })).rejects.toThrow(RetryableError);
  });

  it.each(["http://169.254.169.254/metadata", "http://10.0.0.1/", "http://[::1]/"])(
    "an address that is not public: %s",
    async (url) => {
      await expect(fetched({ url })).rejects.toThrow("CAUDAL_PRIVATE_TARGETS");
    },
  );

  it("an address that is not public where it is sent on to", async () => {
    const { url } = await httpServer((response) =>
      response.writeHead(302, { location: "http://169.254.169.254/metadata" }).end(),
    );
    await expect(fetched({ url })).rejects.toThrow("169.254.169.254 is no public address");
  });
});

describe("what http_fetch refuses for good", () => {
  it.each([400, 401, 403, 404, 410])("the status %i", async (status) => {
    const { url } = await httpServer((response) => response.writeHead(status).end());
    const failed = fetched({ url });
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(`was answered ${status}`);
  });

  it("a file that is larger than it may be, packed or not", async () => {
    const { url } = await httpServer((response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x".repeat(1_001))),
    );
    await expect(fetched({ url }, {}, ENV, 1_000)).rejects.toThrow("has more than 1000 bytes");
    expect(await fetched({ url }, {}, ENV, 1_001)).toMatchObject({ result: { bytes: 1_001 } });
  });

  it("to be sent on for ever", async () => {
    const { url, seen } = await httpServer((response) => response.writeHead(302, { location: "/x" }).end());
    await expect(fetched({ url })).rejects.toThrow("is sent on more than 10 times");
    expect(seen).toHaveLength(11);
  });

  it.each(["file:///etc/passwd", "ftp://example.com/", "gopher://x"])(
    "to be sent on to %s",
    async (location) => {
      const { url } = await httpServer((response) => response.writeHead(302, { location }).end());
      await expect(fetched({ url })).rejects.toThrow("is sent on to what is no address of HTTP");
    },
  );

  it.each([
    [{ url: "file:///etc/passwd" }, "must be an address that begins with http://"],
    [{ url: "list.csv" }, "must be an address that begins with http://"],
    [{ url: "https://example.com", body: "x" }, '"body" is for "method": "POST"'],
    [{ url: "https://example.com", headers: { a: { setting: "SEQUENCE_MISSING" } } }, "SEQUENCE_MISSING"],
  ])("%o", async (config, message) => {
    const failed = fetched(config);
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(message);
  });

  it.each([
    [{ headers: { Authorization: { setting: "CAUDAL_OPERATOR_TOKEN" } } }],
    [{ headers: { Authorization: { setting: "sequence_x" } } }],
    [{ headers: { "a\r\nb": "x" } }],
    [{ headers: { a: "x\r\nhost: other" } }],
    [{ method: "DELETE" }],
    [{ timeout: 3 }],
  ])("the configuration %o", (config) => {
    const { config: schema } = httpFetch({ settings: createSettings({}, []) });
    expect(schema.safeParse({ url: "https://example.com" }).success).toBe(true);
    expect(schema.safeParse({ url: "https://example.com", ...config }).success).toBe(false);
  });
});
