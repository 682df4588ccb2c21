/** Hours that the shop's clocks are behind UTC: Bogotá, which has no summer time. */
const BEHIND_UTC_H = 5;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The day that is played: yesterday, by the clocks of Bogotá, so that nothing in it lies ahead of real time. */
export class ShopDay {
  /** Midnight of the day, in milliseconds since 1970. */
  readonly #midnight: number;
  readonly #taken = new Set<number>();

  /** `now` in milliseconds since 1970. */
  constructor(now: number) {
    const local = now - BEHIND_UTC_H * 60 * MINUTE_MS - DAY_MS;
    this.#midnight = Math.floor(local / DAY_MS) * DAY_MS + BEHIND_UTC_H * 60 * MINUTE_MS;
  }

  /** A time of the day in milliseconds since 1970: `at("08:02")`, or so many minutes after midnight. */
  at(time: string | number): number {
    if (typeof time === "number") return Math.floor(this.#midnight + time * MINUTE_MS);
    const [hours = "", minutes = ""] = time.split(":");
    return this.#midnight + (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  }

  /** The first moment from `ms` on at which nothing else was observed, so that "the newest" is never a tie. */
  moment(ms: number): number {
    let free = ms;
    while (this.#taken.has(free)) free += 1;
    this.#taken.add(free);
    return free;
  }

  /** Hours and minutes in the shop: `08:02`. */
  clock(ms: number): string {
    return new Date(ms - BEHIND_UTC_H * 60 * MINUTE_MS).toISOString().slice(11, 16);
  }

  /** The day in words: `Tuesday, 14 July 2026`. */
  get date(): string {
    const format = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
    return new Intl.DateTimeFormat("en-GB", { ...format, timeZone: "UTC" }).format(
      this.#midnight - BEHIND_UTC_H * 60 * MINUTE_MS,
    );
  }
}
