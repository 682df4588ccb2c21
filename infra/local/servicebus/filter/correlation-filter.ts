import type { Correlation } from "../entity/rule.ts";
import { SYSTEM_PROPERTIES } from "./message-view.ts";
import type { Filter } from "./sql-filter.ts";
import { compare, type FilterValue } from "./values.ts";

/** A filter that wants every given property equal, strings case-sensitively. One without any passes all. */
export function correlationFilter(wanted: Correlation): Filter {
  const system: [number, FilterValue][] = [];
  for (const [name, value] of Object.entries(wanted)) {
    const place = SYSTEM_PROPERTIES.get(name.toLowerCase());
    if (place !== undefined && typeof value === "string") system.push([place, value]);
  }
  const user = Object.entries(wanted.Properties ?? {});
  return (message) =>
    system.every(([place, value]) => compare(message.systemProperty(place), value) === 0) &&
    user.every(([name, value]) => compare(message.userProperty(name), value) === 0);
}
