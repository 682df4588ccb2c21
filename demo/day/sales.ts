import type { ShopDay } from "./clock.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";
import type { StoreRecord } from "./script.ts";

const COUNTER_SHARE = 0.75;
const EVENING_SHARE = 0.25;

/** What the online store has to tell at noon and in the evening. */
export interface Sales {
  readonly noon: readonly StoreRecord[];
  /** Only who bought again, or returned something. */
  readonly evening: readonly StoreRecord[];
}

/** The day's sales to those of `customers` who buy online, and to all of `strangers`, whom the CRM does not know. */
export function sellAllDay(
  customers: readonly Person[],
  strangers: readonly Person[],
  day: ShopDay,
  random: Random,
): Sales {
  const noon: StoreRecord[] = [];
  const evening: StoreRecord[] = [];
  const buyers = [...strangers, ...customers.filter(() => random.chance(COUNTER_SHARE))];
  for (const [index, { documentType, documentNumber, country }] of buyers.entries()) {
    const record = (orders: number, cents: number, lastOrderAt: number | null, at: number): StoreRecord => ({
      documentType,
      documentNumber,
      orders,
      totalSpent: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`,
      currency: country.currency,
      lastOrderAt: lastOrderAt === null ? null : new Date(lastOrderAt).toISOString(),
      updatedAt: new Date(day.moment(at)).toISOString(),
    });
    const orders = random.chance(0.1) ? 0 : random.int(1, 12);
    const cents = orders * random.int(1_500, 250_000);
    const ordered = orders === 0 ? null : day.at("07:00") - random.int(0, 90 * 24 * 60) * 60_000;
    noon.push(
      record(orders, cents, ordered, day.at(random.int(8 * 60, 12 * 60 + 55)) + random.int(0, 59_999)),
    );
    // The first one always buys again, so that no day is without a change between the two pulls.
    if (index > 0 && !random.chance(EVENING_SHARE)) continue;
    const at = day.at(random.int(14 * 60, 17 * 60 + 20)) + random.int(0, 59_999);
    evening.push(record(orders + 1, cents + random.int(1_500, 250_000), at, at));
  }
  return { noon, evening };
}
