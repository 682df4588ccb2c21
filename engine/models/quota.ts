import { setting } from "../define/setting.ts";
import { InvalidSettingError } from "../errors/invalid-setting-error.ts";
import type { Settings } from "../settings/settings.ts";

/** How many models a subscriber may have; operators may have any number. */
export const MODELS_QUOTA = setting("CAUDAL_MODELS_PER_SUBSCRIBER", "20");
/** How large a model's database may become, in GiB. */
export const SIZE_QUOTA = setting("CAUDAL_MODEL_GIB", "10");
/** How long one run of a job may take, in minutes: a run is one invocation, which the host ends after half an hour. */
export const TIME_QUOTA = setting("CAUDAL_JOB_MINUTES", "10");

const MOST = new Map([
  [MODELS_QUOTA.name, 10_000],
  [SIZE_QUOTA.name, 100_000],
  [TIME_QUOTA.name, 25],
]);

/** Quotas whose settings make no sense, each with what is wrong. */
export function wrongQuotas(settings: Settings): string[] {
  return [MODELS_QUOTA, SIZE_QUOTA, TIME_QUOTA].flatMap((quota) => {
    try {
      quotaOf(settings, quota);
      return [];
    } catch (error) {
      if (!(error instanceof InvalidSettingError)) throw error;
      return [error.message.replace("the setting ", "")];
    }
  });
}

/** A quota as a whole number. Throws an InvalidSettingError where the setting is none from 1 to its bound. */
export function quotaOf(settings: Settings, quota: typeof MODELS_QUOTA): number {
  const text = settings.value(quota);
  const most = MOST.get(quota.name) ?? Number.MAX_SAFE_INTEGER;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1 || value > most) {
    throw new InvalidSettingError(quota.name, `must be a whole number from 1 to ${most}`);
  }
  return value;
}
