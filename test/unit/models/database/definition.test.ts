import { describe, expect, it } from "vitest";
import { readDefinition } from "../../../../engine/models/database/definition.ts";

describe("what SHOW CREATE TABLE says", () => {
  it("is read part by part, whatever names and texts hold", () => {
    const read = readDefinition(
      "odd",
      [
        "CREATE TABLE `odd` (",
        "  `a,b (c)` int(11) NOT NULL AUTO_INCREMENT,",
        "  `tick``s` enum('it''s','x)','\\\\') DEFAULT 'x)' COMMENT 'KEY `a`, (',",
        "  `g` int(11) GENERATED ALWAYS AS (if(`a,b (c)` > 1,2,3)) STORED,",
        "  PRIMARY KEY (`a,b (c)`),",
        "  UNIQUE KEY `CHECK (` (`tick``s`(3),`g`) COMMENT 'of `no` name',",
        "  FULLTEXT KEY `words` (`tick``s`),",
        "  CONSTRAINT `odd_ibfk_1` FOREIGN KEY (`g`, `a,b (c)`) REFERENCES `other` (`x`, `y)`) ON DELETE CASCADE,",
        "  CONSTRAINT `mine` CHECK (`g` in (1,2) and 'a,)' <> ''),",
        "  CONSTRAINT `CONSTRAINT_1` CHECK (`g` > 0)",
        ") ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='AUTO_INCREMENT=7 it''s'",
      ].join("\n"),
    );
    expect(read.columns.map(({ name, definition }) => [name, definition])).toEqual([
      ["a,b (c)", "int(11) NOT NULL AUTO_INCREMENT"],
      ["tick`s", "enum('it''s','x)','\\\\') DEFAULT 'x)' COMMENT 'KEY `a`, ('"],
      ["g", "int(11) GENERATED ALWAYS AS (if(`a,b (c)` > 1,2,3)) STORED"],
    ]);
    expect(read.keys.map(({ name, columns }) => [name, columns])).toEqual([
      ["PRIMARY", ["a,b (c)"]],
      ["CHECK (", ["tick`s", "g"]],
      ["words", ["tick`s"]],
    ]);
    expect(read.foreignKeys).toEqual([
      {
        name: "odd_ibfk_1",
        definition: "FOREIGN KEY (`g`, `a,b (c)`) REFERENCES `other` (`x`, `y)`) ON DELETE CASCADE",
        columns: ["g", "a,b (c)"],
        parent: "other",
        parentColumns: ["x", "y)"],
      },
    ]);
    expect(read.checks).toEqual([
      { name: "mine", ownName: "mine", definition: "CHECK (`g` in (1,2) and 'a,)' <> '')" },
      { name: "CONSTRAINT_1", definition: "CHECK (`g` > 0)" },
    ]);
    expect(Object.fromEntries(read.options)).toEqual({
      ENGINE: "InnoDB",
      "DEFAULT CHARSET": "utf8mb4",
      COLLATE: "utf8mb4_bin",
      COMMENT: "'AUTO_INCREMENT=7 it''s'",
    });
    expect(read.counter).toBe("5");
  });

  it.each([
    [
      "a foreign key that leads to another database",
      "CONSTRAINT `x` FOREIGN KEY (`a`) REFERENCES `b`.`c` (`d`)",
    ],
    ["a part that no model's table has", "PERIOD FOR SYSTEM_TIME (`a`, `b`)"],
  ])("is refused for %s", (_, part) => {
    expect(() =>
      readDefinition("t", `CREATE TABLE \`t\` (\n  \`a\` int,\n  ${part}\n) ENGINE=InnoDB`),
    ).toThrow(/leads out of the database|is not known/);
  });
});
