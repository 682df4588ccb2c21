import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { ContainerDefinition } from "@azure/cosmos";
import type { Topology } from "./topology.ts";

/**
 * Creates the database and the containers that are missing, and brings those up to date whose definition
 * changed since `rememberedIn` was written. Rejects when Cosmos refuses, as it does for a partition key that
 * is no longer the same.
 */
export async function createContainers(
  cosmos: { endpoint: string; key: string },
  topology: Topology,
  rememberedIn: string,
): Promise<void> {
  const { CosmosClient } = await import("@azure/cosmos");
  const client = new CosmosClient({ ...cosmos, connectionPolicy: { enableEndpointDiscovery: false } });
  const remembered = existsSync(rememberedIn)
    ? (JSON.parse(readFileSync(rememberedIn, "utf8")) as Record<string, string>)
    : {};
  try {
    const { database } = await client.databases.createIfNotExists({ id: topology.database });
    await Promise.all(
      topology.containers.map(async ({ name, partitionKey, defaultTtl, indexingPolicy }) => {
        const definition: ContainerDefinition & { id: string } = {
          id: name,
          partitionKey: { paths: [partitionKey] },
          ...(defaultTtl !== undefined && { defaultTtl }),
          ...(indexingPolicy !== undefined && { indexingPolicy }),
        };
        const hash = createHash("sha256").update(JSON.stringify(definition)).digest("hex");
        const { statusCode } = await database.containers.createIfNotExists(definition);
        if (statusCode !== 201 && remembered[name] !== hash)
          await database.container(name).replace(definition);
        remembered[name] = hash;
      }),
    );
    writeFileSync(rememberedIn, JSON.stringify(remembered));
  } finally {
    client.dispose();
  }
}
