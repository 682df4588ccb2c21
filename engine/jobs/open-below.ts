import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Opens a file below a folder to read, name by name, and follows no link on the way or at its end, whoever alters the
 * folder meanwhile. Does not wait for somebody at the other end, as a named pipe would. Rejects as `open` does.
 */
export async function openBelow(folder: string, names: readonly string[]): Promise<FileHandle> {
  let place = folder;
  let at = await open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  for (const [index, name] of names.entries()) {
    const last = index === names.length - 1;
    const inside = `${heldPath(at, place)}/${name}`;
    place = path.join(place, name);
    const from = at;
    try {
      at = await open(inside, O_RDONLY | O_NOFOLLOW | (last ? O_NONBLOCK : O_DIRECTORY));
    } finally {
      await from.close();
    }
  }
  return at;
}

/**
 * A path to what is open, whatever its own path leads to by now. Where there is none (a Mac: jobs run there as the user
 * of their host, who may do as much by itself), that path.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
export function heldPath({ fd }: FileHandle, place: string): string {
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : place;
}
