import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isJobToken, readJobToken, signJobToken } from "../../../engine/access/job-token.ts";

const key = randomBytes(32);
const pass = { model: "abcdefghij", run: "0c8a", until: 1_000 };

describe("a job's token", () => {
  it("says whose job it is, in which run, until its time is over", () => {
    const token = signJobToken(key, pass);
    expect(isJobToken(token)).toBe(true);
    expect(readJobToken(key, token, 999)).toEqual(pass);
    expect(readJobToken(key, token, 1_000)).toBeUndefined();
  });

  it("is nothing under another key, nor when a character of it is another", () => {
    const token = signJobToken(key, pass);
    expect(readJobToken(randomBytes(32), token, 0)).toBeUndefined();
    const dot = token.indexOf(".");
    // The last character of a MAC has four bits of it alone.
    for (let place = 4; place < token.length - 1; place++) {
      if (place === dot) continue;
      const other = token[place] === "A" ? "B" : "A";
      const altered = token.slice(0, place) + other + token.slice(place + 1);
      expect(readJobToken(key, altered, 0)).toBeUndefined();
    }
  });

  it("has a shape that no other text has", () => {
    for (const text of ["", "cdj_", "cdj_a.b", "cdl_" + "a".repeat(43), `${signJobToken(key, pass)}x`]) {
      expect(isJobToken(text)).toBe(false);
    }
  });
});
