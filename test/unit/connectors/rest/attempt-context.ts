import type { AttemptContext } from "../../../../engine/define/index.ts";
import { createSecrets } from "../../../../engine/secrets/secrets.ts";
import { createSettings, type Settings } from "../../../../engine/settings/settings.ts";
import { memoryPorts } from "../../sync/memory-ports.ts";

/** What an attempt of a test may use, and the settings behind it. */
export interface TestContext extends AttemptContext {
  readonly settings: Settings;
}

/** The context of attempts under these settings, which may connect to this machine. `signal`: default, it never aborts. */
export function attemptContext(
  env: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): TestContext {
  const { documents, clock, log } = memoryPorts();
  const settings = createSettings({ CAUDAL_PRIVATE_TARGETS: "127.0.0.0/8", ...env }, []);
  const secrets = createSecrets(documents, settings, clock, log);
  return { value: settings.value, secrets, signal, settings };
}
