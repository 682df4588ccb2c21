/**
 * Files on the web, by `http://` and `https://` addresses. Only what may be reached is: addresses that are not public have
 * to be allowed. Both reject with a PermanentError where the same again would be answered the same (4xx), and with a
 * RetryableError where it may not (5xx, 429, faults of the network).
 */
export interface Web {
  /** The bytes of an answer as they come; redirects are followed. Breaking off ends the connection. */
  get(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Sends a file by PUT, with its size. */
  put(
    url: string,
    file: { readonly bytes: AsyncIterable<Uint8Array>; readonly size: number },
    signal: AbortSignal,
  ): Promise<void>;
}
