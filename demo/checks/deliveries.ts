import type { DeliveryRecord } from "../../engine/deliveries/records.ts";
import type { Marketing } from "../systems/marketing.ts";
import { counted } from "../table.ts";
import type { CheckResult, Difference } from "./difference.ts";

/** No delivery went back to an older version, none failed for good, and marketing had nothing to complain of. */
export function checkDeliveries(deliveries: readonly DeliveryRecord[], marketing: Marketing): CheckResult {
  const differences: Difference[] = marketing.faults.map((what) => ({
    where: "marketing",
    what: `got ${what}`,
  }));
  for (const { status, integration, key, version, error = "" } of deliveries) {
    if (status === "failed") {
      differences.push({ where: `${integration} ${key}`, what: `version ${version} failed: ${error}` });
    }
  }
  const done = deliveries.filter(({ status }) => status === "delivered" || status === "ignored");
  for (const [place, line] of Map.groupBy(done, ({ integration, key }) => `${integration} ${key}`)) {
    let newest = 0;
    for (const { version, at } of line.toSorted(byTime)) {
      if (version < newest)
        differences.push({ where: place, what: `went from ${newest} back to ${version} at ${at}` });
      newest = Math.max(newest, version);
    }
  }
  return {
    claim: `${counted(deliveries.length, "attempt")} to deliver, and none went back to an older version`,
    differences,
  };
}

function byTime(a: DeliveryRecord, b: DeliveryRecord): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.version - b.version;
}
