import { isDeepStrictEqual } from "node:util";
import { commit, hashOf } from "../../engine/audit/chain.ts";
import type { AuditRecord } from "../../engine/audit/record.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import { pathSegments, valueAt, withValue } from "../../engine/sync/paths.ts";
import { counted } from "../table.ts";
import { type CheckResult, compare, type Difference } from "./difference.ts";

/**
 * Every document is what its audit records come to: their changes, replayed in the order of the chain from nothing.
 * Sequences and versions have no gap, each record carries the hash of the one before, and no record was altered.
 */
export function checkAudit(documents: readonly DocumentItem[], records: readonly AuditRecord[]): CheckResult {
  const chains = Map.groupBy(records, (record) => record.key);
  const differences: Difference[] = [];
  for (const document of documents) {
    const chain = (chains.get(document.key) ?? []).toSorted((a, b) => a.sequence - b.sequence);
    chains.delete(document.key);
    differences.push(...checkChain(document, chain));
  }
  for (const key of chains.keys())
    differences.push({ where: key, what: "has audit records but no document" });
  return {
    claim: `${counted(records.length, "audit record")} replay to exactly these documents, and their hash chains hold`,
    differences,
  };
}

function checkChain(document: DocumentItem, chain: readonly AuditRecord[]): Difference[] {
  const differences: Difference[] = [];
  const where = document.entityId;
  let state: unknown;
  let version = 0;
  let head: string | null = null;
  for (const [index, record] of chain.entries()) {
    const fault = (what: string): void => void differences.push({ where: `${where} ${record.id}`, what });
    if (record.sequence !== index + 1) fault(`has sequence ${record.sequence} where ${index + 1} comes next`);
    if (record.previous !== head) fault("does not carry the hash of the record before");
    if (hashOf(record, record.personal.commitments) !== record.hash) fault("does not have its own hash");
    for (const pointer of brokenCommitments(record))
      fault(`does not hold what it committed to at ${pointer}`);
    for (const { path, old, new: next } of record.changes) {
      const at = pathSegments(path);
      if (!isDeepStrictEqual(valueAt(state, at), old)) fault(`says that ${path} was ${JSON.stringify(old)}`);
      state = withValue(state, at, next);
    }
    version += record.changes.length > 0 ? 1 : 0;
    if (record.version !== version) fault(`has version ${record.version} where ${version} comes next`);
    head = record.hash;
  }
  const { data, sequence } = document;
  const sides = {
    expected: ["its records", { data: state, version, sequence: chain.length, head }],
    found: ["the stored items", { data, version: document.version, sequence, head: document.head }],
  } as const;
  return [...differences, ...compare(where, sides)];
}

/** JSON pointers of a record whose value is not the one that was committed to. */
function brokenCommitments(record: AuditRecord): string[] {
  const { salt, commitments } = record.personal;
  const key = Buffer.from(salt ?? "", "base64");
  return Object.entries(commitments)
    .filter(([pointer, commitment]) => commit(key, pointedAt(record, pointer)) !== commitment)
    .map(([pointer]) => pointer);
}

/** The value at a JSON pointer (RFC 6901). */
function pointedAt(root: unknown, pointer: string): unknown {
  const names = pointer.slice(1).split("/");
  return names.reduce<unknown>(
    (value, name) => (value as Record<string, unknown>)[name.replaceAll("~1", "/").replaceAll("~0", "~")],
    root,
  );
}
