import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { IntegrationDefinition } from "../engine/define/index.ts";
import app from "../functions/app.ts";
import type { DisabledPart } from "../functions/services.ts";
import { localSettings } from "../infra/local/stack/secrets.ts";
import { startStack } from "../infra/local/stack.ts";
import { Archive } from "./archive.ts";
import { claimModel, dropModel } from "./model.ts";
import { type Operator, operatorOf } from "./operator.ts";
import { closedSettings, partsOff, runningOf } from "./parts.ts";
import type { Story } from "./story.ts";
import { Crm } from "./systems/crm.ts";
import { Marketing } from "./systems/marketing.ts";
import { OnlineStore } from "./systems/store.ts";

/** Caudal and the systems around it, all of them running. */
export interface Stage {
  readonly crm: Crm;
  readonly store: OnlineStore;
  readonly marketing: Marketing;
  readonly operator: Operator;
  readonly archive: Archive;
  /** The integrations that run. */
  readonly integrations: readonly IntegrationDefinition[];
  /** What does not, for want of settings. */
  readonly off: readonly DisabledPart[];
  /** The URL of the server with the business model. */
  readonly mysql: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Starts it all on free ports, with the data in a temporary folder. What was started is put into `cleanup` step by
 * step, so that nothing stays whatever fails; `keep` leaves the data. Throws when something does not start.
 */
export async function setStage(
  cleanup: AsyncDisposableStack,
  { story, keep, signal }: { story: Story; keep: boolean; signal: AbortSignal },
): Promise<Stage> {
  // The app makes its tables when it starts, so somebody else's must be found before.
  const givenMysql = process.env["MYSQL_URL"] ?? localSettings(root)["MYSQL_URL"];
  if (givenMysql) await claimModel(givenMysql);
  const dataDir = await mkdtemp(path.join(tmpdir(), "caudal-demo-"));
  cleanup.defer(async () => {
    if (keep) story.note(`The data is kept in ${dataDir}`);
    else await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  const token = randomBytes(24).toString("base64url");
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const store = await OnlineStore.open();
  cleanup.defer(() => store.close());
  const marketing = await Marketing.open(token);
  cleanup.defer(() => marketing.close());

  story.progress("Starting Service Bus, Cosmos DB, MySQL and the Functions host …");
  const stack = await startStack({
    dataDir,
    env: closedSettings(app, {
      CRM_WEBHOOK_SECRET: secret,
      STORE_API_URL: store.url,
      // Once a year: here, pulls are started by hand.
      STORE_PULL_SCHEDULE: "0 0 0 1 1 *",
      MARKETING_API_URL: marketing.url,
      MARKETING_API_TOKEN: token,
    }),
    quiet: true,
  });
  const { ready } = stack;
  cleanup.defer(async () => {
    story.progress("Stopping everything …");
    await stack.stop();
    if (givenMysql && !keep) await dropModel(givenMysql);
  });
  signal.throwIfAborted();
  const archive = new Archive(ready.cosmos);
  cleanup.defer(() => archive.close());
  const crm = new Crm(ready.http, secret);
  const operator = operatorOf(ready.http, ready.operatorToken, signal);
  const off = await partsOff(operator);
  const integrations = runningOf(app, off);
  return { crm, store, marketing, operator, archive, integrations, off, mysql: ready.mysql };
}
