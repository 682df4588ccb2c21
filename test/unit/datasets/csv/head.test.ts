import { describe, expect, it } from "vitest";
import { FileFaultError } from "../../../../engine/errors/file-fault-error.ts";
import { cut } from "./whole-file.ts";

const MIB = 1024 * 1024;

async function headerOf(file: string): Promise<readonly string[]> {
  return (await cut(file)).head.header;
}

describe("the header", () => {
  it("is the first record that is not blank", async () => {
    const { head, parts } = await cut("\n\r\n\ra,b\n1,2\n");
    expect(head.header).toEqual(["a", "b"]);
    expect(parts).toMatchObject([{ number: 1, records: 1, firstRecord: 1, firstLine: 5 }]);
  });

  it("has its cells as they stand there", async () => {
    expect(await headerOf('"a ""b""", c ,,"two\nlines",ñ')).toEqual(['a "b"', " c ", "", "two\nlines", "ñ"]);
  });

  it("may be all that there is", async () => {
    expect((await cut("a,b")).parts).toEqual([]);
    expect((await cut("a,b\n\n\n")).parts).toEqual([]);
  });

  it.each(["", "\n", "\r\n\r\n\n", "\n".repeat(3 * MIB)])("must be there (%#)", async (file) => {
    await expect(cut(file)).rejects.toThrow(new FileFaultError("the file is empty"));
  });

  it.each([
    ["an open quote", 'a,"b\n1,2\n', "field 2 opens a quote that is not closed properly within 1 MiB"],
    ["a stray quote", 'a,b"\n', "field 2 has a quote inside, but none around it"],
    ["text behind a quote", '"a"b,c\n', "field 1 goes on behind its closing quote"],
    ["a NUL", "a,b\0\n", "field 2 has a NUL byte"],
    ["over 1 MiB", `a,${"b".repeat(MIB)}\n`, "is a line of over 1 MiB"],
  ])("is refused with %s", async (_, file, fault) => {
    const refused = new FileFaultError(`the header, at line 2, cannot be read: ${fault}`);
    await expect(cut(`\n${file}`)).rejects.toThrow(refused);
  });

  it("is refused when it is not in UTF-8", async () => {
    await expect(cut(Buffer.from("a;año\n", "latin1"))).rejects.toThrow(/field 2 is not in UTF-8/);
  });
});

describe("the delimiter", () => {
  it.each([
    [",", "a,b,c\n1,2,3\n"],
    [";", "a;b;c\n1;2;3\n"],
    ["\t", "a\tb\tc\n1\t2\t3\n"],
    [",", "a\n1\n2\n"],
    [",", "a|b\n1|2\n"],
  ])("%j is found in %j", async (delimiter, file) => {
    expect((await cut(file)).head.delimiter).toBe(delimiter);
  });

  it("is what a first line for Excel says, which is no header", async () => {
    const { head, parts } = await cut("sep=;\r\na,x;b\r\n1;2\r\n");
    expect(head).toMatchObject({ delimiter: ";", header: ["a,x", "b"] });
    expect(parts).toMatchObject([{ records: 1, firstLine: 3 }]);
    expect(await headerOf("sep=;x\n1\n")).toEqual(["sep=", "x"]);
    await expect(cut("sep=;\n")).rejects.toThrow(new FileFaultError("the file is empty"));
  });

  it("is found outside quotes", async () => {
    expect((await cut('"a,b,c,d";"e"\n"1,2,3,4";"5"\n')).head.delimiter).toBe(";");
  });

  it("is what records have as often as the header, even where another stands in their text", async () => {
    expect((await cut("name, first;age\nBraund, Owen;22\nzoë;\nAllen, W., Dr.;35\n")).head.delimiter).toBe(
      ";",
    );
    expect((await cut("id;price;weight\n1;2,5;3,5\n2;7,25;1,0\n")).head.delimiter).toBe(";");
    expect((await cut("id\tremark, if any\n1\tnone, so far\n2\tnone\n")).head.delimiter).toBe("\t");
  });

  it("is what makes more fields, where several fit", async () => {
    expect((await cut("last, first;age;ticket\nBraund, Owen;22;A/5\n")).head.delimiter).toBe(";");
  });

  it("is found although some records are broken", async () => {
    expect((await cut('a;b\n1;2"\n1;2\n3;4;5\n')).head.delimiter).toBe(";");
  });

  it("is none by which records are broken", async () => {
    expect((await cut('last, first;age\n"Braund, Owen";22\n')).head.delimiter).toBe(";");
  });

  it("is found in the first 64 KiB", async () => {
    const file = `a,b;c\n${"1,2;3\n".repeat(12_000)}${"1;2\n".repeat(50_000)}`;
    expect((await cut(file)).head.delimiter).toBe(",");
  });

  it("can be told", async () => {
    const { head } = await cut("a;b,c\n", { delimiter: ";" });
    expect(head).toEqual({ kind: "head", delimiter: ";", header: ["a", "b,c"] });
  });
});
