/** Something that hands out messages when it is asked to. */
export interface Pumped {
  /** Delivers what can be delivered now. */
  pump(): void;
}

/**
 * Groups what happens in one turn of the event loop: all changes are written in one transaction, and only
 * then are they acknowledged and are messages handed out. So nothing a client has been told can be lost, and
 * no receiver sees a message its sender may have to send again.
 */
export class Turn {
  private effects: (() => void)[] = [];
  private dirty = new Set<Pumped>();
  private scheduled = false;
  private readonly commit: () => void;

  /** `commit` writes all changes of the turn; when it throws, the process must end, for nothing was kept. */
  constructor(commit: () => void) {
    this.commit = commit;
  }

  /** Runs `effect` once what was changed so far is on disk. */
  afterCommit(effect: () => void): void {
    this.effects.push(effect);
    this.schedule();
  }

  /** Has `target` pumped in this turn, after the commit. */
  pump(target: Pumped): void {
    this.dirty.add(target);
    this.schedule();
  }

  /** Makes sure that this turn ends with a commit. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.run());
  }

  /** Commits and carries out until nothing is left; pumping may itself change things (receive-and-delete). */
  run(): void {
    this.scheduled = true;
    do {
      this.commit();
      const effects = this.effects;
      this.effects = [];
      for (const effect of effects) effect();
      const dirty = this.dirty;
      this.dirty = new Set();
      for (const target of dirty) target.pump();
    } while (this.effects.length > 0 || this.dirty.size > 0);
    this.commit();
    this.scheduled = false;
  }
}
