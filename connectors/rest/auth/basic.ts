import type { Setting } from "../../../engine/define/index.ts";
import { InvalidSettingError } from "../../../engine/errors/invalid-setting-error.ts";
import type { RestAuth } from "./auth.ts";

/**
 * User and password in the header `Authorization: Basic …`, as UTF-8 (RFC 7617). Without a password it is empty, as
 * where an API takes its key for a user. A user with a colon, or control characters in either, is an
 * InvalidSettingError at the first attempt.
 */
export function basic(user: Setting, password?: Setting): RestAuth {
  return {
    settings: password ? [user, password] : [user],
    async credentials({ value }) {
      const text = (setting: Setting): string => {
        const found = value(setting);
        // oxlint-disable-next-line no-control-regex -- RFC 7617, 2: neither may have any
        if (!/[\x00-\x1f\x7f]/.test(found)) return found;
        throw new InvalidSettingError(
          setting.name,
          "has control characters, which a user or password may not have",
        );
      };
      const name = text(user);
      if (name.includes(":")) {
        throw new InvalidSettingError(user.name, "has a colon, which ends the user in Basic authentication");
      }
      const secret = password ? text(password) : "";
      const encoded = Buffer.from(`${name}:${secret}`).toString("base64");
      return { headers: { authorization: `Basic ${encoded}` }, secrets: [encoded, secret].filter(Boolean) };
    },
  };
}
