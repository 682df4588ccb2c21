import { createReadStream, existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { head } from "../../engine/audit/checkpoint/check-checkpoint.ts";
import { leafOf } from "../../engine/audit/checkpoint/checkpoint.ts";
import type { Head } from "../../engine/audit/checkpoint/heads.ts";
import { WrongUse } from "../wrong-use.ts";

/** Whether there are heads kept in a file. */
export function hasHeads(file: string): boolean {
  return existsSync(file);
}

/** The heads in a file, a line of JSON each. Throws a WrongUse that names the first line that is none. */
export async function* headsIn(file: string): AsyncGenerator<Head> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    yield (
      headOn(line) ??
      (await Promise.reject(new WrongUse(`line ${number} of ${file} is not the head of an entity`)))
    );
  }
}

function headOn(line: string): Head | undefined {
  try {
    return head.safeParse(JSON.parse(line)).data;
  } catch {
    // No JSON, and so no head.
    return undefined;
  }
}

/** A file of heads that is being written; it has its name once it is kept. */
export interface HeadsFile {
  readonly add: (head: Head) => Promise<void>;
  /** Puts it in its place, unless something is there by now. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/** Lines that are written at once. */
const BUFFERED = 1_000;

/** Begins a file of heads. */
export async function writeHeads(file: string): Promise<HeadsFile> {
  const part = `${file}.part`;
  const handle = await open(part, "w");
  let lines: string[] = [];
  const flush = async (): Promise<void> => {
    if (lines.length > 0) await handle.write(`${lines.join("\n")}\n`);
    lines = [];
  };
  return {
    async add(each) {
      lines.push(leafOf(each));
      if (lines.length >= BUFFERED) await flush();
    },
    async keep() {
      await flush();
      await handle.close();
      if (existsSync(file)) throw new WrongUse(`${file} is there already`);
      await rename(part, file);
    },
    async discard() {
      await handle.close();
      await rm(part, { force: true });
    },
  };
}
