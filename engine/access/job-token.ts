import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** What a job's token says: whose job it is, in which run, and until when it opens anything. */
export interface JobPass {
  readonly model: string;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const PREFIX = "cdj_";
const SHAPE = /^cdj_([\w-]{1,400})\.([\w-]{43})$/;

const pass = z.strictObject({ model: z.string(), run: z.string(), until: z.number() });

/**
 * A token for one run of a job, which no store has to know: what it says, and an HMAC-SHA-256 of that. `key`: the bytes
 * of `CAUDAL_SECRETS_KEY`, from which a key of its own is derived (RFC 5869).
 */
export function signJobToken(key: Uint8Array, { model, run, until }: JobPass): string {
  const payload = Buffer.from(JSON.stringify({ model, run, until })).toString("base64url");
  return `${PREFIX}${payload}.${macOf(key, payload)}`;
}

/** Whether a text has the shape of such a token. */
export function isJobToken(text: string): boolean {
  return SHAPE.test(text);
}

/** What a token says; undefined for one that is not ours, was altered, or whose time is over. `now`: milliseconds. */
export function readJobToken(key: Uint8Array, token: string, now: number): JobPass | undefined {
  const [, payload = "", mac = ""] = SHAPE.exec(token) ?? [];
  if (!timingSafeEqual(sha256Length(mac), sha256Length(macOf(key, payload)))) return undefined;
  const said = pass.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  return said.until > now ? said : undefined;
}

function macOf(key: Uint8Array, payload: string): string {
  const own = Buffer.from(hkdfSync("sha256", key, "", "caudal job token", 32));
  return createHmac("sha256", own).update(payload).digest("base64url");
}

/** The bytes of a MAC as it is written: always as many, so that they can be compared. */
function sha256Length(mac: string): Buffer {
  return Buffer.alloc(32, Buffer.from(mac, "base64url"));
}
