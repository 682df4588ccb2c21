import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What is remembered of a timer across restarts; ISO 8601 times. */
export interface TimerStatus {
  last: string;
  next: string;
  lastUpdated: string;
}

/** Where timers keep their status. */
export interface TimerStatusStore {
  read(name: string): TimerStatus | undefined;
  write(name: string, status: TimerStatus): void;
}

/** A store of one small file per timer, replaced in one step; nothing is kept when `folder` is undefined. */
export function timerStatusStore(folder: string | undefined): TimerStatusStore {
  if (folder === undefined) return { read: () => undefined, write: () => {} };
  mkdirSync(folder, { recursive: true });
  const fileOf = (name: string): string => path.join(folder, `${encodeURIComponent(name)}.json`);
  return {
    read(name) {
      const file = fileOf(name);
      if (!existsSync(file)) return undefined;
      try {
        return JSON.parse(readFileSync(file, "utf8")) as TimerStatus;
      } catch {
        // A file cut short by a crash counts as none: the timer starts anew.
        return undefined;
      }
    },
    write(name, status) {
      const file = fileOf(name);
      writeFileSync(`${file}.new`, JSON.stringify(status));
      renameSync(`${file}.new`, file);
    },
  };
}
