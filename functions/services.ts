import { AUDIT_KEY } from "../engine/audit/checkpoint/audit-key.ts";
import { BLOB, BUS, COSMOS_KEY, connect, missingConnections } from "../engine/azure/connect.ts";
import { type DatasetDatabase, DATASETS_URL, MYSQL_URL, openDatabase } from "../engine/datasets/database.ts";
import type { AppDefinition, Setting } from "../engine/define/index.ts";
import type { Log, Ports, Secrets } from "../engine/ports.ts";
import { jobModeOf } from "../engine/jobs/mode.ts";
import { MODELS_URL, type ModelServer, openModelServer } from "../engine/models/database/server.ts";
import { wrongQuotas } from "../engine/models/quota.ts";
import { createSecrets } from "../engine/secrets/secrets.ts";
import { SECRETS_KEY } from "../engine/secrets/seal.ts";
import { createSettings, type Settings } from "../engine/settings/settings.ts";
import { PSEUDONYM_KEY } from "../engine/sync/identify.ts";
import { API_URL } from "./api-url.ts";
import { openSequences, type Sequences } from "./sequence-work.ts";
import { OPERATOR_TOKEN } from "./api/access.ts";

/** What functions work with. */
export interface Services {
  readonly app: AppDefinition;
  readonly settings: Settings;
  readonly log: Log;
  /** Connected on first use. Throws MissingSettingError while connections are not configured. */
  readonly ports: Ports;
  /** Secrets that change while the app runs. */
  readonly secrets: Secrets;
  /** The database of the datasets, connected on first use. */
  readonly datasets: DatasetDatabase;
  /** The server with the databases of business models, connected on first use. */
  readonly models: ModelServer;
  /** How jobs run here, or why they do not. */
  readonly jobs: ReturnType<typeof jobModeOf>;
  /** Sequences, their modules and what their runs are made with. */
  readonly sequences: Sequences;
  close(): Promise<void>;
}

/** Joins an app with its environment. Connects to nothing yet. */
export function createServices(app: AppDefinition, env: NodeJS.ProcessEnv, write: Log): Services {
  const settings = createSettings(env, [
    BUS,
    BLOB,
    COSMOS_KEY,
    AUDIT_KEY,
    OPERATOR_TOKEN,
    PSEUDONYM_KEY,
    SECRETS_KEY,
    MYSQL_URL,
    DATASETS_URL,
    MODELS_URL,
    ...settingsOf(app),
  ]);
  const log: Log = (level, message, facts) => write(level, settings.redact(message), settings.redact(facts));
  let connected: ReturnType<typeof connect> | undefined;
  let secrets: Secrets | undefined;
  const datasets = openDatabase(settings);
  const models = openModelServer(settings);
  let jobs: Services["jobs"] | undefined;
  let sequences: Sequences | undefined;
  const ports = (): Ports => (connected ??= connect(settings, log)).ports;
  const services: Services = {
    app,
    settings,
    log,
    datasets,
    models,
    get jobs() {
      return (jobs ??= jobModeOf(settings));
    },
    get sequences() {
      return (sequences ??= openSequences(services, () => (connected ??= connect(settings, log)).containers));
    },
    get ports() {
      return ports();
    },
    get secrets() {
      return (secrets ??= createSecrets(ports().documents, settings, ports().clock, log));
    },
    async close() {
      await Promise.all(app.integrations.map(async ({ destination }) => destination.close?.()));
      await datasets.close();
      await models.close();
      await connected?.close();
    },
  };
  return services;
}

/** A part of the app that does not run because settings are missing. */
export interface DisabledPart {
  readonly what: string;
  readonly missing: readonly string[];
}

/** What is disabled, and what it lacks. */
export function disabledParts(app: AppDefinition, settings: Settings): DisabledPart[] {
  const parts: { what: string; missing: string[] }[] = [
    { what: "processing", missing: missingConnections(settings) },
    {
      what: "datasets",
      missing: settings.missing([DATASETS_URL]).length > 0 ? settings.missing([MYSQL_URL]) : [],
    },
    {
      what: "business models",
      missing: [
        ...(settings.missing([MODELS_URL]).length > 0 ? settings.missing([MYSQL_URL]) : []),
        ...settings.missing([SECRETS_KEY, API_URL]),
        ...wrongQuotas(settings),
      ],
    },
    { what: "operator access", missing: settings.missing([OPERATOR_TOKEN]) },
    { what: "checkpoints", missing: settings.missing([AUDIT_KEY]) },
    ...app.receivers.map(({ name, verify }) => ({
      what: `receiver ${name}`,
      missing: settings.missing(verify.settings),
    })),
    ...app.pulls.map((pull) => ({
      what: `pull ${pull.name}`,
      missing: settings.missing([pull.schedule, ...pull.pages.settings]),
    })),
    ...app.integrations.map(({ name, destination }) => ({
      what: `integration ${name}`,
      missing: settings.missing(destination.settings),
    })),
    ...[...app.documents.values()]
      .filter((document) => document.pseudonymous)
      .map(({ name }) => ({ what: `document ${name}`, missing: settings.missing([PSEUDONYM_KEY]) })),
  ];
  return parts.filter((part) => part.missing.length > 0);
}

/** Every setting that the definitions of an app ask for. */
export function settingsOf(app: AppDefinition): Setting[] {
  return [
    ...app.receivers.flatMap((receiver) => receiver.verify.settings),
    ...app.pulls.flatMap((pull) => [pull.schedule, ...pull.pages.settings]),
    ...app.integrations.flatMap((integration) => integration.destination.settings),
  ];
}
