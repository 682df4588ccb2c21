import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Output } from "../../../engine/jobs/output.ts";
import { OUTPUT_KEPT } from "../../../engine/jobs/runner.ts";

const HALF = OUTPUT_KEPT / 2;

function printed(bytes: Buffer, size: number): Output {
  const output = new Output();
  for (let at = 0; at < bytes.length; at += size) output.take(bytes.subarray(at, at + size));
  return output;
}

describe("what is kept of a job's output", () => {
  it("is all of it where that is little, however it came", () => {
    const text = "é€😀\n".repeat(5000);
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeLessThan(OUTPUT_KEPT);
    for (const size of [1, 3, 4096, bytes.length]) expect(printed(bytes, size).text()).toBe(text);
  });

  it("is head and tail where it is more, with a line that says how many bytes were left out", () => {
    const bytes = Buffer.from("a".repeat(HALF) + "b".repeat(1000) + "c".repeat(HALF));
    const text = `${"a".repeat(HALF)}\n[1000 bytes left out]\n${"c".repeat(HALF)}`;
    for (const size of [1000, 4096, HALF + 1, bytes.length]) expect(printed(bytes, size).text()).toBe(text);
    expect(printed(bytes, 1000).bytes).toBe(bytes.length);
  });

  it("has a mark for each byte that is no UTF-8", () => {
    expect(printed(Buffer.from([0x61, 0xff, 0x62, 0xc3]), 1).text()).toBe("a\uFFFDb\uFFFD");
  });

  it("never has half a character at the cut, and counts to the byte", () => {
    const character = fc.constantFrom("a", "é", "€", "😀");
    fc.assert(
      fc.property(
        fc.array(character, { minLength: 20, maxLength: 60 }),
        fc.integer({ min: 1, max: 5000 }),
        (some, size) => {
          const bytes = Buffer.from(some.join("").repeat(Math.ceil((2 * OUTPUT_KEPT) / some.length)));
          const text = printed(bytes, 1000 + size).text();
          expect(text).not.toContain("\uFFFD");
          const [line = "", leftOut] = /\n\[(\d+) bytes left out\]\n/.exec(text) ?? [];
          expect(Buffer.byteLength(text) - line.length + Number(leftOut)).toBe(bytes.length);
          const head = text.slice(0, text.indexOf(line));
          expect(bytes.toString().startsWith(head)).toBe(true);
          expect(HALF - Buffer.byteLength(head)).toBeLessThan(4);
          expect(bytes.toString().endsWith(text.slice(head.length + line.length))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is, while more may come, without the beginning of a character at its end", () => {
    const bytes = Buffer.from("aé€😀");
    const soFar = [...bytes.keys()].map((end) => printed(bytes.subarray(0, end + 1), 1).soFar());
    expect(soFar).toEqual(["a", "a", "aé", "aé", "aé", "aé€", "aé€", "aé€", "aé€", "aé€😀"]);
    const many = Buffer.from("€".repeat(OUTPUT_KEPT));
    const text = printed(many, 4096).text();
    expect(printed(many, 4096).soFar()).toBe(text);
    expect(printed(many.subarray(0, -1), 4096).soFar()).toMatch(/^€+\n\[\d+ bytes left out\]\n€+$/);
  });
});
