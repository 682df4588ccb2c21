import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { z } from "zod";
import { DATASETS_URL, type DatasetDatabase, openDatabase } from "../../engine/datasets/database.ts";
import { type Dataset, ROW, tableName } from "../../engine/datasets/dataset.ts";
import { importRows, type ImportState } from "../../engine/datasets/import/run.ts";
import { type ImportRequest, startImport } from "../../engine/datasets/import/start.ts";
import { TABLE_OPTIONS } from "../../engine/datasets/system-tables.ts";
import { readDataset, writeDataset } from "../../engine/datasets/registry.ts";
import { defineImport, type ImportDefinition } from "../../engine/define/index.ts";
import { RUNS } from "../../engine/define/topology.ts";
import { quoted } from "../../engine/mysql/quoted.ts";
import type { Ports } from "../../engine/ports.ts";
import { readRun, type Run } from "../../engine/runs/run.ts";
import type { RunMessage } from "../../engine/runs/start.ts";
import { type Working, workOn } from "../../engine/runs/work.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { minute, person, told, toldRule } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";
import { openUndoDesk, type UndoDesk } from "./undo-desk.ts";

/** When the file of {@link ImportDesk.load} was loaded. */
export const LOADED_AT = "2025-12-01T08:00:00.000Z";
const COLUMNS = ["number", "e-mail", "at"] as const;

/** A row of people: number, e-mail address, and when that was seen. */
type Cells = readonly [number: string, email: string | null, at: string];

/** A dataset of people on a real server, its import, and one host on the stand-in of the store. */
export class ImportDesk {
  readonly account = useAccount();
  desk!: UndoDesk;
  datasets!: DatasetDatabase;
  /** The dataset of this case. */
  table = "";
  definition!: ImportDefinition;
  /** Longest e-mail address that a row may have. */
  longest = 30;
  #server!: MysqlServer;
  /** Tells its tables from those of others on the same server. */
  readonly #name = randomBytes(4).toString("hex");
  #made = 0;

  constructor() {
    beforeAll(async () => {
      await makeContainers(this.account.database);
      this.#server = await mysqlServer();
      this.datasets = openDatabase(createSettings({ [DATASETS_URL.name]: this.#server.url }, []));
    });
    beforeEach(() => this.renew());
    afterAll(async () => {
      await this.datasets?.close();
      await this.#server?.stop();
    });
  }

  /** Another dataset, and another host. */
  renew(): void {
    this.table = `people${this.#name}n${(this.#made += 1)}`;
    this.longest = 30;
    this.define();
  }

  /** The import of this case's dataset; rows have a time of their own unless `timeless`. */
  define(timeless = false): void {
    const row = z.object({
      number: z.string(),
      "e-mail": z.string().refine((text) => text.length <= this.longest, "is too long"),
      at: z.string(),
    });
    this.definition = defineImport({
      dataset: this.table,
      source: "list",
      row,
      events: ({ number, at, "e-mail": email }, { loadedAt }) => [
        told.of({ number, email }, { time: timeless ? loadedAt : at }),
      ],
    });
    this.desk = openUndoDesk(this.account.database, {
      documents: [person],
      rules: [toldRule],
      imports: [this.definition],
    });
  }

  /** This case's person of that number. */
  id(number: number): string {
    return `${this.table}n${number}`;
  }

  /** A row of that person, as seen at that minute. */
  row(number: number, at = 5, email: string | null = `${number}@example.com`): Cells {
    return [this.id(number), email, minute(at)];
  }

  /** The key of that person. */
  key(number: number): string {
    return `person|${this.id(number)}`;
  }

  /** Makes the dataset anew with these rows, as a load does: from `_row` 1, those that are undefined left out. */
  async load(rows: readonly (Cells | undefined)[], change: Partial<Dataset> = {}): Promise<void> {
    const pool = await this.datasets.pool();
    const table = tableName(this.table);
    const cells = { filled: 1, numbers: 0, dates: 0, codes: 0 };
    const names = change.columns?.map(({ name }) => name) ?? COLUMNS;
    await pool.use(async (connection) => {
      await connection.query(`DROP TABLE IF EXISTS ${table}`);
      const columns = names.map((name) => `${quoted(name)} TEXT`).join(", ");
      await connection.query(
        `CREATE TABLE ${table} (${quoted(ROW)} BIGINT UNSIGNED PRIMARY KEY, ${columns}) ${TABLE_OPTIONS}`,
      );
      const values = rows.flatMap((row, index) => (row ? [[index + 1, ...row]] : []));
      if (values.length > 0) await connection.query(`INSERT INTO ${table} VALUES ?`, [values]);
      await writeDataset(connection, {
        table: this.table,
        owner: "ana",
        columns: names.map((name) => ({ name, header: name, cells })),
        rows: values.length,
        version: "load-1",
        createdAt: LOADED_AT,
        loadedAt: LOADED_AT,
        ...change,
      });
    });
  }

  /** Changes what is known of the dataset, as the next load does. */
  async loadedAnew(): Promise<void> {
    const pool = await this.datasets.pool();
    await pool.use(async (connection) => {
      const known = await readDataset(connection, this.table);
      if (!known) throw new Error("no dataset");
      await writeDataset(connection, { ...known, version: "load-2" });
    });
  }

  /** Starts an import, and gives the message on the queue `runs`. */
  async start(request?: ImportRequest): Promise<RunMessage> {
    const run = await startImport(this.#ports(), this.table, "ana", request);
    return { kind: "import", name: this.table, run };
  }

  /** A host takes the message: pages of two rows, over `ports` where they are not the desk's. */
  async work(message: RunMessage, ports: Ports = this.desk.ports): Promise<Run> {
    const own = this.#ports(ports);
    const context = { ports: own, settings: createSettings({}, []), datasets: this.datasets, pageRows: 2 };
    await workOn(message, own, (run: Working<ImportState>) =>
      importRows({ ...context, definition: this.definition }, run),
    );
    const run = await readRun(own.documents, message.run);
    if (!run) throw new Error("no run");
    return run;
  }

  /** Imports the dataset to the end. */
  async import(request?: ImportRequest): Promise<Run> {
    return this.work(await this.start(request));
  }

  /** The desk's ports, without its own worker of runs. */
  #ports(ports: Ports = this.desk.ports): Ports {
    const queue: Ports["queue"] = (name) => (name === RUNS ? { send: async () => {} } : ports.queue(name));
    return { ...ports, queue };
  }
}
