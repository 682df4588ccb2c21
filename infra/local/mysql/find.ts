import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A MySQL or MariaDB server program of this machine. */
export interface MysqlServer {
  /** Path of `mariadbd` or `mysqld`. */
  program: string;
  mariadb: boolean;
  /** For MariaDB: path of `mariadb-install-db`. */
  installDb?: string;
}

/** There is no MySQL on this machine, and none could be installed. */
export class MysqlMissingError extends Error {
  override name = "MysqlMissingError";
  constructor() {
    super(
      "no MySQL was found: install MariaDB (10.11 or newer) or MySQL 8.4 so that mariadbd or mysqld is in PATH, " +
        "or set MYSQL_URL=mysql://user:password@host:port to use a server that runs",
    );
  }
}

const folders = (): string[] => [
  ...(process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== ""),
  "/usr/sbin",
  "/usr/local/sbin",
  "/usr/libexec",
  "/opt/homebrew/bin",
];

/**
 * The server program from PATH or the usual folders; on Debian, as root, it is installed from the
 * distribution's packages if it is missing. Throws MysqlMissingError when there is none in the end.
 * `report` gets one line when something is about to be installed.
 */
export function findMysql(report: (line: string) => void): MysqlServer {
  const present = look();
  if (present !== undefined) return present;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    report("installing mariadb-server with apt-get (once; a minute or so) …");
    installOnDebian();
  }
  const installed = look();
  if (installed === undefined) throw new MysqlMissingError();
  return installed;
}

function look(): MysqlServer | undefined {
  for (const name of ["mariadbd", "mysqld"]) {
    const program = find(name, folders());
    if (program === undefined) continue;
    const mariadb = /mariadb/i.test(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout ?? "");
    if (!mariadb) return { program, mariadb };
    const beside = ["../bin", "../scripts", "."].map((folder) => path.join(path.dirname(program), folder));
    const installDb =
      find("mariadb-install-db", [...beside, ...folders()]) ??
      find("mysql_install_db", [...beside, ...folders()]);
    if (installDb !== undefined) return { program, mariadb, installDb };
  }
  return undefined;
}

function find(name: string, where: string[]): string | undefined {
  return where.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** Installs without starting the system's own service, which `policy-rc.d` forbids meanwhile. */
function installOnDebian(): void {
  const policy = "/usr/sbin/policy-rc.d";
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = { env, stdio: ["ignore", 2, 2] as ["ignore", number, number] };
    spawnSync("apt-get", ["update", "-qq"], options);
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "mariadb-server"], options);
  } finally {
    if (ours) rmSync(policy);
  }
}
