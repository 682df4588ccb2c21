import { DefaultAzureCredential } from "@azure/identity";
import { ServiceBusClient } from "@azure/service-bus";
import { secret, setting, type Setting } from "../define/setting.ts";
import type { BlobContainers, Log, Ports, Queue, Topic } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { openBlobs, openContainers, openStore } from "./open.ts";
import { serviceBusSender } from "./senders.ts";

/** The connection of the function triggers as well, hence the name without underscores. */
export const BUS = secret("ServiceBusConnection");
/** With an identity instead of a key: the namespace's host, as the Functions host reads it too. */
export const BUS_NAMESPACE = setting("ServiceBusConnection__fullyQualifiedNamespace");
export const COSMOS_ENDPOINT = setting("COSMOS_ENDPOINT");
/** Without a key the function app's identity is used. */
export const COSMOS_KEY = secret("COSMOS_KEY");
/** The connection string of the storage account, with its key. */
export const BLOB = secret("BLOB_CONNECTION");
/** Instead of it: the account's blob address, with the app's identity. */
export const BLOB_ENDPOINT = setting("BLOB_ENDPOINT");

/** Settings that the whole app stands on and that are missing. */
export function missingConnections(settings: Settings): string[] {
  const neither = (one: Setting, other: Setting): string[] =>
    settings.missing([one]).length > 0 && settings.missing([other]).length > 0 ? [one.name] : [];
  return [
    ...neither(BUS, BUS_NAMESPACE),
    ...settings.missing([COSMOS_ENDPOINT]),
    ...neither(BLOB, BLOB_ENDPOINT),
  ];
}

/**
 * A send whose connection went away is only given up when its time is over: by default a minute, in which a webhook's
 * sender would have gone too.
 */
const RETRY = { timeoutInMs: 8_000, retryDelayInMs: 250, maxRetries: 3 };

/** What {@link connect} opened. */
export interface Connected {
  readonly ports: Ports;
  readonly containers: BlobContainers;
  close(): Promise<void>;
}

/** The engine's ports on Azure, and how to let go of them. Throws MissingSettingError. */
export function connect(settings: Settings, log: Log): Connected {
  const has = (wanted: Setting): boolean => settings.missing([wanted]).length === 0;
  const identity = new DefaultAzureCredential();
  const bus = has(BUS)
    ? new ServiceBusClient(settings.value(BUS), { retryOptions: RETRY })
    : new ServiceBusClient(settings.value(BUS_NAMESPACE), identity, { retryOptions: RETRY });
  const store = openStore({
    endpoint: settings.value(COSMOS_ENDPOINT),
    key: has(COSMOS_KEY) ? settings.value(COSMOS_KEY) : undefined,
  });
  const account = settings.value(has(BLOB) ? BLOB : BLOB_ENDPOINT);
  const senders = new Map<string, Queue & Topic>();
  const sender = (entity: string): Queue & Topic => {
    const known = senders.get(entity) ?? serviceBusSender(bus, entity);
    senders.set(entity, known);
    return known;
  };
  const ports: Ports = {
    documents: store.documents,
    queue: sender,
    topic: sender,
    blobs: openBlobs(account),
    clock: { now: () => Date.now() },
    log,
  };
  const close = async (): Promise<void> => {
    await bus.close();
    await store.close();
  };
  return { ports, containers: openContainers(account), close };
}
