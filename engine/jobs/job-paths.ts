/** Bytes that a name may have: file systems take 255. */
const NAME_BYTES = 200;
/** Bytes that a path below a job's folder may have: with what is before it, the kernel takes 4,096. */
const PATH_BYTES = 2000;

/** The files that a job's folder has or may come to have, by their paths there. */
export interface JobPaths {
  readonly files: readonly string[];
  readonly bring: readonly string[];
  readonly keep: readonly string[];
}

/** Why these files cannot all be in one folder, in words; undefined where they can. */
export function faultOfPaths({ files, bring, keep }: JobPaths): string | undefined {
  const name = files.find((file) => !/^[\w.-]+$/.test(file) || file === "." || file === "..");
  if (name !== undefined) return `a job's file cannot be called "${name}"`;
  const paths = [...bring, ...keep];
  for (const place of paths) {
    const fault = faultOfPath(place);
    if (fault !== undefined) return `a job's folder cannot have a file ${shown(place)}: ${fault}`;
  }
  const folders = new Set(foldersOf(paths));
  const both = [...files, ...paths].find((place) => folders.has(place));
  if (both !== undefined) return `${shown(both)} would be a file of a job and a folder`;
  const given = new Set(files);
  const twice = bring.find((place) => given.has(place));
  return twice === undefined ? undefined : `${shown(twice)} would be two files of a job`;
}

/** What is wrong with the path of a file below a job's folder; undefined where nothing is. */
export function faultOfPath(place: string): string | undefined {
  if (place.includes("\0")) return "it has a NUL character";
  // Half a character would become a mark, and two paths one.
  if (!place.isWellFormed()) return "it is not Unicode";
  if (Buffer.byteLength(place) > PATH_BYTES) return `it has more than ${PATH_BYTES} bytes`;
  for (const name of place.split("/")) {
    if (name === "") return "one of its names is empty";
    if (name === "." || name === "..") return `one of its names is "${name}"`;
    if (Buffer.byteLength(name) > NAME_BYTES) return `one of its names has more than ${NAME_BYTES} bytes`;
  }
  return undefined;
}

/** The folders on the way to files, each once and behind the one that it is in. */
export function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const place of paths) {
    for (let end = place.indexOf("/"); end !== -1; end = place.indexOf("/", end + 1)) {
      folders.add(place.slice(0, end));
    }
  }
  return [...folders];
}

/** A path as a message has it: on one line, not all of one that is too long. */
export function shown(place: string): string {
  return JSON.stringify(place.length > NAME_BYTES ? `${place.slice(0, NAME_BYTES)}…` : place);
}
