import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { crmContactUpserted } from "../../../schemas/crm.ts";
import { fold } from "../rules/given.ts";
import { codeBlocks } from "./code-blocks.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "caudal-verify-"));
  const program = codeBlocks("docs/data.md").find(({ language }) => language === "js");
  writeFileSync(path.join(folder, "verify.mjs"), program?.code ?? "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const id = { documentType: "CC", documentNumber: "1020" };
const { records } = fold(NOTHING, [
  crmContactUpserted.of(
    { ...id, givenName: "Ñandú", email: "ana@example.com", marketingConsent: true },
    { time: "2026-03-02T09:00:00Z" },
  ),
  crmContactUpserted.of({ ...id, email: "old@example.com" }, { time: "2026-03-01T09:00:00Z" }),
  crmContactUpserted.of({ ...id, givenName: null }, { time: "2026-03-03T09:00:00Z" }),
]);

describe("the program in docs/data.md", () => {
  test("verifies what the engine records", () => {
    const head = records.at(-1)?.hash;
    expect(verified(records)).toEqual({ status: 0, output: `3 records, 0 faults, head ${head}\n` });
  });

  test("verifies a record whose personal values and salt were erased", () => {
    const copy = mutable(records);
    const [first] = copy;
    if (!first) throw new TypeError("no record");
    for (const change of first.changes) if (change.path === "contact.email") delete change.new;
    delete first.event.data["email"];
    delete first.personal.salt;
    expect(verified(copy)).toMatchObject({ status: 0 });
  });

  test("names a record that was altered, and a value that was", () => {
    const altered = (alter: (records: Mutable[]) => void): string => {
      const copy = mutable(records);
      alter(copy);
      return verified(copy).output;
    };
    expect(altered(([first]) => first && (first.outcome = "updated"))).toContain(
      "1 audit|crm:0: the hash is another",
    );
    expect(altered(([first]) => first && (first.event.data["email"] = "eve@example.com"))).toContain(
      "1 audit|crm:0: the value at /event/data/email is another",
    );
    expect(altered((copy) => copy.splice(1, 1))).toContain(
      "3 audit|crm:2: it does not follow the one before",
    );
  });
});

interface Mutable {
  outcome: string;
  event: { data: Record<string, unknown> };
  changes: { path: string; new?: unknown }[];
  personal: { salt?: string };
}

function mutable(records: readonly AuditRecord[]): Mutable[] {
  return JSON.parse(JSON.stringify(records)) as Mutable[];
}

function verified(items: readonly (AuditRecord | Mutable)[]): { status: number | null; output: string } {
  const input = JSON.stringify({ items, next: null });
  const program = path.join(folder, "verify.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { input, encoding: "utf8" });
  return { status, output: stdout + stderr };
}
