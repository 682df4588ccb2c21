import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Documents } from "../ports.ts";

/** What is wrong with an input, and where: `data.email`, `items.3.updatedAt`; the empty path is the whole. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** An input that no event could be made of: item `quarantine|…` of `control`, kept until it is replayed. */
export interface QuarantineItem {
  readonly id: string;
  readonly kind: "quarantine";
  /** How it came in, and the name of the receiver, pull or queue. */
  readonly via: "receiver" | "pull" | "queue";
  readonly name: string;
  readonly deliveryId: string;
  readonly at: string;
  readonly issues: readonly Issue[];
  /** The input as it came; base64 where it is no UTF-8 text. */
  readonly payload: { readonly encoding: "utf8" | "base64"; readonly body: string };
}

/** Keeps an input in quarantine; the same delivery again takes the same place. Returns the item's id. */
export async function quarantine(
  documents: Documents,
  input: Omit<QuarantineItem, "id" | "kind" | "payload"> & { readonly body: Uint8Array },
): Promise<string> {
  const { body, ...rest } = input;
  const name = createHash("sha256").update(`${rest.via}|${rest.name}|${rest.deliveryId}`).digest("hex");
  const id = `quarantine|${name}`;
  const item: QuarantineItem = { id, kind: "quarantine", ...rest, payload: encode(body) };
  await documents.write("control", id, [{ op: "upsert", item }]);
  return id;
}

function encode(body: Uint8Array): QuarantineItem["payload"] {
  try {
    return {
      encoding: "utf8",
      body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body),
    };
  } catch {
    return { encoding: "base64", body: Buffer.from(body).toString("base64") };
  }
}

/** The issues of a zod error, one per fault. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
}
