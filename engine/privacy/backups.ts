import { setting } from "../define/setting.ts";
import type { Settings } from "../settings/settings.ts";

/** How long backups of Cosmos DB, Blob Storage and MySQL are kept, in days; receipts of erasures say so. */
const BACKUP_DAYS = setting("CAUDAL_BACKUP_DAYS");

/** How long backups still hold what was erased, in the words of a receipt. */
export function backupsKept(settings: Settings): string {
  if (settings.missing([BACKUP_DAYS]).length > 0) {
    return `not told: set ${BACKUP_DAYS.name} to the days for which backups of the stores are kept`;
  }
  const days = settings.value(BACKUP_DAYS);
  return /^\d{1,5}$/.test(days)
    ? `backups of the stores keep what was there before for at most ${days} days`
    : `not told: ${BACKUP_DAYS.name} is no whole number of days`;
}
