import { setTimeout as wait } from "node:timers/promises";
import { folderSize } from "./folder-size.ts";
import { inWords } from "./in-words.ts";
import { filesInOpenFolders } from "./job-folder.ts";
import type { WardenOrder } from "./order.ts";
import { giveWay } from "./precedence.ts";
import { memoryBytesOf, namelessBytesOf, residentBytesOf } from "./proc.ts";
import type { JobProcesses } from "./processes.ts";
import type { JobEnd, JobLimits } from "./runner.ts";

/** How often memory is looked at. */
const MEMORY_MS = 200;
/** How long one may count. */
const COUNTING_MS = 2000;
/** Files are looked at every so many times of that. */
const FILES_EVERY = 5;

/** What is watched of a job. */
interface Watched {
  readonly processes: JobProcesses;
  readonly folder: string;
  readonly order: Pick<WardenOrder, "uid" | "folderBytes">;
  readonly job: { readonly limits: Pick<JobLimits, "memoryBytes"> };
}

/**
 * Looks, until the signal, at what a job's processes have together: memory five times a second, where there is a /proc,
 * and files once. Says so when it is too much.
 */
export async function watchUse(
  { processes, folder, order, job }: Watched,
  tooMuch: (how: JobEnd["how"], reason: string) => void,
  over: AbortSignal,
): Promise<void> {
  const { memoryBytes } = job.limits;
  for (let look = 1; !over.aborted; look++) {
    const pids = processes.alive();
    if (order.uid !== null) giveWay(pids);
    if ((await memoryOf(pids, memoryBytes)) > memoryBytes) {
      tooMuch("out-of-memory", `it used more than ${inWords.bytes(memoryBytes)} of memory`);
    }
    if (look % FILES_EVERY === 0 && (await filesOf(pids, folder, order)) > order.folderBytes) {
      tooMuch("too-much-output", `its files came to more than ${inWords.bytes(order.folderBytes)}`);
    }
    await wait(MEMORY_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

/** Bytes of memory: where each page cannot be counted once in time, as it is where each counts for all that have it. */
async function memoryOf(pids: readonly number[], enough: number): Promise<number> {
  const resident = residentBytesOf(pids);
  if (resident <= enough) return resident;
  const counted = new AbortController();
  const late = wait(COUNTING_MS, resident, { signal: counted.signal }).catch(() => resident);
  const bytes = await Promise.race([memoryBytesOf(pids), late]);
  counted.abort();
  return bytes;
}

/** Bytes of a job's files: in its folder, without a name any more, and where everybody may write. */
async function filesOf(
  pids: readonly number[],
  folder: string,
  { uid, folderBytes }: Pick<WardenOrder, "uid" | "folderBytes">,
): Promise<number> {
  let bytes = namelessBytesOf(pids);
  for (const place of [folder, ...(uid === null ? [] : await filesInOpenFolders(uid))]) {
    if (bytes > folderBytes) break;
    bytes += await folderSize(place, folderBytes - bytes);
  }
  return bytes;
}
