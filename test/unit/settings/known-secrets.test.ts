import { expect, test } from "vitest";
import { secret } from "../../../engine/define/index.ts";
import { createSettings } from "../../../engine/settings/settings.ts";

const settingsWith = (): ReturnType<typeof createSettings> =>
  createSettings({ API_TOKEN: "declared-secret" }, [secret("API_TOKEN")]);

test("a learned secret is redacted like one of a setting, in all its forms", () => {
  const settings = settingsWith();
  expect(settings.redact("learned/secret")).toBe("learned/secret");
  settings.learn("learned/secret");
  expect(settings.redact("a learned/secret, learned%2Fsecret and declared-secret")).toBe(
    "a [redacted], [redacted] and [redacted]",
  );
});

test("the last thousand are remembered, those of settings for good, and one that came again as new", () => {
  const settings = settingsWith();
  settings.learn("learned-early");
  settings.learn("learned-and-used");
  for (let n = 0; n < 999; n++) {
    settings.learn(`learned-${String(n).padStart(4, "0")}`);
    settings.learn("learned-and-used");
  }
  const text = "learned-early learned-and-used learned-0000 learned-0998 declared-secret";
  expect(settings.redact(text)).toBe("learned-early [redacted] [redacted] [redacted] [redacted]");
  settings.learn("learned-late");
  expect(settings.redact("learned-0000 learned-late")).toBe("learned-0000 [redacted]");
});

test("what is too short to be a secret does not garble everything", () => {
  const settings = settingsWith();
  settings.learn("a");
  expect(settings.redact("banana")).toBe("banana");
});
