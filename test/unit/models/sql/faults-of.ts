import { SqlFaultError, type SqlFault } from "../../../../engine/errors/sql-fault-error.ts";
import { checkModelSql } from "../../../../engine/models/sql/check.ts";

/** What is wrong in a file: nothing, or what the SqlFaultError says. */
export function faultsOf(sql: string): readonly SqlFault[] {
  try {
    checkModelSql(sql);
  } catch (error) {
    if (error instanceof SqlFaultError) return error.faults;
    throw error;
  }
  return [];
}
