import { createHash, getHashes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DATASETS_URL, MYSQL_URL, openDatabase } from "../../../engine/datasets/database.ts";
import { MODELS_URL, modelConnections } from "../../../engine/models/database/connections.ts";
import { connectionPool } from "../../../engine/mysql/pool.ts";
import { secretLock } from "../../../engine/mysql/secret-lock.ts";
import { createSettings, type Settings } from "../../../engine/settings/settings.ts";

const settingsOf = (password: string, more: Record<string, string> = {}): Settings =>
  createSettings({ MYSQL_URL: `mysql://root:${password}@db.example:3306`, ...more }, [
    MYSQL_URL,
    DATASETS_URL,
    MODELS_URL,
  ]);
const lockOfTable = (settings: Settings, table: string): string => openDatabase(settings).lockName(table);
const lockOfModel = (settings: Settings, model: string): string =>
  modelConnections(settings, connectionPool).lockOf(model);

const tables = fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/);
const passwords = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);

describe.each([
  ["a dataset", lockOfTable],
  ["a business model", lockOfModel],
])("the name of the lock of %s", (_, lockOf) => {
  it("is the same on all hosts, and fits MySQL", () => {
    fc.assert(
      fc.property(tables, passwords, (name, password) => {
        const lock = lockOf(settingsOf(password), name);
        expect(lockOf(settingsOf(password), name)).toBe(lock);
        expect(lock).toMatch(/^\w{1,64}$/);
      }),
    );
  });

  it("is another with another password of the server: nobody computes it from the name alone", () => {
    fc.assert(
      fc.property(tables, passwords, passwords, (name, one, other) => {
        fc.pre(one !== other);
        expect(lockOf(settingsOf(one), name)).not.toBe(lockOf(settingsOf(other), name));
      }),
    );
  });

  it("is another for each", () => {
    fc.assert(
      fc.property(tables, tables, (one, other) => {
        fc.pre(one !== other);
        const settings = settingsOf("secret");
        expect(lockOf(settings, one)).not.toBe(lockOf(settings, other));
      }),
    );
  });

  it("shows no digest of the name", () => {
    const lock = lockOf(settingsOf("secret"), "people");
    const texts = ["people", "caudal_datasets.people"];
    const digests = texts.flatMap((text) =>
      getHashes()
        .filter((hash) => !hash.toLowerCase().startsWith("shake"))
        .map((hash) => createHash(hash).update(text).digest("hex").slice(0, 16)),
    );
    for (const part of [...texts, ...digests]) expect(lock).not.toContain(part);
  });
});

describe("the locks of a server that has both", () => {
  it("are not the same for a dataset and a model of one name", () => {
    const settings = settingsOf("secret");
    expect(lockOfTable(settings, "aaaaaaaaaa")).not.toBe(lockOfModel(settings, "aaaaaaaaaa"));
  });

  it("go by the address that the datasets or the models have to themselves", () => {
    const own = "mysql://root:own@db.example:3306";
    const settings = settingsOf("secret", { CAUDAL_DATASETS_URL: own, CAUDAL_MODELS_URL: own });
    expect(lockOfTable(settings, "people")).toBe(lockOfTable(settingsOf("own"), "people"));
    expect(lockOfModel(settings, "people")).toBe(lockOfModel(settingsOf("own"), "people"));
    expect(lockOfModel(settings, "people")).toBe(secretLock(own, "people"));
  });
});
