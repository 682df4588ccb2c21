import { z } from "zod";
import { defineModule, type ModuleDefinition } from "../engine/define/module.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import type { BusinessModel } from "../engine/models/model.ts";
import { openModelDatabase } from "../engine/models/ready-made/open-database.ts";
import { passwordOf } from "../engine/models/users.ts";
import type { ConnectionPool } from "../engine/mysql/pool.ts";
import type { Ports } from "../engine/ports.ts";
import type { Settings } from "../engine/settings/settings.ts";
import { blamingSettings } from "./blaming-settings.ts";
import { beganAnew } from "./model-table/begin-anew.ts";
import { loadTable, type TableLoad } from "./model-table/load-table.ts";
import { modelNamed } from "./model-table/model-named.ts";
import { reading } from "./records/reading.ts";
import { signalled } from "./signalled.ts";

/** What the module works with. */
export interface ModelLoading {
  readonly ports: Pick<Ports, "documents" | "log">;
  readonly settings: Settings;
}

const config = z.strictObject({
  model: z.string().min(1).max(64).describe("The business model: its id, or its name."),
  owner: z.string().min(1).max(200).optional().describe("Whose it is, where several have one of that name."),
  table: z.string().min(1).max(64).describe("The table of its database."),
  mode: z
    .enum(["upsert", "replace"])
    .describe(
      "upsert: rows of the same primary key become as the file has them, others are added; replace: the table has the file's rows alone.",
    ),
  columns: z
    .record(z.string(), z.string().min(1))
    .optional()
    .describe("Columns of the table by those of the file; default: all of the file, by their names."),
  ...reading,
});

/**
 * The module `load_model`: writes a file's records into a table of a business model, as the user of its job, in one
 * transaction. A row is known by its primary key, so that either mode done again gives the same table.
 */
export function loadModel(services: ModelLoading): ModuleDefinition {
  return defineModule({
    name: "load_model",
    config,
    input: "required",
    output: "none",
    async run(step) {
      const { input, signal } = step;
      const { model: name, owner, ...asked } = step.config;
      const log = (line: string): void => step.log(line);
      if (input === undefined) throw new PermanentError("the step names no input");
      const { ports, settings } = services;
      const model = await modelNamed(ports.documents, name, owner);
      const pool = blamingSettings(() => opened(settings, model));
      try {
        const load: TableLoad = { ...asked, input, model, signal, log };
        return await signalled(signal, () => beganAnew(() => loadTable(pool, load), log, signal));
      } finally {
        await pool.close();
      }
    },
  });
}

function opened(settings: Settings, model: BusinessModel): ConnectionPool {
  const user = model.users?.job;
  const password = user && passwordOf(settings, user);
  if (!user || password === undefined) {
    throw new PermanentError(
      "the password of the job's user cannot be opened: rotate it (POST …/credentials)",
    );
  }
  return openModelDatabase(settings, model, { name: user.name, password });
}
