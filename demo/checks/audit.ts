import { isDeepStrictEqual } from "node:util";
import { documentBreak } from "../../engine/audit/verify/check-document.ts";
import { checkWhole } from "../../engine/audit/verify/check-record.ts";
import { firstBreak } from "../../engine/audit/verify/first-break.ts";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { BLANK, replayRecord } from "../../engine/audit/replay.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import { pathSegments, valueAt } from "../../engine/sync/paths.ts";
import { counted } from "../table.ts";
import type { CheckResult, Difference } from "./difference.ts";

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
  const where = document.entityId;
  const links = chain.map((record) => ({ ...record, fault: checkWhole(record).fault }));
  const found = firstBreak(links, document);
  if (found) return [{ where: `${where} ${found.id}`, what: `${found.kind}: ${found.detail}` }];
  const differences: Difference[] = [];
  let state = BLANK;
  for (const record of chain) {
    const fault = (what: string): void => void differences.push({ where: `${where} ${record.id}`, what });
    for (const { path, old } of record.changes) {
      const before = valueAt(state.data, pathSegments(path));
      if (!isDeepStrictEqual(before, old)) fault(`says that ${path} was ${JSON.stringify(old)}`);
    }
    const next = state.version + (record.changes.length > 0 ? 1 : 0);
    if (record.version !== next) fault(`has version ${record.version} where ${next} comes next`);
    state = replayRecord(state, record);
  }
  const broken = documentBreak(document, { state, unread: false });
  return broken ? [...differences, { where, what: broken.detail }] : differences;
}
