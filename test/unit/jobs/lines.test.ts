import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lines } from "../../../engine/jobs/lines.ts";

describe("lines", () => {
  it("are the same however their stream is cut, those that are too long aside", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll("\n", ""));
    fc.assert(
      fc.property(fc.array(line), line, fc.array(fc.nat(400)), (whole, rest, cuts) => {
        const bytes = Buffer.from([...whole, rest].join("\n"));
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const lines = new Lines(20);
        const found = edges.slice(1).flatMap((edge, n) => lines.take(bytes.subarray(edges[n], edge)));
        expect(found).toEqual(whole.filter((text) => Buffer.byteLength(text) <= 20));
      }),
    );
  });

  it("come again behind one that was too long", () => {
    const lines = new Lines(4);
    expect(
      ["abc", "de", "f\n", "ok\nlong", "\nlonger"].flatMap((text) => lines.take(Buffer.from(text))),
    ).toEqual(["ok", "long"]);
    expect(lines.take(Buffer.from("\n\n"))).toEqual([""]);
  });
});
