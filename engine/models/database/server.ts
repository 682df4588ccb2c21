import { connectionPool, type FullConnection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import type { Settings } from "../../settings/settings.ts";
import type { ModelStatement } from "../sql/statement.ts";
import { accountsLike, dropAccount, grant, putAccount, stopWriting, takesTls } from "./accounts.ts";
import { rowsIn, sizesOf } from "./amount.ts";
import { type Applied, type Applying, applyModel } from "./apply.ts";
import { type Connect, type Connections, modelConnections } from "./connections.ts";
import { forgetMeta, type ModelMeta, prepareMeta, putMetaView, writeModelMeta } from "./meta.ts";
import { withModelLock } from "./model-lock.ts";
import { checkPlace, checkUser, type ModelPlace } from "./names.ts";
import { serverTrouble } from "./server-fault.ts";
import { dropUploads, tidyScratch } from "./scratch.ts";

export { MODELS_URL } from "./connections.ts";
export type { Applied, Applying } from "./apply.ts";
export type { Change } from "./change.ts";
export type { ModelMeta } from "./meta.ts";
export type { ModelPlace } from "./names.ts";

/**
 * The MySQL server with the models' databases. Everything may be asked again after it failed, and then does what is left
 * to do. Throws a MissingSettingError or an InvalidSettingError where the settings name no server, a TypeError for names
 * that no model has, an UnavailableError where the server does not answer or is busy, and otherwise what the driver throws.
 */
export interface ModelServer {
  /**
   * Makes the database what the statements describe, or says what it would do; one upload of a model at a time. Throws a
   * SqlFaultError where the server or the data in the tables refuse it, an UnavailableError where the server cannot be
   * asked or another upload of the model takes longer than 20 seconds, a LeaseLostError where another began meanwhile.
   */
  apply(model: ModelPlace, statements: readonly ModelStatement[], how: Applying): Promise<Applied>;
  /** Makes a user with its rights and password, or gives it that password; the same again changes nothing. */
  putUser(model: ModelPlace, user: NewUser): Promise<void>;
  /** Drops a user and ends its connections; one that is not there is no error. */
  dropUser(name: string): Promise<void>;
  /** Whether a job's user may add and alter rows; it may read and delete them anyway. Its connections end when it may not. */
  mayWrite(model: ModelPlace, name: string, may: boolean): Promise<void>;
  /** `mysql://user:password@host:port/database`. */
  addressOf(model: ModelPlace, name: string, password: string): string;
  /** Writes what the view `_meta` in the model's database says. */
  writeMeta(model: ModelPlace, meta: ModelMeta): Promise<void>;
  /** Bytes of data and indexes, by database name; 0 for one that is not there. */
  sizes(databases: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Rows in the database's tables; null where counting takes too long. */
  rowCount(model: ModelPlace): Promise<number | null>;
  /** Drops the database, all its users and what `_meta` said. */
  drop(model: ModelPlace): Promise<void>;
  /** Drops scratch databases and upload users that a crash left more than an hour ago. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** A user of a model's database. */
export interface NewUser {
  /** `bm_<id>_job<n>` or `bm_<id>_read<n>`. */
  readonly name: string;
  /** `job` reads and writes rows; `reader` reads, over TLS alone where the server takes it. */
  readonly role: "job" | "reader";
  readonly password: string;
}

/** The server that `CAUDAL_MODELS_URL`, else `MYSQL_URL` names; connects at first use. */
export function openModelServer(settings: Settings, connect: Connect = connectionPool): ModelServer {
  let opened: Connections | undefined;
  const connections = (): Connections => (opened ??= modelConnections(settings, connect));
  let prepared: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    prepared ??= connections().admin.use(prepareMeta);
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await prepare();
      return await work();
    } catch (error) {
      throw serverTrouble(error);
    }
  };
  const admin = <T>(work: (connection: FullConnection) => Promise<T>): Promise<T> =>
    asked(() => connections().admin.use(work));
  return {
    async apply(model, statements, how) {
      checkPlace(model);
      return asked(() => applyModel(connections(), model, statements, how));
    },
    async putUser(model, { name, role, password }) {
      checkPlace(model);
      checkUser(name);
      if (!name.startsWith(`bm_${model.model}_`))
        throw new TypeError(`${name} is no user of ${model.database}`);
      await admin(async (connection) => {
        await putAccount(connection, name, {
          password,
          tls: role === "reader" && (await takesTls(connection)),
        });
        await grant(connection, name, model.database, role);
      });
    },
    async dropUser(name) {
      checkUser(name);
      await admin((connection) => dropAccount(connection, name));
    },
    async mayWrite(model, name, may) {
      checkPlace(model);
      checkUser(name);
      await admin((connection) =>
        may ? grant(connection, name, model.database, "job") : stopWriting(connection, name, model.database),
      );
    },
    addressOf(model, name, password) {
      checkPlace(model);
      checkUser(name);
      return connections().addressOf(name, password, model.database);
    },
    async writeMeta(model, meta) {
      checkPlace(model);
      await admin(async (connection) => {
        await writeModelMeta(connection, model, meta);
        const [there] = await connection.query(
          "SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?",
          [model.database],
        );
        if (there) await putMetaView(connection, model);
      });
    },
    sizes: (databases) => admin((connection) => sizesOf(connection, databases)),
    async rowCount(model) {
      checkPlace(model);
      return admin((connection) => rowsIn(connection, model.database));
    },
    async drop(model) {
      checkPlace(model);
      const like = `bm_${model.model}_%`.replaceAll("_", String.raw`\_`);
      const dropUsers = async (connection: FullConnection): Promise<void> => {
        for (const name of await accountsLike(connection, like)) await dropAccount(connection, name);
      };
      // First, whoever holds up the rest; and again, since an upload under way may have made some.
      await admin(dropUsers);
      const lock = connections().lockOf(model.model);
      await asked(() =>
        withModelLock(connections().admin, lock, async (connection) => {
          await dropUploads(connection, model.model);
          await dropUsers(connection);
          await connection.query(`DROP DATABASE IF EXISTS ${quoted(model.database)}`);
          await forgetMeta(connection, model);
        }),
      );
    },
    tidy: () => admin((connection) => tidyScratch(connection, Date.now())),
    async close() {
      await opened?.admin.close();
    },
  };
}
