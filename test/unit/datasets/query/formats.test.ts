import { expect, test } from "vitest";
import { acceptedFormat, rendered, rowObject } from "../../../../engine/datasets/query/formats.ts";

test("the Accept header chooses the format, JSON where it does not care", () => {
  expect(acceptedFormat(undefined)).toBe("application/json");
  expect(acceptedFormat("*/*")).toBe("application/json");
  expect(acceptedFormat("text/csv")).toBe("text/csv");
  expect(acceptedFormat("text/*;q=0.5, application/x-ndjson;q=0.9")).toBe("application/x-ndjson");
  expect(acceptedFormat("Application/JSON; q=0.1, Text/CSV")).toBe("text/csv");
  expect(acceptedFormat("text/html,application/xhtml+xml,*/*;q=0.8")).toBe("application/json");
  expect(acceptedFormat("application/json;q=0, */*")).toBe("text/csv");
  expect(acceptedFormat("image/png")).toBeUndefined();
});

async function text(...asked: Parameters<typeof rendered>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of rendered(...asked)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* batches(...given: string[][][]): AsyncGenerator<string[][]> {
  yield* given;
}

test("CSV has a header, and quotes what it must", async () => {
  const rows = batches(
    [["1", 'say "hi", he said']],
    [
      ["", "two\nlines"],
      [" 7 ", "=1+1"],
    ],
  );
  expect(await text("text/csv", ["id", "a,b"], rows)).toBe(
    'id,"a,b"\r\n1,"say ""hi"", he said"\r\n,"two\nlines"\r\n 7 ,=1+1\r\n',
  );
});

test("CSV without rows is its header, and an only empty cell is no blank line", async () => {
  expect(await text("text/csv", ["id"], batches())).toBe("id\r\n");
  expect(await text("text/csv", ["id"], batches([[""]]))).toBe('id\r\n""\r\n');
});

test("JSON lines have a row each, whatever a column is called", async () => {
  const lines = await text("application/x-ndjson", ["id", "__proto__"], batches([["1", "x"]], [["2", "\n"]]));
  expect(lines).toBe('{"id":"1","__proto__":"x"}\n{"id":"2","__proto__":"\\n"}\n');
  expect(Object.keys(rowObject(["__proto__"], ["x"]))).toEqual(["__proto__"]);
});
