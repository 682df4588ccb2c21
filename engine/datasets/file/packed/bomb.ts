import { FileFaultError } from "../../../errors/file-fault-error.ts";

/** Below this many bytes unpacked, no ratio is too much: small files of one value pack well. */
export const HARMLESS_BYTES = 100 * 1024 * 1024;
/** How many times its packed size a file may have. CSV packs to a tenth; deflate reaches a thousandth with zeros alone. */
export const LARGEST_RATIO = 100;

/**
 * Says when something packed is a bomb: when more than {@link HARMLESS_BYTES} came out and more than
 * {@link LARGEST_RATIO} times what went in. Throws a FileFaultError.
 */
export function refuseBomb(bytesIn: number, bytesOut: number): void {
  if (bytesOut <= HARMLESS_BYTES || bytesOut <= LARGEST_RATIO * bytesIn) return;
  throw new FileFaultError(
    `the file unpacks to more than ${LARGEST_RATIO} times its size (${bytesOut} bytes so far): that is not taken`,
  );
}
