import {
  BlobSASPermissions,
  type BlobServiceClient,
  type BlockBlobClient,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";

/** How far the clocks of the storage service and of this machine may be apart, in milliseconds. */
const SKEW_MS = 5 * 60_000;

/**
 * The address of one blob with a shared access signature that allows to create and to write it, until then
 * (milliseconds since 1970; with an identity at most seven days ahead): signed with the account's key where the client
 * has it, else with a key that its identity is given for that time, which needs the role Storage Blob Delegator.
 * Source: https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
export async function uploadAddress(
  client: BlobServiceClient,
  blob: BlockBlobClient,
  until: number,
  abortSignal: AbortSignal,
): Promise<string> {
  const expiresOn = new Date(until);
  const values = {
    containerName: blob.containerName,
    blobName: blob.name,
    permissions: BlobSASPermissions.parse("cw"),
    expiresOn,
    // Stand-ins are reached without TLS; a real account never is.
    protocol: blob.url.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
  };
  const { credential } = client;
  const startsOn = new Date(Date.now() - SKEW_MS);
  const signature =
    credential instanceof StorageSharedKeyCredential
      ? generateBlobSASQueryParameters(values, credential)
      : generateBlobSASQueryParameters(
          values,
          await client.getUserDelegationKey(startsOn, expiresOn, { abortSignal }),
          client.accountName,
        );
  return `${blob.url}?${signature.toString()}`;
}
