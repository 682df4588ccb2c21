import type { FileRecord } from "./record.ts";

/** Records in their order, so many together as a page may have; a single one may be larger than a page. */
export async function* pagesOf(
  all: AsyncIterable<FileRecord>,
  most: { readonly records: number; readonly bytes: number },
): AsyncGenerator<readonly FileRecord[], void, void> {
  let page: FileRecord[] = [];
  let bytes = 0;
  for await (const record of all) {
    if (page.length > 0 && (page.length >= most.records || bytes + record.bytes > most.bytes)) {
      yield page;
      [page, bytes] = [[], 0];
    }
    page.push(record);
    bytes += record.bytes;
  }
  if (page.length > 0) yield page;
}
