import type { AttemptContext, Setting } from "../../../engine/define/index.ts";
import { InvalidSettingError } from "../../../engine/errors/invalid-setting-error.ts";

/** What is added to one request so that it is let in. It is in no record. */
export interface Credentials {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** What must not be kept of an answer that repeats it. */
  readonly secrets: readonly string[];
}

/** How requests to a REST API are let in; made by {@link bearerToken}, {@link basic}, {@link apiKey}, {@link oauth2}. */
export interface RestAuth {
  /** What it needs. */
  readonly settings: readonly Setting[];
  /**
   * The credentials for one request. Throws an InvalidSettingError for a value that cannot work, and a RetryableError
   * where a server that gives them out does not.
   */
  credentials(context: AttemptContext): Promise<Credentials>;
  /** Others than those, which were answered 401. Missing: there are no others. Throws what `credentials` throws. */
  renewed?(rejected: Credentials, context: AttemptContext): Promise<Credentials>;
}

/**
 * A value that goes into a header (RFC 9110, 5.5: visible ASCII; spaces are none of a token's). Throws an
 * InvalidSettingError, which does not show it, for another one.
 */
export function headerText(setting: Setting, context: AttemptContext): string {
  const text = context.value(setting);
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new InvalidSettingError(setting.name, "has characters that no header may have");
  }
  return text;
}
