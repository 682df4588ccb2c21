import { accessSync, constants, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { JobNotStartedError } from "./job-not-started-error.ts";

/** Where a job finds programs: all of its PATH. */
export const JOB_PATH = "/usr/local/bin:/usr/bin:/bin";

const BY_NAME = ["python3", "bash", "sh"];

/**
 * The file of the program that a job names, `node` aside: `python3`, `bash` or `sh` from {@link JOB_PATH}, or one by its
 * absolute path. With `anybody`, it has to be executable for users that own nothing and are in no group. Throws
 * JobNotStartedError where there is none.
 */
export function programFile(name: string, anybody: boolean): string {
  const named = BY_NAME.includes(name);
  if (!named && !path.isAbsolute(name)) {
    throw new JobNotStartedError(
      `a job is run by node, ${BY_NAME.join(", ")} or an absolute path, not ${name}`,
    );
  }
  const places = named ? JOB_PATH.split(":").map((folder) => path.join(folder, name)) : [name];
  const file = places.find((place) => isExecutable(place) && (!anybody || isForAnybody(place)));
  if (file !== undefined) return file;
  const where = named ? ` in ${JOB_PATH}` : "";
  throw new JobNotStartedError(`this machine has no ${name}${where} that a job may execute`);
}

/** Whether users that own nothing and are in no group may enter a folder, or execute a file. */
export function isForAnybody(place: string): boolean {
  try {
    for (let at = realpathSync(place); ; at = path.dirname(at)) {
      if ((statSync(at).mode & constants.S_IXOTH) === 0) return false;
      if (at === path.dirname(at)) return true;
    }
  } catch {
    // What cannot be looked at cannot be executed.
    return false;
  }
}

function isExecutable(place: string): boolean {
  try {
    accessSync(place, constants.X_OK);
    return statSync(place).isFile();
  } catch {
    // Missing, or not for us.
    return false;
  }
}
