import type { Setting } from "../../../engine/define/index.ts";
import { headerText, type RestAuth } from "./auth.ts";

/** A token that does not change, in the header `Authorization: Bearer …` (RFC 6750, 2.1). */
export function bearerToken(token: Setting): RestAuth {
  return {
    settings: [token],
    async credentials(context) {
      const text = headerText(token, context);
      return { headers: { authorization: `Bearer ${text}` }, secrets: [text] };
    },
  };
}
