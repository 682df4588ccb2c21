import { describe, expect, it } from "vitest";
import { faultsOf } from "./faults-of.ts";

const reasonOf = (change: string): string | undefined =>
  faultsOf(`CREATE TABLE t (a INT); ALTER TABLE t ${change}`)[0]?.reason;

describe("a change of a table", () => {
  it.each([
    "ADD b INT",
    "ADD COLUMN b INT NOT NULL FIRST",
    "ADD b INT AFTER a, ADD c INT",
    "ADD (b INT, c INT, KEY (b))",
    "ADD COLUMN (b INT)",
    "ADD INDEX (a)",
    "ADD PRIMARY KEY (a)",
    "ADD CONSTRAINT c CHECK (a)",
    "ADD FOREIGN KEY (a) REFERENCES t (a)",
    "MODIFY a BIGINT FIRST",
    "MODIFY COLUMN a INT",
    "CHANGE a b INT AFTER c",
    "ALTER a SET DEFAULT 1",
    "ALTER COLUMN a SET DEFAULT (1 + 1)",
    "ALTER a DROP DEFAULT",
    "DROP a",
    "DROP COLUMN a",
    "DROP INDEX i",
    "DROP KEY i",
    "DROP PRIMARY KEY",
    "DROP FOREIGN KEY k",
    "DROP CONSTRAINT c",
    "RENAME COLUMN a TO b",
    "RENAME INDEX i TO j",
    "RENAME TO u",
    "RENAME AS u",
    "ENGINE = InnoDB COMMENT 'x'",
    "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "AUTO_INCREMENT = 5, COMMENT ''",
  ])("passes: %s", (change) => {
    expect(reasonOf(change)).toBeUndefined();
  });

  it.each([
    ["", /ALTER TABLE has ADD/],
    ["ADD", /a column's name is wanted/],
    ["ADD COLUMN KEY (a)", /"KEY" is a word of SQL/],
    ["DROP PARTITION p", /"PARTITION" is a word of SQL/],
    ["TRUNCATE PARTITION p", /"TRUNCATE" may not/],
    ["ORDER BY a", /"ORDER" may not/],
    ["DISABLE KEYS", /"DISABLE" may not/],
    ["IMPORT TABLESPACE", /"IMPORT" may not/],
    ["FORCE", /"FORCE" may not/],
    ["ADD SYSTEM VERSIONING", /"SYSTEM" is a word/],
    ["RENAME u", /TO or AS/],
    ["RENAME TO x.u", /"x\.u" names another schema/],
    ["ALTER a SET", /SET DEFAULT or DROP DEFAULT/],
    ["ALTER a SET DEFAULT b", /values alone/],
    ["DROP a CASCADE", /"CASCADE" may not/],
    ["ADD b INT DATA DIRECTORY 'x'", /"DATA" may not/],
    ["ALGORITHM = INPLACE", /"ALGORITHM" may not/],
    ["UNION = (u)", /"UNION" may not/],
    ["SECONDARY_LOAD", /"SECONDARY_LOAD" may not/],
    ["COMMENT 'x' ADD b INT", /"ADD" may not/],
    ["ENGINE = CONNECT", /the engine "CONNECT"/],
  ])("is refused: %j", (change, reason) => {
    expect(reasonOf(change)).toMatch(reason);
  });

  it("is of tables alone", () => {
    expect(faultsOf("ALTER VIEW v AS SELECT 1")[0]?.reason).toMatch(/^ALTER VIEW .* CREATE OR REPLACE VIEW/);
    expect(faultsOf("ALTER")[0]?.reason).toBe("the statement ends too early: ALTER is for TABLE alone");
  });
});
