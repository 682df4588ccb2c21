/**
 * Resource ids (`_rid`) as the service shapes them: base64 of 4 bytes for a database, 8 for a container,
 * 16 for an item, each beginning with its parent's, `/` written as `-`.
 */

function text(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("/", "-");
}

/** @param number the database's number, from 1 */
export function databaseRid(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return text(bytes);
}

/** @param number the container's number, unique in the account, from 1 */
export function containerRid(database: number, number: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(database);
  // The top bit tells a container from a user.
  bytes.writeUInt32BE((number | 0x8000_0000) >>> 0, 4);
  return text(bytes);
}

/** Makes the ids of one container's items from their sequence numbers. */
export function itemRids(container: string): (sequence: number) => string {
  const bytes = Buffer.alloc(16);
  bytes.write(container.replaceAll("-", "/"), "base64");
  return (sequence) => {
    bytes.writeUInt32LE(sequence >>> 0, 8);
    bytes.writeUInt32LE(Math.floor(sequence / 0x1_0000_0000), 12);
    return text(bytes);
  };
}
