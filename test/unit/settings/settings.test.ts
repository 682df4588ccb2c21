import { describe, expect, it } from "vitest";
import { secret, setting } from "../../../engine/define/index.ts";
import { MissingSettingError } from "../../../engine/errors/missing-setting-error.ts";
import { createSettings } from "../../../engine/settings/settings.ts";

const token = secret("API_TOKEN");
const settings = createSettings({ API_TOKEN: "s3cret/+value", EMPTY: "" }, [token]);

describe("settings", () => {
  it("are missing when they have neither value nor fallback; an empty value is none", () => {
    expect(settings.missing([token, setting("EMPTY"), setting("ABSENT"), setting("ELSE", "x")])).toEqual([
      "EMPTY",
      "ABSENT",
    ]);
    expect(() => settings.value(setting("ABSENT"))).toThrow(MissingSettingError);
    expect(settings.value(setting("ELSE", "x"))).toBe("x");
  });

  it.each(["", "A-B", "x y", "1".repeat(200)])("refuse the name %j", (name) => {
    expect(() => setting(name)).toThrow(TypeError);
  });
});

describe("redaction of every form of a secret", () => {
  const URL_SECRET = "HTTPS://Hooks.Example.com/services/PLANTED1";
  const planted = createSettings(
    {
      HOOK: URL_SECRET,
      BARE: "https://planted2.example.com",
      QUOTED: 'pla"nted\\3\n',
      MYSQL_URL: "mysql://caudal:pl@nt%40d%2F^4@db:3306/sales",
      BUS: "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=pl4ntedKey+/=",
      PLAIN: "https://user.example.com:8443/x",
    },
    ["HOOK", "BARE", "QUOTED", "MYSQL_URL", "BUS"].map((name) => secret(name)),
  );

  it.each([
    ["a URL in its normal form", `PUT ${new URL(URL_SECRET).href}/x`, "PUT [redacted]/x"],
    [
      "a URL without the slash that its normal form has",
      "PUT https://planted2.example.com/x?y",
      "PUT [redacted]x?y",
    ],
    ["a URL as it is, and what follows", "https://planted2.example.com:8443", "[redacted]:8443"],
    ["a secret inside JSON", JSON.stringify({ a: 'pla"nted\\3\n' }), '{"a":"[redacted]"}'],
    ["a password as written", "password pl@nt%40d%2F^4 is wrong", "password [redacted] is wrong"],
    ["a password decoded", "using pl@nt@d/^4!", "using [redacted]!"],
    ["a password in its normal form", "using pl%40nt%40d%2F%5E4!", "using [redacted]!"],
    ["a password in base64", Buffer.from("pl@nt@d/^4").toString("base64"), "[redacted]"],
    ["the key of a connection string", "signed with pl4ntedKey+/=", "signed with [redacted]"],
    ["nothing of the user and the host", "caudal at db:3306", "caudal at db:3306"],
  ])("hides %s", (_what, text, clean) => {
    expect(planted.redact(text)).toBe(clean);
  });
});

describe("redaction of things that are no plain objects", () => {
  it("looks into instances, and takes dates as JSON does", () => {
    class Answer {
      readonly text = "Bearer s3cret/+value";
    }
    const at = new Date(0);
    expect(settings.redact({ answer: new Answer(), at })).toEqual({
      answer: { text: "Bearer [redacted]" },
      at: at.toISOString(),
    });
  });
});

describe("redaction", () => {
  it.each([
    ["the value inside text", "Bearer s3cret/+value!", "Bearer [redacted]!"],
    ["its percent-encoded form", "?t=s3cret%2F%2Bvalue", "?t=[redacted]"],
    ["its base64 form", Buffer.from("s3cret/+value").toString("base64"), "[redacted]"],
    ["the password in a URL", "mysql://root:hunter2@db:3306", "mysql://root:[redacted]@db:3306"],
    ["nothing else", "https://example.com/a:b@c", "https://example.com/a:b@c"],
  ])("hides %s", (_what, text, clean) => {
    expect(settings.redact(text)).toBe(clean);
  });

  it("hides a secret as a form writes it, which is not how a path does", () => {
    const hook = createSettings({ HOOK: "planted~(1)" }, [secret("HOOK")]);
    expect(hook.redact("?key=planted%7E%281%29&p=planted~(1)")).toBe("?key=[redacted]&p=[redacted]");
  });

  it("reaches every depth, credentials by the name of their member, and errors", () => {
    const value = {
      list: [{ text: "s3cret/+value" }],
      headers: { Authorization: "Bearer other", accept: "x" },
      error: new Error("with s3cret/+value"),
    };
    expect(settings.redact(value)).toEqual({
      list: [{ text: "[redacted]" }],
      headers: { Authorization: "[redacted]", accept: "x" },
      error: { name: "Error", message: "with [redacted]" },
    });
  });
});
