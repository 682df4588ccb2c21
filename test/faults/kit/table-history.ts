import type { Rig } from "./rig.ts";

/** Has MySQL itself note every version that a row of the table is given, from now on. */
export async function watchTable(rig: Rig): Promise<void> {
  await rig.sql("CREATE DATABASE IF NOT EXISTS faults_history");
  await rig.sql(
    "CREATE TABLE faults_history.versions (n BIGINT AUTO_INCREMENT PRIMARY KEY, id VARBINARY(200), version BIGINT)",
  );
  for (const what of ["INSERT", "UPDATE"]) {
    await rig.sql(
      `CREATE TRIGGER caudal_rows.after_${what.toLowerCase()} AFTER ${what} ON caudal_rows.clients FOR EACH ROW ` +
        "INSERT INTO faults_history.versions (id, version) VALUES (NEW.id, NEW.version)",
    );
  }
}

/** Rows that were given a version after a newer one: there should be none. */
export async function tableDisorder(rig: Rig): Promise<string[]> {
  const noted = await rig.sql("SELECT id, version FROM faults_history.versions ORDER BY n");
  const newest = new Map<string, number>();
  return noted.flatMap((row) => {
    const [id, version] = [String(row["id"]), Number(row["version"])];
    const before = newest.get(id) ?? 0;
    newest.set(id, Math.max(before, version));
    return version < before ? [`${id}: ${version} after ${before}`] : [];
  });
}
