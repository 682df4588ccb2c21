/** A wish to stop, from whoever started us. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening for it. */
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns Ctrl-C, a SIGTERM and the end of our parent into one abort, so that what was started can be stopped in order.
 * Coming again changes nothing: npm and the terminal both pass Ctrl-C on.
 */
export function interruption(): Interruption {
  const controller = new AbortController();
  const onSignal = (signal: string): void => controller.abort(new Error(`stopped by ${signal}`));
  const onDisconnect = (): void => controller.abort(new Error("stopped, because whoever started it is gone"));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("disconnect", onDisconnect);
  return {
    signal: controller.signal,
    dispose() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off("disconnect", onDisconnect);
      // Otherwise the channel to our parent keeps us alive.
      if (process.connected) process.disconnect();
    },
  };
}
