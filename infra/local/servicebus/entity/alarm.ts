/** setTimeout's longest delay; longer waits are split. */
const LONGEST = 2 ** 31 - 1;

/** One timer that wakes its owner by the earliest time asked for. */
export class Alarm {
  private timer: NodeJS.Timeout | undefined;
  private at = Infinity;
  private readonly ring: () => void;

  constructor(ring: () => void) {
    this.ring = ring;
  }

  /** Makes sure the owner is woken at `time` (ms since 1970) or before. Infinity asks for nothing. */
  wakeBy(time: number): void {
    if (time >= this.at) return;
    clearTimeout(this.timer);
    this.at = time;
    this.timer = setTimeout(
      () => {
        this.at = Infinity;
        this.ring();
      },
      Math.min(Math.max(0, time - Date.now()), LONGEST),
    );
  }

  /** Stops for good until the next `wakeBy`. */
  cancel(): void {
    clearTimeout(this.timer);
    this.at = Infinity;
  }
}
