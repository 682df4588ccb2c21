import { expect, it } from "vitest";
import { inWords } from "../../../engine/jobs/in-words.ts";

it.each([
  [600_000, "10 minutes"],
  [60_000, "1 minute"],
  [90_000, "90 seconds"],
  [1, "1 millisecond"],
  [1500, "1500 milliseconds"],
])("a time of %i milliseconds is %s", (ms, words) => expect(inWords.time(ms)).toBe(words));

it.each([
  [2 * 1024 ** 3, "2 GiB"],
  [256 * 1024 ** 2, "256 MiB"],
  [1536, "1536 bytes"],
  [1024, "1 KiB"],
  [1, "1 byte"],
])("a size of %i bytes is %s", (bytes, words) => expect(inWords.bytes(bytes)).toBe(words));
