import { z } from "zod";
import {
  definePull,
  type PulledPage,
  type PullDefinition,
  type PullPosition,
} from "../../../engine/define/index.ts";
import { type Checkpoint, readCheckpoint } from "../../../engine/pulls/checkpoint.ts";
import { runPull } from "../../../engine/pulls/run.ts";
import { type PullMessage, startPull } from "../../../engine/pulls/start.ts";
import { readRun, type Run } from "../../../engine/runs/run.ts";
import { createSecrets } from "../../../engine/secrets/secrets.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";
import { told } from "../sync/shop.ts";

/** A record of the source: `at` is when it was last changed. */
export interface Row {
  readonly number: string;
  readonly at: string;
}

/** A source in memory, a pull of it, and the ports under both. */
export class Source {
  readonly ports: MemoryPorts = memoryPorts();
  readonly asked: PullPosition[] = [];
  readonly pull: PullDefinition;

  /** `page` answers what is asked for. */
  constructor(page: (position: PullPosition) => PulledPage | Promise<PulledPage>) {
    this.pull = definePull({
      source: "store",
      schedule: "0 * * * * *",
      pages: {
        settings: [],
        read: async (position) => {
          this.asked.push(position);
          return page(position);
        },
      },
      record: z.strictObject({ number: z.string(), at: z.string() }),
      events: ({ number, at }) => [told.of({ number }, { time: at })],
    });
  }

  /** Starts a run, and gives the message that stands on the queue. */
  async start(): Promise<PullMessage> {
    const { run } = await startPull(this.pull, this.ports);
    const message = this.ports.sent("runs").find(({ messageId }) => messageId === run);
    return message?.body as PullMessage;
  }

  /** A host takes the message. */
  async work(message: PullMessage): Promise<Run | undefined> {
    const { documents, clock, log } = this.ports;
    const settings = createSettings({}, []);
    await runPull(this.pull, message, this.ports, settings, createSecrets(documents, settings, clock, log));
    return this.run(message.run);
  }

  async run(id: string): Promise<Run | undefined> {
    return readRun(this.ports.documents, id);
  }

  async checkpoint(): Promise<Checkpoint> {
    return (await readCheckpoint(this.ports.documents, this.pull.name)).checkpoint;
  }
}
