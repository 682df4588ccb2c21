import { createConnection, type Connection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createModel } from "../../engine/models/create.ts";
import { type ModelServer, openModelServer } from "../../engine/models/database/server.ts";
import type { BusinessModel } from "../../engine/models/model.ts";
import { takeSql } from "../../engine/models/take-sql.ts";
import { type MemoryModels, openModels, SALES } from "../unit/models/models-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

const SQL = `CREATE TABLE customers (
  id VARCHAR(20) NOT NULL PRIMARY KEY,
  email VARCHAR(30) UNIQUE,
  age INT UNSIGNED,
  active TINYINT(1) NOT NULL DEFAULT 1,
  amount DECIMAL(30,10),
  seen DATETIME(3),
  tags JSON
);
CREATE TABLE invoice_lines (
  invoice VARCHAR(20) NOT NULL,
  line INT NOT NULL,
  item VARCHAR(20) NOT NULL,
  PRIMARY KEY (invoice, line)
);
`;

/** A business model of Ana's, "Sales", on a real MySQL, with the store in memory: a new one for each test of a file. */
export class ModelLoadDesk {
  store!: MemoryModels;
  server!: ModelServer;
  model!: BusinessModel;
  /** An administrator's, in the model's database. */
  admin!: Connection;
  #mysql: MysqlServer | undefined;

  constructor() {
    beforeAll(async () => {
      this.#mysql = await mysqlServer();
    });
    afterAll(() => this.#mysql?.stop());
    beforeEach(() => this.#open(this.#mysql?.url ?? ""));
    afterEach(() => this.#close());
  }

  /** Makes another model, with the same tables. */
  async made(name: string, owner = "ana"): Promise<BusinessModel> {
    const { store, server } = this;
    const created = await createModel(store.ports, { ...SALES, name, owner }, 10);
    if (typeof created === "string") throw new Error(created);
    const how = { dryRun: false, allowDestructive: false };
    const file = { text: SQL, fileName: "sales.sql" };
    const { model } = await takeSql({ ...store, server }, created, file, how);
    if (!model) throw new Error("no model");
    return model;
  }

  async rows(sql = "SELECT * FROM customers ORDER BY id"): Promise<unknown[]> {
    const [found] = await this.admin.query({ sql, rowsAsArray: true });
    return found as unknown[];
  }

  async #open(url: string): Promise<void> {
    this.store = openModels({ MYSQL_URL: url });
    this.server = openModelServer(this.store.settings);
    this.model = await this.made("Sales");
    this.admin = await createConnection({ uri: url, dateStrings: true, supportBigNumbers: true });
    await this.admin.query(`USE ${this.model.database}`);
  }

  async #close(): Promise<void> {
    this.admin?.destroy();
    for (const item of this.store.ports.items("control")) {
      if (item.id.startsWith("model|")) await this.server.drop(item as BusinessModel);
    }
    await this.server.close();
  }
}
