import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { missingOf } from "../../../../engine/models/missing.ts";
import { fileOf, isOutdated } from "../../../../engine/models/ready-made/ready-made.ts";
import { checkModelSql } from "../../../../engine/models/sql/check.ts";
import { completeModel } from "../schedule/model-ports.ts";

describe("a ready-made model's tables", () => {
  it("have another version when their SQL is another: else models that are there would not follow it", () => {
    const { fileName, text } = fileOf("records");
    const sha256 = createHash("sha256").update(text).digest("hex").slice(0, 16);
    expect([fileName, sha256]).toEqual(["records-1.sql", "20d00785255f8230"]);
  });

  it("are what any .sql may have", () => {
    expect(checkModelSql(fileOf("records").text).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "create table documents",
      "create table document_values",
      "create table audit",
      "create table audit_changes",
      "create table deliveries",
    ]);
  });

  it("are outdated where an earlier version made them, or nothing did; those of a later one stay", () => {
    const made = (fileName: string): boolean => isOutdated("records", { fileName });
    expect([isOutdated("records", undefined), made("records-0.sql"), made("records-1.sql")]).toEqual([
      true,
      true,
      false,
    ]);
    expect([made("records-2.sql"), made("records-10.sql")]).toEqual([false, false]);
  });
});

describe("what a ready-made model still needs", () => {
  it("is a frequency, and to be active: tables and job are ours", () => {
    const {
      sql: _sql,
      job: _job,
      ...bare
    } = completeModel(0, { ready_made: "records", job_execution_command: null });
    expect(missingOf(bare)).toEqual([]);
    const fields = missingOf({ ...bare, job_frequency: null, active: false }).map(({ field }) => field);
    expect(fields).toEqual(["job_frequency", "active"]);
  });
});
