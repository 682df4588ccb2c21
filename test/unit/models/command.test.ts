import { describe, expect, it } from "vitest";
import { commandOf } from "../../../engine/models/command.ts";

describe("a job's command", () => {
  it.each([
    ["python3", "feed.py", "python3", ["feed.py"]],
    ["python feed.py --verbose", "feed.py", "python3", ["feed.py", "--verbose"]],
    ["node {job} --report 'by month'", "feed.mjs", "node", ["feed.mjs", "--report", "by month"]],
    [`sh "two words" plain`, "feed.sh", "sh", ["feed.sh", "two words", "plain"]],
    [
      "bash $(reboot) ; rm -rf / | cat",
      "feed.sh",
      "bash",
      ["feed.sh", "$(reboot)", ";", "rm", "-rf", "/", "|", "cat"],
    ],
    ["  node  ", "feed.ts", "node", ["feed.ts"]],
    ["node ''", "feed.js", "node", ["feed.js", ""]],
  ])("%s with %s is an interpreter, the file and words as they are", (text, file, program, args) => {
    expect(commandOf(text, file)).toEqual({ program, args });
  });

  it.each([
    ["", "feed.py", /must begin with one of node, python3, bash, sh/],
    ["/bin/sh", "feed.sh", /must begin/],
    ["constructor", "feed.js", /must begin/],
    ["__proto__", "feed.js", /must begin/],
    ["rm -rf /", "feed.sh", /must begin/],
    ["python3 'feed.py", "feed.py", /a quote that does not end/],
    ["node --require ./x.js feed.mjs", "feed.mjs", /words before the job's file/],
    [
      "python3 old.py --fast",
      "feed.py",
      /names the file old.py, and the job is feed.py: write {job} instead/,
    ],
    ["node \u0000", "feed.js", /a character that nobody can type/],
    ["node \ud800", "feed.js", /a character that nobody can type/],
    ["node feed.py", "feed.py", /node runs .mjs, .js, .ts, and the job is feed.py/],
  ])("%s with %s is refused, and says why", (text, file, fault) => {
    expect(commandOf(text, file)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it("is checked as far as it can be before there is a file", () => {
    expect(commandOf("python3 --month 3", undefined)).toEqual({ program: "python3", args: ["--month", "3"] });
    expect(commandOf("perl", undefined)).toHaveProperty("fault");
  });
});
