import type { Setting } from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";

/**
 * The header of a bearer token (RFC 6750, 2.1); none without a token. Throws an InvalidSettingError, which does not
 * show it, when the token cannot stand in a header.
 */
export function bearer(
  token: Setting | undefined,
  value: (setting: Setting) => string,
): { authorization?: string } {
  if (!token) return {};
  const text = value(token);
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new InvalidSettingError(token.name, "is no token: it has characters that no header may have");
  }
  return { authorization: `Bearer ${text}` };
}
