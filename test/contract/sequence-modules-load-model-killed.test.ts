import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openModelDatabase } from "../../engine/models/ready-made/open-database.ts";
import { passwordOf } from "../../engine/models/users.ts";
import type { ConnectionPool, FullConnection } from "../../engine/mysql/pool.ts";
import { loadTable } from "../../modules/model-table/load-table.ts";
import { ModelLoadDesk } from "./model-load-desk.ts";

const here = new ModelLoadDesk();

describe("a host that dies in the middle of load_model, at whatever statement", () => {
  it.each(["upsert", "replace"] as const)(
    "leaves nothing of it, or all: %s",
    { timeout: 120_000 },
    async (mode) => {
      const folder = await mkdtemp(path.join(tmpdir(), "caudal-model-"));
      try {
        const input = path.join(folder, "input");
        const lines = Array.from({ length: 1_100 }, (_, n) => `${n},${n}@example.com\n`);
        await writeFile(input, `id,email\n${lines.join("")}`);
        let dies = 0;
        for (let call = 0, died = true; died; call++) {
          for (const when of ["before", "after"] as const) {
            await here.admin.query("DELETE FROM customers");
            await here.admin.query("INSERT INTO customers (id) VALUES ('old'), ('older')");
            const attempt = async (fault: Fault | undefined): Promise<void> => {
              const pool = perilous(opened(), fault);
              try {
                const signal = new AbortController().signal;
                await loadTable(pool, {
                  input,
                  model: here.model,
                  table: "customers",
                  mode,
                  signal,
                  log: () => {},
                });
              } finally {
                await pool.close();
              }
            };
            died = await attempt({ call, when }).then(
              () => false,
              () => true,
            );
            const count = async (): Promise<unknown> =>
              (await here.rows("SELECT COUNT(*) FROM customers"))[0];
            const all = mode === "replace" ? 1_100 : 1_102;
            expect([[2], [all]], `${when} ${call}`).toContainEqual(await count());
            await attempt(undefined);
            expect(await count(), `${when} ${call}`).toEqual([all]);
            if (died) dies += 1;
          }
        }
        expect(dies).toBeGreaterThan(10);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

interface Fault {
  readonly call: number;
  readonly when: "before" | "after";
}

function opened(): ConnectionPool {
  const user = here.model.users?.job;
  if (!user) throw new Error("no user");
  const password = passwordOf(here.store.settings, user) ?? "";
  return openModelDatabase(here.store.settings, here.model, { name: user.name, password });
}

/** A pool whose host dies at a call: the connection goes with it, and what it has not committed. */
function perilous(pool: ConnectionPool, fault: Fault | undefined): ConnectionPool {
  let calls = 0;
  const at =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const number = calls++;
      if (number === fault?.call && fault.when === "before") throw new Error("the host is gone");
      const result = await call(...args);
      if (number === fault?.call) throw new Error("the host is gone");
      return result;
    };
  const connectionOf = (connection: FullConnection): FullConnection => ({
    ...connection,
    query: at((...asked: Parameters<FullConnection["query"]>) => connection.query(...asked)),
    write: at((...asked: Parameters<FullConnection["write"]>) => connection.write(...asked)),
  });
  return {
    ...pool,
    transaction: at((work) =>
      pool.transaction((connection) => work(connectionOf(connection))),
    ) as ConnectionPool["transaction"],
  };
}
