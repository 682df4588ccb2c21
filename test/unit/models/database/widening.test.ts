import { describe, expect, it } from "vitest";
import type { Column } from "../../../../engine/models/database/schema.ts";
import { losesData } from "../../../../engine/models/database/widening.ts";

const UTF8 = "utf8mb4_unicode_520_ci";

function column(type: string, rest: Partial<Column> = {}): Column {
  const isText = /^(char|varchar|\w*text|enum|set)/.test(type);
  return {
    name: "a",
    definition: type,
    type,
    nullable: true,
    collation: isText ? UTF8 : null,
    generated: false,
    ...rest,
  };
}

describe("a column that becomes another", () => {
  it.each([
    ["int(11)", "bigint(20)"],
    ["int", "int(11)"],
    ["tinyint(3) unsigned", "smallint(6)"],
    ["int(10) unsigned", "bigint(20) unsigned"],
    ["int(11)", "decimal(12,2)"],
    ["decimal(8,2)", "decimal(10,4)"],
    ["decimal(8,2) unsigned", "decimal(8,2)"],
    ["float", "double"],
    ["char(3)", "varchar(3)"],
    ["varchar(10)", "varchar(11)"],
    ["varchar(100)", "text"],
    ["text", "longtext"],
    ["varbinary(10)", "blob"],
    ["tinyblob", "mediumblob"],
    ["enum('a','b')", "enum('a','b','c')"],
    ["set('a')", "set('a','b unsigned')"],
    ["date", "datetime"],
    ["datetime", "datetime(3)"],
    ["bit(3)", "bit(8)"],
    ["json", "json"],
    ["point", "point"],
  ])("keeps all as %s that becomes %s", (from, to) => {
    expect(losesData(column(from), column(to))).toBe(false);
  });

  it.each([
    ["bigint(20)", "int(11)"],
    ["int(11)", "int(10) unsigned"],
    ["int(10) unsigned", "int(11)"],
    ["int(10) unsigned", "smallint(6)"],
    ["bigint(20)", "decimal(19,2)"],
    ["int(11)", "decimal(12,2) unsigned"],
    ["int(11)", "double"],
    ["int(11)", "varchar(20)"],
    ["decimal(8,2)", "decimal(9,4)"],
    ["decimal(8,2)", "decimal(9,1)"],
    ["double", "float"],
    ["float(7,2)", "double"],
    ["varchar(10)", "varchar(9)"],
    ["varchar(10)", "char(10)"],
    ["varchar(100)", "tinytext"],
    ["varchar(10)", "int(11)"],
    ["text", "varchar(65535)"],
    ["longtext", "text"],
    ["text", "blob"],
    ["binary(4)", "binary(8)"],
    ["enum('a','b')", "enum('a','c','b')"],
    ["enum('a','b')", "enum('a')"],
    ["set('b')", "enum('b','c')"],
    ["datetime", "date"],
    ["datetime(3)", "datetime"],
    ["datetime", "timestamp"],
    ["json", "text"],
    ["point", "polygon"],
  ])("may lose some as %s that becomes %s", (from, to) => {
    expect(losesData(column(from), column(to))).toBe(true);
  });

  it("may lose what it refuses afterwards: NULL", () => {
    const [open, closed] = [column("int"), column("int", { nullable: false })];
    expect([losesData(open, closed), losesData(closed, open)]).toEqual([true, false]);
  });

  it("keeps its text in a character set that has it all", () => {
    const of = (collation: string): Column => column("varchar(9)", { collation });
    expect(losesData(of("latin1_swedish_ci"), of(UTF8))).toBe(false);
    expect(losesData(of(UTF8), of("utf8mb4_bin"))).toBe(false);
    expect(losesData(of(UTF8), of("latin1_swedish_ci"))).toBe(true);
  });
});
