import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { MysqlServer } from "./find.ts";

const redoLog = "--innodb-log-file-size=33554432";

/**
 * Makes a server's data folder unless it is there. It is made beside and put in place at the end, so that a
 * crash in between leaves nothing half made. Throws with the installer's output when it fails.
 */
export function prepareDataFolder(server: MysqlServer, folder: string): void {
  if (existsSync(folder)) return;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const [program, args] =
    server.installDb === undefined
      ? [server.program, ["--no-defaults", "--initialize-insecure", `--datadir=${fresh}`, ...user]]
      : [
          server.installDb,
          [
            "--no-defaults",
            `--datadir=${fresh}`,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            redoLog,
            ...user,
          ],
        ];
  const done = spawnSync(program, args, { encoding: "utf8", cwd: path.dirname(fresh) });
  if (done.status !== 0) {
    throw new Error(
      `${program} failed: ${done.error?.message ?? `${done.stdout}${done.stderr}`.trim().slice(-2000)}`,
    );
  }
  renameSync(fresh, folder);
}

/** The options under which the server runs: on 127.0.0.1 alone, modest, quick to stop and to recover. */
export function serverArguments(
  server: MysqlServer,
  options: { folder: string; port: number; socket: string; pidFile: string; initFile: string },
): string[] {
  return [
    "--no-defaults",
    `--datadir=${options.folder}`,
    `--port=${options.port}`,
    "--bind-address=127.0.0.1",
    `--socket=${options.socket}`,
    `--pid-file=${options.pidFile}`,
    `--init-file=${options.initFile}`,
    "--skip-name-resolve",
    "--performance-schema=OFF",
    // A dataset of a million rows fits, with its indexes; taken as it fills.
    "--innodb-buffer-pool-size=536870912",
    "--innodb-flush-log-at-trx-commit=2",
    "--max-allowed-packet=67108864",
    // Each business model has two users with some connections each.
    "--max-connections=500",
    "--local-infile=1",
    "--disable-log-bin",
    ...(server.mariadb ? [redoLog] : ["--mysqlx=OFF"]),
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
  ];
}
