import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { ModuleDefinition } from "../../../../engine/define/module.ts";
import { openBook } from "../../../../engine/sequences/book/open-book.ts";
import type { SequenceBook } from "../../../../engine/sequences/book.ts";
import { STORED_SEQUENCES } from "../../../../engine/sequences/book/stored-sequence.ts";
import type { Container, DocumentQuery, Documents } from "../../../../engine/ports.ts";
import { type MemoryPorts, memoryPorts } from "../../sync/memory-ports.ts";

/** An app's folder with these files, and the book of it; both go with the test. */
export function bookWith(
  files: Readonly<Record<string, unknown>>,
  modules: readonly ModuleDefinition[] = [],
): {
  readonly book: SequenceBook;
  readonly folder: string;
  readonly documents: Documents;
  readonly write: (name: string, content: unknown) => void;
} {
  const folder = mkdtempSync(path.join(os.tmpdir(), "caudal-app-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: unknown): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const documents = storedDocuments(memoryPorts());
  return { book: openBook({ folder, modules, documents: () => documents }), folder, documents, write };
}

/** The store, which knows what the book asks it for. */
export function storedDocuments(ports: MemoryPorts): Documents {
  const { documents } = ports;
  return {
    ...documents,
    async query<T>(container: Container, query: DocumentQuery) {
      if (query.text !== STORED_SEQUENCES) return documents.query<T>(container, query);
      const found = ports.items(container).filter((item) => item.id.startsWith("sequence|"));
      return { items: found as T[], next: null };
    },
  };
}
