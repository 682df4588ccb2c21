import { createHash, randomBytes } from "node:crypto";
import type { DocumentQuery, Documents, Page, Stored } from "../ports.ts";
import type { Role } from "./roles.ts";

/** A token that was issued: item `token|<SHA-256>` of `control`. The token itself is kept nowhere. */
export interface TokenItem {
  readonly id: string;
  readonly kind: "token";
  /** 1 to 64 printable characters; no two live ones share it, whatever the case. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string;
  /** The name of the token that made it. */
  readonly createdBy: string;
  /** Since when nobody passes with it, and whose doing that was. */
  readonly revokedAt?: string;
  readonly revokedBy?: string;
}

/** Which token has a name: item `token-name|<SHA-256 of the name>` of `control`. */
interface NameItem {
  readonly id: string;
  readonly kind: "token-name";
  /** Id of the token's item. */
  readonly token: string;
}

/** 256 bits, too many to guess or to hash backwards. */
const BYTES = 32;
const SHAPE = /^cdl_[\w-]{43}$/;
const PREFIX = "token|";

/** A new token and the id that it is known by: the secret is for its holder alone. */
export function makeToken(): { readonly id: string; readonly token: string } {
  const token = `cdl_${randomBytes(BYTES).toString("base64url")}`;
  return { id: sha256(token), token };
}

/** Whether a text has the shape of our tokens; no other is worth a look into the store. */
export function isToken(text: string): boolean {
  return SHAPE.test(text);
}

/** The id of a token: its SHA-256, in hexadecimal digits. */
export function idOfToken(token: string): string {
  return sha256(token);
}

/** A token's item by its id, revoked or not; undefined where there is none. */
export async function readToken(documents: Documents, id: string): Promise<Stored<TokenItem> | undefined> {
  // No other text is an id, and some are none of the store's.
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  const item = PREFIX + id;
  return documents.read<TokenItem>("control", item, item);
}

/** Whether a live token has that name. */
export async function isNameTaken(documents: Documents, name: string): Promise<boolean> {
  return (await standingOf(documents, name)).taken;
}

/**
 * Stores a token that was made. False where a live one has its name: then nothing is stored. What a crash leaves
 * half done is a token whose secret nobody was told, and whose name is free.
 */
export async function storeToken(
  documents: Documents,
  id: string,
  token: Omit<TokenItem, "id" | "kind">,
): Promise<boolean> {
  const item: TokenItem = { id: PREFIX + id, kind: "token", ...token };
  await documents.write("control", item.id, [{ op: "create", item }]);
  const { taken, held } = await standingOf(documents, token.name);
  // The name decides: of two that want it at once, one writes it.
  const name: NameItem = { id: nameId(token.name), kind: "token-name", token: item.id };
  const claim = held
    ? ({ op: "replace", item: name, etag: held.etag } as const)
    : ({ op: "create", item: name } as const);
  if (!taken && (await documents.write("control", name.id, [claim])).written) return true;
  await documents.write("control", item.id, [{ op: "delete", id: item.id }]);
  return false;
}

/** Revokes a token that was read; one that is revoked already stays as it is. Its name is free then. */
export async function revokeToken(
  documents: Documents,
  { item, etag }: Stored<TokenItem>,
  by: { readonly revokedAt: string; readonly revokedBy: string },
): Promise<void> {
  if (item.revokedAt !== undefined) return;
  // Refused where somebody else revoked it meanwhile: nothing else ever alters it.
  await documents.write("control", item.id, [{ op: "replace", item: { ...item, ...by }, etag }]);
}

/** All tokens, the newest first. */
export function listTokens(
  documents: Documents,
  page: Pick<DocumentQuery, "limit" | "cursor">,
): Promise<Page<TokenItem>> {
  const text = "SELECT * FROM c WHERE c.kind = 'token' ORDER BY c.createdAt DESC";
  return documents.query<TokenItem>("control", { text, ...page });
}

/** A token as the API shows it. */
export function tokenView(token: TokenItem): Record<string, unknown> {
  const { id, name, roles, createdAt, createdBy, revokedAt = null, revokedBy = null } = token;
  return { id: id.slice(PREFIX.length), name, roles, createdAt, createdBy, revokedAt, revokedBy };
}

async function standingOf(
  documents: Documents,
  name: string,
): Promise<{ taken: boolean; held: Stored<NameItem> | undefined }> {
  const id = nameId(name);
  const held = await documents.read<NameItem>("control", id, id);
  const holder = held && (await readToken(documents, held.item.token.slice(PREFIX.length)));
  return { taken: holder !== undefined && holder.item.revokedAt === undefined, held };
}

/** The store's ids take no slash and no question mark, names do. Names that differ in case alone pass for one another. */
function nameId(name: string): string {
  return `token-name|${sha256(name.toLowerCase())}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
