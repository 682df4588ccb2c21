import type { Setting } from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";

/** Values of a query string; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * A path below a base address, as it reads: each segment is percent-encoded for the URL here, so `/contacts/${id}` is
 * right as it stands. As a list, its segments may hold slashes of their own: `["contacts", name]`.
 */
export type Path = string | readonly string[];

/**
 * Joins a base address, a path and a query. Throws a TypeError when the path leaves the base (`..`), does not begin
 * with `/`, or when a listed segment is empty.
 */
export function addressOf(base: URL, path: Path, query: Query = {}): URL {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/$/, "") + pathText(path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}

/**
 * The base address in a setting. Throws an InvalidSettingError unless it is an http or https URL without user, query
 * and fragment: credentials belong in a secret.
 */
export function baseAddress(setting: Setting, value: string): URL {
  const url = endpointAddress(setting, value);
  if (url.search) {
    throw new InvalidSettingError(setting.name, "must be a URL without user, query and fragment");
  }
  return url;
}

/** The address of an endpoint in a setting, which may have a query. Throws an InvalidSettingError as {@link baseAddress}. */
export function endpointAddress(setting: Setting, value: string): URL {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new InvalidSettingError(setting.name, "is no http or https URL");
  }
  if (url.username || url.password || url.hash) {
    throw new InvalidSettingError(setting.name, "must be a URL without user and fragment");
  }
  return url;
}

/** A text as a query or a form has it (URL Standard, `application/x-www-form-urlencoded`). */
export function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function pathText(path: Path): string {
  if (typeof path === "string" && !path.startsWith("/")) {
    throw new TypeError(`the path ${JSON.stringify(path)} must begin with "/"`);
  }
  const segments = typeof path === "string" ? path.slice(1).split("/") : path;
  for (const segment of segments) {
    if (segment === "." || segment === ".." || (segment === "" && typeof path !== "string")) {
      throw new TypeError(`${JSON.stringify(segment)} is no segment of a path`);
    }
  }
  return `/${segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join("/")}`;
}
