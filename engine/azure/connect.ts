import { CosmosClient } from "@azure/cosmos";
import { DefaultAzureCredential } from "@azure/identity";
import { ServiceBusClient } from "@azure/service-bus";
import { BlobServiceClient } from "@azure/storage-blob";
import { secret, setting, type Setting } from "../define/setting.ts";
import { DATABASE } from "../define/topology.ts";
import type { Log, Ports, Queue, Topic } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { azureBlobs, BLOB_OPTIONS } from "./blobs.ts";
import { cosmosSigner, cosmosTransport } from "./cosmos-transport.ts";
import { cosmosDocuments } from "./documents.ts";
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

/** How long the store may take to answer one request, in milliseconds; the SDK would wait for a minute. */
const STORE_TIMEOUT_MS = 10_000;

/** The engine's ports on Azure, and how to let go of them. Throws MissingSettingError. */
export function connect(settings: Settings, log: Log): { ports: Ports; close: () => Promise<void> } {
  const has = (wanted: Setting): boolean => settings.missing([wanted]).length === 0;
  const identity = new DefaultAzureCredential();
  const bus = has(BUS)
    ? new ServiceBusClient(settings.value(BUS), { retryOptions: RETRY })
    : new ServiceBusClient(settings.value(BUS_NAMESPACE), identity, { retryOptions: RETRY });
  const endpoint = settings.value(COSMOS_ENDPOINT);
  const transport = cosmosTransport();
  const cosmos = new CosmosClient({
    endpoint,
    ...(has(COSMOS_KEY)
      ? { tokenProvider: cosmosSigner(settings.value(COSMOS_KEY)) }
      : { aadCredentials: identity }),
    httpClient: transport.httpClient,
    // The stand-in has one address; discovery would only ask it for itself.
    connectionPolicy: {
      enableEndpointDiscovery: endpoint.startsWith("https:"),
      requestTimeout: STORE_TIMEOUT_MS,
    },
  });
  const blobs = has(BLOB)
    ? BlobServiceClient.fromConnectionString(settings.value(BLOB), BLOB_OPTIONS)
    : new BlobServiceClient(settings.value(BLOB_ENDPOINT), identity, BLOB_OPTIONS);
  const senders = new Map<string, Queue & Topic>();
  const sender = (entity: string): Queue & Topic => {
    const known = senders.get(entity) ?? serviceBusSender(bus, entity);
    senders.set(entity, known);
    return known;
  };
  const ports: Ports = {
    documents: cosmosDocuments(cosmos.database(DATABASE)),
    queue: sender,
    topic: sender,
    blobs: azureBlobs(blobs),
    clock: { now: () => Date.now() },
    log,
  };
  const close = async (): Promise<void> => {
    await bus.close();
    cosmos.dispose();
    await transport.close();
  };
  return { ports, close };
}
