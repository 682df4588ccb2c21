import { randomBytes } from "node:crypto";
import { conditionOf, equalTo } from "../condition.ts";
import type { Documents, Item, Page, Stored } from "../ports.ts";
import type { ReadyMade } from "./ready-made/ready-made.ts";

/** A subscriber's own database and the job that feeds it, or a ready-made one: item `model|<id>` of `control`, guarded by its etag. */
export interface BusinessModel extends Item {
  readonly kind: "model";
  /** Ten characters of `a-z2-7`. */
  readonly model: string;
  /** 1 to 64 printable characters; no two live models of one owner share it. */
  readonly name: string;
  /** The name of the token that made it. A subscriber sees its own alone. */
  readonly owner: string;
  /** Which tables of Caudal's own it has: these it fills itself, and takes neither .sql nor job. It stays as it was made. */
  readonly ready_made?: ReadyMade;
  /** Minutes from the end of a window to the next run, 1 to 44,640 (31 days); null until it is said. */
  readonly job_frequency: number | null;
  /** What runs the job: an interpreter, and arguments that go before `--from` and `--to`; null until it is said. */
  readonly job_execution_command: string | null;
  /** Whether its job runs on time. */
  readonly active: boolean;
  /** Where its first window begins: ISO 8601 UTC with milliseconds. */
  readonly from: string;
  /** The database: `bm_<name, made safe>_<id>`; it exists when `sql` does. */
  readonly database: string;
  /** The .sql that the database was last made from. */
  readonly sql?: UploadedSource;
  readonly job?: UploadedSource;
  /** The database's two users, with passwords under `CAUDAL_SECRETS_KEY`; there when `sql` is. */
  readonly users?: { readonly job: ModelUser; readonly reader: ModelUser };
  /** Users that were rotated away, and until when they may still come in. */
  readonly retired?: readonly { readonly name: string; readonly until: string }[];
  /** Since when its database is larger than the quota, so that its job may only read and delete: ISO 8601; null: it was. */
  readonly fullSince?: string | null;
  /** Since when it is being deleted: all that is left to do is to go on with that. */
  readonly deletedAt?: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** A file that a subscriber uploaded, kept as a blob. */
export interface UploadedSource {
  /** Its last segment: `[\w.-]{1,100}`, made safe. */
  readonly fileName: string;
  readonly blob: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  /** When it was taken in: ISO 8601. */
  readonly at: string;
}

/** A user of a model's database. */
export interface ModelUser {
  /** `bm_<id>_job<n>` or `bm_<id>_read<n>`: each rotation counts on. */
  readonly name: string;
  /** The password, sealed under the user's name. */
  readonly sealed: string;
}

/** A new model's id: 50 bits, which fit into names of users. */
export function newModelId(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  return Array.from(randomBytes(10), (byte) => letters[byte % 32]).join("");
}

/** The id in a request's path, where it can be one. */
export function isModelId(text: string): boolean {
  return /^[a-z2-7]{10}$/.test(text);
}

/** Reads a model; undefined where there is none, or it is being deleted and that was not asked for. */
export async function readModel(
  documents: Documents,
  id: string,
  { deleted = false }: { readonly deleted?: boolean } = {},
): Promise<Stored<BusinessModel> | undefined> {
  if (!isModelId(id)) return undefined;
  const stored = await documents.read<BusinessModel>("control", `model|${id}`, `model|${id}`);
  return stored && (deleted || stored.item.deletedAt === undefined) ? stored : undefined;
}

/** Writes a model anew; undefined where somebody else did since it was read, and else the etag that follows. */
export async function replaceModel(
  documents: Documents,
  item: BusinessModel,
  etag: string,
): Promise<string | undefined> {
  const result = await documents.write("control", item.id, [{ op: "replace", item, etag }]);
  return result.written ? result.etags[0] : undefined;
}

/** Models, the oldest first: of an owner, or all; without those that are being deleted unless that is asked for. */
export async function listModels(
  documents: Documents,
  filter: {
    readonly owner?: string | undefined;
    readonly deleted?: boolean;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<BusinessModel>> {
  const { owner, deleted = false, limit, cursor } = filter;
  const { text, parameters } = conditionOf(
    ["c.kind = 'model'", ...(deleted ? [] : ["NOT IS_DEFINED(c.deletedAt)"])],
    ...equalTo({ owner }),
  );
  return documents.query<BusinessModel>("control", {
    text: `SELECT * FROM c WHERE ${text} ORDER BY c.createdAt`,
    parameters,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
}
