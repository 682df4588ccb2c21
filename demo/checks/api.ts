import type { AuditRecord } from "../../engine/audit/record.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import type { Operator } from "../operator.ts";
import type { CheckResult, Difference } from "./difference.ts";
import { compare } from "./difference.ts";

/** The HTTP API shows a customer, one who left and their audit logs as they are stored. */
export async function checkApi(
  operator: Operator,
  documents: readonly DocumentItem[],
  records: readonly AuditRecord[],
): Promise<CheckResult> {
  const differences: Difference[] = [];
  const busiest = documents.toSorted((a, b) => b.sequence - a.sequence);
  const shown = [
    busiest.find(({ data }) => data !== undefined),
    busiest.find(({ deleted }) => deleted === true),
  ].filter((document) => document !== undefined);
  for (const document of shown) {
    const { entity, entityId: id, key, data, version } = document;
    const path = `/api/v1/entities/${entity}/${encodeURIComponent(id)}`;
    const read = await operator.ask("GET", path);
    const stored = data === undefined ? { status: 404, version } : { status: 200, version, data };
    const answer = { status: read.status, version: read.json["version"], data: read.json["data"] };
    differences.push(
      ...compare(`GET ${path}`, { expected: ["the items", stored], found: ["the answers", answer] }),
    );

    const log = await operator.ask("GET", `${path}/audit?limit=1000`);
    const hashes = (log.json["items"] as AuditRecord[] | undefined)?.map(({ hash }) => hash);
    const chain = records.filter((record) => record.key === key).toSorted((a, b) => a.sequence - b.sequence);
    const sides = {
      expected: ["the items", chain.map(({ hash }) => hash)],
      found: ["the answers", hashes],
    } as const;
    differences.push(...compare(`GET ${path}/audit`, sides));
  }
  return { claim: "the HTTP API shows the same documents and audit logs", differences };
}
