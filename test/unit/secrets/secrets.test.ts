import { beforeEach, describe, expect, test, vi } from "vitest";
import { InvalidSettingError } from "../../../engine/errors/invalid-setting-error.ts";
import type { Secrets } from "../../../engine/ports.ts";
import { createSecrets } from "../../../engine/secrets/secrets.ts";
import { createSettings, type Settings } from "../../../engine/settings/settings.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
interface Token {
  readonly token: string;
}
const NEVER = new AbortController().signal;

let ports: MemoryPorts;
let made: number;
let lines: string[];
beforeEach(() => {
  ports = memoryPorts();
  made = 0;
  lines = [];
});

/** A host of the app, on the ports that all share. */
function host(env: Record<string, string> = { CAUDAL_SECRETS_KEY: KEY }): {
  secrets: Secrets;
  settings: Settings;
} {
  const settings = createSettings(env, []);
  const log = (_level: string, message: string): void => void lines.push(message);
  return { settings, secrets: createSecrets(ports.documents, settings, ports.clock, log) };
}

/** Asks for the token of the shop; `rejected` is one that is not fresh any more. */
const ask = ({ secrets }: { secrets: Secrets }, rejected = "", signal = NEVER): Promise<Token> =>
  secrets.fresh<Token>(
    "shop",
    ({ token }) => token !== rejected,
    async () => ({ token: `planted-${(made += 1)}` }),
    signal,
  );

/** A renewal that ends when it is told to. */
function slow(): {
  renew: () => Promise<Token>;
  begun: Promise<void>;
  end: (token: string) => void;
  fail: (error: Error) => void;
} {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Token>();
  const renew = (): Promise<Token> => {
    begun.resolve();
    return ended.promise;
  };
  return { renew, begun: begun.promise, end: (token) => ended.resolve({ token }), fail: ended.reject };
}

describe("a secret", () => {
  test("is made once for a hundred who ask at a time, and then kept", async () => {
    const one = host();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => ask(one)));
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(["planted-1"]));
    expect(await ask(one)).toEqual({ token: "planted-1" });
  });

  test("is made anew, from the last, once it is not fresh, and once for all who were refused it", async () => {
    const one = host();
    await ask(one);
    const tokens = await Promise.all(Array.from({ length: 100 }, () => ask(one, "planted-1")));
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(["planted-2"]));
    const last = vi.fn<(last: Token | undefined) => Promise<Token>>(async () => ({ token: "planted-3" }));
    await one.secrets.fresh<Token>("shop", ({ token }) => token !== "planted-2", last, NEVER);
    expect(last).toHaveBeenCalledExactlyOnceWith({ token: "planted-2" });
  });

  test("is shared by all hosts, also by one that starts later", async () => {
    await ask(host());
    expect(await ask(host())).toEqual({ token: "planted-1" });
    const hosts = [host(), host(), host()];
    const tokens = await Promise.all(hosts.map((each) => ask(each, "planted-1")));
    expect(tokens).toEqual(hosts.map(() => ({ token: "planted-2" })));
    expect(made).toBe(2);
  });

  test("is stored before anybody gets it", async () => {
    const renewal = slow();
    const one = host();
    let got = false;
    const asked = one.secrets.fresh<Token>("shop", () => true, renewal.renew, NEVER).then(() => (got = true));
    await renewal.begun;
    ports.failure = { of: "documents", error: new Error("the store is down") };
    renewal.end("planted-a");
    await vi.waitUntil(() => lines.some((line) => line.includes("storing the secret shop failed")));
    expect(got).toBe(false);
    ports.failure = undefined;
    await asked;
    expect(await ask(host())).toEqual({ token: "planted-a" });
  });

  test("is unreadable in the store, and under another key nothing", async () => {
    await ask(host());
    expect(JSON.stringify(ports.items("control"))).not.toContain("planted");
    expect(ports.items("control")).toMatchObject([
      { id: "secret|shop", kind: "secret", name: "shop", renewing: null, at: expect.any(String) },
    ]);
    const other = host({ CAUDAL_SECRETS_KEY: Buffer.alloc(32, 8).toString("base64") });
    expect(await ask(other)).toEqual({ token: "planted-2" });
    expect(lines.join()).toContain("another CAUDAL_SECRETS_KEY");
  });

  test("is redacted from then on, wherever it came from", async () => {
    await ask(host());
    const later = host();
    await ask(later);
    expect(later.settings.redact("with planted-1")).toBe("with [redacted]");
  });

  test("has a key that is one, and a name that an id may have", async () => {
    for (const key of ["planted", Buffer.alloc(16).toString("base64"), "ä".repeat(44)]) {
      await expect(ask(host({ CAUDAL_SECRETS_KEY: key }))).rejects.toThrow(InvalidSettingError);
      await expect(ask(host({ CAUDAL_SECRETS_KEY: key }))).rejects.not.toThrow(key);
    }
    const { secrets } = host();
    await expect(
      secrets.fresh(
        "a/b",
        () => true,
        async () => "x",
        NEVER,
      ),
    ).rejects.toThrow(TypeError);
  });
});

describe("a renewal", () => {
  test("that fails rejects for all who wait, and the next who asks tries again at once", async () => {
    const [one, other] = [host(), host()];
    const renewal = slow();
    const waiting = [1, 2].map(() => one.secrets.fresh<Token>("shop", () => true, renewal.renew, NEVER));
    await renewal.begun;
    renewal.fail(new Error("refused"));
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await ask(other)).toEqual({ token: "planted-1" });
  });

  test("goes on when whoever began it leaves, and serves those who stay", async () => {
    const one = host();
    const renewal = slow();
    const leaving = new AbortController();
    const first = one.secrets.fresh<Token>("shop", () => true, renewal.renew, leaving.signal);
    await renewal.begun;
    const second = ask(one);
    leaving.abort(new Error("the attempt is over"));
    await expect(first).rejects.toThrow("the attempt is over");
    renewal.end("planted-a");
    expect(await second).toEqual({ token: "planted-a" });
    expect(made).toBe(0);
  });

  test("of a host that went away is taken over when its lease is over", async () => {
    const gone = host();
    const renewal = slow();
    const lost = gone.secrets.fresh<Token>("shop", () => true, renewal.renew, NEVER);
    await renewal.begun;
    const other = host();
    const asked = ask(other);
    ports.time += 61_000;
    expect(await asked).toEqual({ token: "planted-1" });
    renewal.end("planted-late");
    await lost;
  });

  test("whose value is never fresh does not go round for ever", async () => {
    const { secrets } = host();
    const renew = vi.fn<() => Promise<Token>>(async () => ({ token: "planted-stale" }));
    const asked = [1, 2, 3].map(() => secrets.fresh<Token>("shop", () => false, renew, NEVER));
    await Promise.all(asked);
    expect(renew).toHaveBeenCalledOnce();
  });
});

test("without a key each process keeps its own, and says so once", async () => {
  const [one, other] = [host({}), host({})];
  await ask(one);
  await ask(one, "planted-1");
  expect(await ask(other)).toEqual({ token: "planted-3" });
  expect(ports.items("control")).toEqual([]);
  expect(lines.filter((line) => line.startsWith("CAUDAL_SECRETS_KEY is not set"))).toHaveLength(2);
});
