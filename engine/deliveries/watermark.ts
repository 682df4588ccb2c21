/** What a destination has of an entity, and what it lacks: item `watermark|<integration>` of `deliveries`. */
export interface Watermark {
  readonly id: string;
  readonly kind: "watermark";
  readonly key: string;
  readonly integration: string;
  /** The last version that it has; 0 while it has none. */
  readonly version: number;
  /** When that was delivered. */
  readonly at: string;
  /** Whether it has the entity: something was delivered, and not removed since. */
  readonly known: boolean;
  /** Its own id for the entity, where it told one. */
  readonly remoteId?: string;
  /** The last runs that wanted the entity delivered again and are done with it, the latest first. */
  readonly again?: readonly string[];
  /** A delivery waits: see the item `pending|<integration>` beside this one. */
  readonly pending?: true;
  /** A delivery was refused for good: see the item `dead-letter|<integration>` beside this one. */
  readonly deadLetter?: true;
  /** Never expires, unlike the deliveries beside it. */
  readonly ttl: -1;
}

/** Runs that a watermark remembers: more are not at work for one entity at a time. */
const MOST_RUNS = 8;

/** The runs that are done with an entity, after one more. */
export function doneWith(run: string | undefined, { again = [] }: Watermark): Pick<Watermark, "again"> {
  if (run === undefined) return again.length > 0 ? { again } : {};
  return { again: [run, ...again.filter((other) => other !== run)].slice(0, MOST_RUNS) };
}

/** The id of an integration's watermark, the same in every entity's partition. */
export function watermarkId(integration: string): string {
  return `watermark|${integration}`;
}

/** The watermark of an entity of which nothing was delivered yet. */
export function noWatermark(key: string, integration: string): Watermark {
  const id = watermarkId(integration);
  return { id, kind: "watermark", key, integration, version: 0, at: "", known: false, ttl: -1 };
}
