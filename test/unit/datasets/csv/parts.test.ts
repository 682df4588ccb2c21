import { describe, expect, it } from "vitest";
import { cutFile } from "../../../../engine/datasets/csv/cut-file.ts";
import { cut, inChunks } from "./whole-file.ts";

const MIB = 1024 * 1024;

describe("a part", () => {
  it("ends with the record that reaches its bytes", async () => {
    const { parts } = await cut('a,b\n1,2\n3,"4\n5"\r\n\n6,7', { partBytes: 4 });
    expect(parts.map(({ bytes, ...part }) => ({ ...part, bytes: Buffer.from(bytes).toString() }))).toEqual([
      { kind: "part", number: 1, bytes: "1,2\n", records: 1, firstRecord: 1, firstLine: 2 },
      { kind: "part", number: 2, bytes: '3,"4\n5"\r\n', records: 1, firstRecord: 2, firstLine: 3 },
      { kind: "part", number: 3, bytes: "6,7", records: 1, firstRecord: 3, firstLine: 6 },
    ]);
  });

  it("has about 4 MiB, and not over 65,536 records", async () => {
    const { parts } = await cut(`a,b\n${`${"x".repeat(99)},${"y".repeat(99)}\n`.repeat(50_000)}`);
    expect(parts.map(({ bytes }) => Math.round(bytes.length / MIB))).toEqual([4, 4, 2]);
    const { parts: narrow } = await cut(`a\n${"x\n".repeat(100_000)}`);
    expect(narrow.map(({ records }) => records)).toEqual([65_536, 34_464]);
  });

  it("comes while the file still does, and keeps its bytes while more come", async () => {
    let given = 0;
    const file = `a,b\n${"1,2\n".repeat(5 * 256 * 1024)}`;
    async function* source(): AsyncGenerator<Uint8Array> {
      for await (const chunk of inChunks(file)) {
        given += chunk.length;
        yield chunk;
      }
    }
    const seen: number[] = [];
    const bytes: Uint8Array[] = [];
    for await (const piece of cutFile(source(), { partBytes: MIB })) {
      seen.push(given);
      if (piece.kind === "part") bytes.push(piece.bytes);
    }
    expect(seen[0]).toBeLessThan(1.2 * MIB);
    expect(seen[1]).toBeLessThan(2.2 * MIB);
    expect(Buffer.concat(bytes).equals(Buffer.from(file).subarray(4))).toBe(true);
  });

  it("is none of blank lines alone", async () => {
    const { parts } = await cut(`a\n${"\n".repeat(MIB)}1\n${"\n".repeat(MIB)}`, { partBytes: 1_000 });
    expect(parts).toMatchObject([{ records: 1, firstRecord: 1, firstLine: MIB + 2 }]);
  });
});

it("a source that fails fails the cutting, with the parts before it given", async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* inChunks(`a,b\n${"1,2\n".repeat(MIB)}`);
    throw new Error("the upload broke off");
  }
  const kinds: string[] = [];
  const read = async (): Promise<void> => {
    for await (const { kind } of cutFile(source(), { partBytes: MIB })) kinds.push(kind);
  };
  await expect(read()).rejects.toThrow("the upload broke off");
  expect(kinds.slice(0, 3)).toEqual(["head", "part", "part"]);
});
