import { CosmosClient } from "@azure/cosmos";
import { DefaultAzureCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { DATABASE } from "../define/topology.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import type { BlobContainers, Blobs, Documents } from "../ports.ts";
import { azureBlobs, BLOB_OPTIONS, CONTAINER } from "./blobs.ts";
import { cosmosSigner, cosmosTransport } from "./cosmos-transport.ts";
import { cosmosDocuments } from "./documents.ts";

/** How long the store may take to answer one request, in milliseconds; the SDK would wait for a minute. */
const STORE_TIMEOUT_MS = 10_000;

/** Where a store is, and how to get in: with a key, which may be a read-only one, or with the process's identity. */
export interface StoreAddress {
  readonly endpoint: string;
  readonly key?: string | undefined;
  /** Default: `caudal`. */
  readonly database?: string | undefined;
}

/** Opens the document store, and says how to let go of it. Connects at the first use. */
export function openStore({ endpoint, key, database = DATABASE }: StoreAddress): {
  documents: Documents;
  close: () => Promise<void>;
} {
  const transport = cosmosTransport();
  const cosmos = new CosmosClient({
    endpoint,
    ...(key === undefined
      ? { aadCredentials: new DefaultAzureCredential() }
      : { tokenProvider: cosmosSigner(key) }),
    httpClient: transport.httpClient,
    // The stand-in has one address; discovery would only ask it for itself.
    connectionPolicy: {
      enableEndpointDiscovery: endpoint.startsWith("https:"),
      requestTimeout: STORE_TIMEOUT_MS,
    },
  });
  const close = async (): Promise<void> => {
    cosmos.dispose();
    await transport.close();
  };
  return { documents: cosmosDocuments(cosmos.database(database)), close };
}

/** Opens the blobs of a storage account: by its connection string, or by its address with the process's identity. */
export function openBlobs(account: string): Blobs {
  return azureBlobs(clientOf(account));
}

/**
 * Names of containers.
 * @see https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
 */
const CONTAINER_NAME = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** Opens the other containers of a storage account, as {@link openBlobs} opens the engine's own. */
export function openContainers(account: string): BlobContainers {
  const client = clientOf(account);
  const opened = new Map<string, Blobs>();
  return (name) => {
    if (name === CONTAINER) throw new PermanentError(`the container "${name}" is Caudal's own`);
    if (!CONTAINER_NAME.test(name)) throw new PermanentError(`"${name}" is no name of a container`);
    const blobs = opened.get(name) ?? azureBlobs(client, name);
    opened.set(name, blobs);
    return blobs;
  };
}

function clientOf(account: string): BlobServiceClient {
  return account.startsWith("https:")
    ? new BlobServiceClient(account, new DefaultAzureCredential(), BLOB_OPTIONS)
    : BlobServiceClient.fromConnectionString(account, BLOB_OPTIONS);
}
