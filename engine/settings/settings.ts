import type { Setting } from "../define/setting.ts";
import { MissingSettingError } from "../errors/missing-setting-error.ts";
import { KnownSecrets } from "./known-secrets.ts";
import { createRedactor, type Redact } from "./redact.ts";

/** The environment as definitions see it. */
export interface Settings {
  /** The value of a setting, or its fallback. Throws MissingSettingError when there is neither. */
  readonly value: (setting: Setting) => string;
  /** Names of those that have neither value nor fallback. An empty value counts as none. */
  missing(settings: readonly Setting[]): string[];
  /** Takes the values of all secrets that were ever declared, read or learned out of whatever leaves the process. */
  readonly redact: Redact;
  /** Tells of a secret that is no setting (an access token), so that it is redacted too; the last 1,000 are. */
  learn(secret: string): void;
}

/** Settings over an environment such as `process.env`. `declared` are known from the start, for redaction. */
export function createSettings(
  env: Readonly<Record<string, string | undefined>>,
  declared: readonly Setting[],
): Settings {
  const find = (setting: Setting): string | undefined => env[setting.name] || setting.fallback;
  const secrets = new KnownSecrets();
  const declare = (setting: Setting): void => {
    const value = setting.secret ? find(setting) : undefined;
    if (value !== undefined) secrets.declare(value);
  };
  for (const setting of declared) declare(setting);
  return {
    value(setting) {
      const value = find(setting);
      if (value === undefined) throw new MissingSettingError([setting.name]);
      declare(setting);
      return value;
    },
    missing: (settings) => settings.filter((setting) => find(setting) === undefined).map(({ name }) => name),
    redact: createRedactor(secrets),
    learn: (secret) => secrets.learn(secret),
  };
}
