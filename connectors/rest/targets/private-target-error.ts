/** A host stands for an address that is not public, and the setting that could allow it does not. */
export class PrivateTargetError extends Error {
  override readonly name = "PrivateTargetError";

  constructor(host: string, address: string, setting: string) {
    const what =
      host === address ? `${host} is no public address` : `${host} is at ${address}, which is not public`;
    super(`${what}: if that is meant, add ${host} to the setting ${setting}`);
  }
}
