import { validateHeaderName } from "node:http";
import type { Setting } from "../../../engine/define/index.ts";
import { formEncoded } from "../address.ts";
import { headerText, type RestAuth } from "./auth.ts";

/** Where a key goes, under which name, and the setting that holds it. */
export interface ApiKeyOptions {
  readonly in: "header" | "query";
  /** Of the header (`X-Api-Key`) or the parameter (`key`). */
  readonly name: string;
  readonly key: Setting;
}

/** A key that does not change, in a header or in the query. Throws a TypeError for a name that no header may have. */
export function apiKey({ in: place, name, key }: ApiKeyOptions): RestAuth {
  if (place === "header") validateHeaderName(name);
  if (name === "") throw new TypeError("apiKey: the parameter must have a name");
  return {
    settings: [key],
    async credentials(context) {
      if (place === "header") {
        const text = headerText(key, context);
        return { headers: { [name.toLowerCase()]: text }, secrets: [text] };
      }
      const text = context.value(key);
      return { query: { [name]: text }, secrets: [text, formEncoded(text)] };
    },
  };
}
