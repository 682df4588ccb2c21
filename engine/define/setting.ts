/**
 * A named setting, resolved from the environment when it is first needed, never when a definition is loaded:
 * so that one missing setting disables what needs it and nothing else.
 */
export interface Setting {
  readonly kind: "setting";
  /** Name of the environment variable, as in `local.settings.json` and the Function App's configuration. */
  readonly name: string;
  /** A secret is redacted wherever text leaves the process. */
  readonly secret: boolean;
  /** Used when the environment has no value; a setting with a default is never missing. */
  readonly fallback: string | undefined;
}

const NAME = /^[A-Z][A-Z0-9_]{0,127}$/i;

function define(name: string, secret: boolean, fallback: string | undefined): Setting {
  if (!NAME.test(name)) throw new TypeError(`"${name}" is no setting name: letters, digits and _ only`);
  return { kind: "setting", name, secret, fallback };
}

/** A setting that may be shown: an address, a schedule. `fallback` makes it optional. Throws on a malformed name. */
export function setting(name: string, fallback?: string): Setting {
  return define(name, false, fallback);
}

/** A setting that must never be shown: a key, a password, a URL that holds one. Throws on a malformed name. */
export function secret(name: string): Setting {
  return define(name, true, undefined);
}
