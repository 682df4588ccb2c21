/** Where a step's input or output is. */
export type StepPath =
  /** A file of the run: `./var/etl/raw.csv`, below the folder of the run. */
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "blob"; readonly container: string; readonly name: string }
  | { readonly kind: "web"; readonly url: string };

/** Most bytes of one name of a path, as file systems have it. */
const NAME_BYTES = 200;

/**
 * What a step's `input` or `output` names. A path without a scheme is one of the run's own, absolute or not: `/var/etl/a.csv`,
 * `var/etl/a.csv` and `./var/etl/a.csv` are the same file. A fault says what is wrong with it.
 */
export function pathOf(text: string): StepPath | { readonly fault: string } {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) return { fault: "has a character that no path has" };
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  if (scheme === undefined) return localPath(text);
  if (/^https?$/i.test(scheme)) {
    return URL.canParse(text) ? { kind: "web", url: text } : { fault: "is no address" };
  }
  if (scheme.toLowerCase() !== "blob")
    return { fault: `has the scheme ${scheme}, and may have blob, http or https` };
  const [container = "", ...names] = rest.split("/");
  const name = names.join("/");
  if (container === "caudal") return { fault: "names the container caudal, which is Caudal's own" };
  if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(container) || name === "") {
    return { fault: "is not blob://container/path" };
  }
  return { kind: "blob", container, name };
}

function localPath(text: string): StepPath | { readonly fault: string } {
  const names = text.split("/").filter((name) => name !== "" && name !== ".");
  if (names.length === 0 || text.endsWith("/")) return { fault: "names no file" };
  if (names.includes("..")) return { fault: "must not leave the folder of its run with .." };
  const long = names.find((name) => Buffer.byteLength(name) > NAME_BYTES);
  if (long !== undefined) return { fault: `has a name of more than ${NAME_BYTES} bytes` };
  return { kind: "local", path: `./${names.join("/")}` };
}
