import { describe, expect, it } from "vitest";
import { faultsOf } from "./faults-of.ts";

const reasonOf = (sql: string): string | undefined => faultsOf(sql)[0]?.reason;

describe("a table's column", () => {
  it.each([
    "TINYINT(1)",
    "INT UNSIGNED ZEROFILL",
    "BIGINT SIGNED",
    "DECIMAL",
    "DEC(5)",
    "NUMERIC(5, 2)",
    "FLOAT(5,2)",
    "DOUBLE PRECISION",
    "REAL",
    "BIT(8)",
    "BOOL",
    "BOOLEAN",
    "CHAR",
    "CHAR(3) CHARACTER SET ascii COLLATE 'ascii_bin'",
    "VARCHAR(9) CHARSET `utf8mb4`",
    "BINARY(4)",
    "VARBINARY(4)",
    "TINYTEXT",
    "TEXT(9)",
    "MEDIUMTEXT",
    "LONGTEXT",
    "BLOB",
    "LONGBLOB",
    "ENUM('a', \"b\")",
    "SET('a')",
    "DATE",
    "TIME(3)",
    "DATETIME(6)",
    "TIMESTAMP",
    "YEAR(4)",
    "JSON",
    "INT NOT NULL",
    "INT NULL",
    "INT AUTO_INCREMENT UNIQUE KEY COMMENT 'x'",
    "INT PRIMARY KEY",
    "INT DEFAULT -1 NOT NULL",
    "INT DEFAULT NULL",
    "INT DEFAULT (1 + 1)",
    "CHAR(3) DEFAULT _utf8mb4'x' COLLATE utf8mb4_bin",
    "DATETIME DEFAULT CURRENT_TIMESTAMP() ON UPDATE NOW(3)",
    "INT GENERATED ALWAYS AS (1) VIRTUAL NOT NULL",
    "INT AS (1) STORED",
    "INT REFERENCES t (a) ON DELETE NO ACTION ON UPDATE SET NULL",
    "INT CHECK (a > 0)",
    "INT CONSTRAINT CHECK (a)",
    "INT CONSTRAINT c CHECK (a)",
  ])("passes as %s", (type) => {
    expect(reasonOf(`CREATE TABLE t (a ${type})`)).toBeUndefined();
  });

  it.each([
    ["", /a type is wanted/],
    ["STRING", /"STRING" is no type that MySQL and MariaDB share/],
    ["UUID", /"UUID" is no type/],
    ["GEOMETRY", /"GEOMETRY" is no type/],
    ["constructor", /is no type/],
    ["VARCHAR('a')", /a size is a whole number/],
    ["INT(1,2)", /\) is wanted/],
    ["DATE(3)", /"\(" may not/],
    ["ENUM", /\( is wanted/],
    ["ENUM(1)", /each value is a text/],
    ["INT DEFAULT", /a value is wanted in a default/],
    ["INT NOT", /NULL is wanted/],
    ["INT ON UPDATE SLEEP(1)", /CURRENT_TIMESTAMP or NOW/],
    ["INT COMMENT x", /a comment is a text/],
    ["CHAR CHARACTER SET 'a b'", /a character set is named/],
    ["INT STORAGE DISK", /"STORAGE" may not/],
    ["INT COLUMN_FORMAT FIXED", /"COLUMN_FORMAT"/],
    ["INT GENERATED ALWAYS AS ROW START", /"ROW"|\( is wanted/],
    ["INT REFERENCES t (a) ON DELETE SET DEFAULT", /RESTRICT, CASCADE/],
    ["INT WITHOUT SYSTEM VERSIONING", /"WITHOUT" may not/],
    ["INT INVISIBLE", /"INVISIBLE"/],
  ])("is refused as %j", (type, reason) => {
    expect(reasonOf(`CREATE TABLE t (a ${type})`)).toMatch(reason);
  });
});

describe("a table", () => {
  it.each([
    "PRIMARY KEY (a)",
    "CONSTRAINT PRIMARY KEY USING BTREE (a, b(3) DESC)",
    "UNIQUE (a)",
    "UNIQUE INDEX i (a) USING HASH COMMENT 'x'",
    "KEY USING BTREE (a)",
    "INDEX `i j` (a)",
    "FULLTEXT (a)",
    "FULLTEXT KEY i (a)",
    "CONSTRAINT `c` UNIQUE KEY (a)",
    "FOREIGN KEY (a, b) REFERENCES t (a, b)",
    "CONSTRAINT c FOREIGN KEY i (a) REFERENCES t (a) ON UPDATE RESTRICT",
    "CHECK (a > b)",
    "CONSTRAINT CHECK (a)",
  ])("passes with %s", (key) => {
    expect(reasonOf(`CREATE TABLE t (a INT, ${key}, b INT)`)).toBeUndefined();
  });

  it.each([
    ["PRIMARY (a)", /KEY is wanted/],
    ["KEY ((a + 1))", /a column's name is wanted/],
    ["SPATIAL KEY (a)", /"SPATIAL" is a word of SQL/],
    ["CONSTRAINT c KEY (a)", /PRIMARY KEY, UNIQUE/],
    ["FOREIGN KEY (a) REFERENCES t", /\( is wanted/],
    ["FOREIGN KEY (a) REFERENCES u (a)", /makes "u"/],
    ["KEY (a) KEY_BLOCK_SIZE = 8", /"KEY_BLOCK_SIZE"/],
    ["CHECK a > 0", /\( is wanted/],
    ["order INT", /"order" is a word of SQL and no name without backticks/],
    ["`a b`.c INT", /"a b\.c" names another schema/],
    ["", /a column's name is wanted/],
    ["PERIOD FOR SYSTEM_TIME (a, b)", /"FOR" is no type/],
  ])("is refused with %j", (key, reason) => {
    expect(reasonOf(`CREATE TABLE t (a INT, ${key})`)).toMatch(reason);
  });

  it.each([
    "ENGINE=InnoDB",
    "engine innodb",
    "DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin",
    "CHARSET utf8mb4, COMMENT 'x', AUTO_INCREMENT 7",
    "ROW_FORMAT=COMPRESSED",
  ])("has the option %s", (option) => {
    expect(reasonOf(`CREATE TABLE IF NOT EXISTS t (a INT) ${option}`)).toBeUndefined();
  });

  it.each([
    "ROW_FORMAT = TOKUDB_ZLIB",
    "DEFAULT",
    "AUTO_INCREMENT = -1",
    "MAX_ROWS = 1",
    "STATS_PERSISTENT=1",
    "COMMENT = x",
    "PAGE_COMPRESSED=1",
    "IGNORE SELECT 1",
    "COMMENT 'x' DATA DIRECTORY 'y'",
  ])("has no option %s", (option) => {
    expect(reasonOf(`CREATE TABLE t (a INT) ${option}`)).toMatch(/may not stand here|ends too early/);
  });

  it.each([
    "CREATE TABLE",
    "CREATE TABLE t",
    "CREATE TABLE t (",
    "CREATE TABLE t ()",
    "CREATE TABLE t (a INT",
    "CREATE TABLE IF t (a INT)",
    "CREATE TABLE 't' (a INT)",
    "CREATE TABLE `t (a INT)",
  ])("is not %s", (sql) => {
    expect(reasonOf(sql)).toBeDefined();
  });
});
