import { describe, expect, it } from "vitest";
import { SqlFaultError } from "../../../../engine/errors/sql-fault-error.ts";
import { UnavailableError } from "../../../../engine/errors/unavailable-error.ts";
import { serverFault } from "../../../../engine/models/database/server-fault.ts";

/** An error as the driver gives it. */
function driverError(message: string, facts: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error(message), facts);
}

const refused = (message: string, errno: number): Error =>
  driverError(message, { errno, sqlState: "HY000", code: "ER_SOMETHING" });
const about = { hidden: ["caudal_scratch_x", "bm_shop_x"], limitMs: 20_000 };

describe("an error of the server", () => {
  it("that the file is at fault for names its line, and none of what only we know", () => {
    const denied =
      "DROP command denied to user 'caudal_up_abc_def'@'10.0.0.1' for table `caudal_scratch_x`.`t`.";
    expect(serverFault(refused(denied, 1142), 7, about)).toMatchObject({
      faults: [{ line: 7, reason: "DROP command denied to the upload for table `t`" }],
    });
    expect(
      serverFault(refused("Table 'caudal_scratch_x.t' is gone", 1146), 7, { ...about, of: "t" }),
    ).toMatchObject({
      faults: [{ line: 7, reason: "t: Table 't' is gone" }],
    });
  });

  it.each([
    ["MariaDB", refused("Query execution was interrupted (max_statement_time exceeded)", 1969)],
    ["MySQL", refused("Query execution was interrupted, maximum statement execution time exceeded", 3024)],
    [
      "the driver",
      driverError("Query inactivity timeout", { code: "PROTOCOL_SEQUENCE_TIMEOUT", fatal: true }),
    ],
  ])("that %s gives for what takes too long is the file's", (_, error) => {
    const fault = serverFault(error, 3, about);
    expect(fault).toBeInstanceOf(SqlFaultError);
    expect(fault).toMatchObject({ faults: [{ line: 3, reason: "takes longer than 20 seconds" }] });
  });

  it.each([
    ["a table that is in use", refused("Lock wait timeout exceeded", 1205), "MySQL: t is in use"],
    ["a deadlock", refused("Deadlock found", 1213), "MySQL: t is in use"],
    ["a full disk", refused("The table 'x' is full", 1114), "MySQL: The table 'x' is full"],
    [
      "a lost connection",
      driverError("lost", { code: "PROTOCOL_CONNECTION_LOST", fatal: true }),
      "MySQL: lost",
    ],
    ["nobody there", driverError("", { code: "ECONNREFUSED" }), "MySQL: ECONNREFUSED"],
  ])("that says %s is the server's", (_, error, message) => {
    expect(serverFault(error, 3, { ...about, of: "t" })).toEqual(new UnavailableError(message));
  });

  it("that is none of the server's stays what it is", () => {
    const error = new TypeError("x is undefined");
    expect(serverFault(error, 3, about)).toBe(error);
  });
});
