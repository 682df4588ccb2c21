import { PermanentError } from "../../errors/permanent-error.ts";
import { pathOf, type StepPath } from "../path.ts";
import type { Artifact, StepOrder } from "../step.ts";

/** Where something is, and what its file is called in the folder of the step: `var/etl/raw.csv`. */
export type Place = StepPath & { readonly inFolder: string };

/** Where a step's input or output is; undefined where it names none. Throws a PermanentError for a path that is none. */
export function placeOf(member: "input" | "output", text: string): Place | undefined {
  if (text === "") return undefined;
  const found = pathOf(text);
  if ("fault" in found) throw new PermanentError(`its ${member} ${JSON.stringify(text)} ${found.fault}`);
  if (found.kind === "local") return { ...found, inFolder: found.path.slice(2) };
  const last = found.kind === "blob" ? found.name : new URL(found.url).pathname;
  return { ...found, inFolder: `${member}/${safeName(last)}` };
}

/** The last name of a path, of which only what every program bears. */
function safeName(text: string): string {
  const last = text.split("/").findLast((name) => name !== "") ?? "";
  const safe = last
    .replaceAll(/[^\w.-]+/g, "_")
    .replace(/^\.+/, "")
    .slice(-100);
  return safe === "" ? "file" : safe;
}

/** What a step before wrote under a path of the run. */
export function artifactAt(path: string, artifacts: StepOrder["artifacts"]): Artifact | undefined {
  return [...artifacts.values()].findLast((artifact) => {
    const place = pathOf(artifact.path);
    return !("fault" in place) && place.kind === "local" && place.path === path;
  });
}
