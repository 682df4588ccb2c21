import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { ModuleDefinition } from "../../engine/define/module.ts";
import { openJobRunner } from "../../engine/jobs/local-runner.ts";
import type { CommandModule, Module } from "../../engine/sequences/book.ts";
import type { Artifact, StepEnd, StepOrder } from "../../engine/sequences/step.ts";
import { openStepRunner } from "../../engine/sequences/steps/step-runner.ts";
import type { StepWork } from "../../engine/sequences/steps/step-work.ts";
import type { Web } from "../../engine/sequences/web.ts";
import { orderOf } from "../unit/sequences/steps/order-of.ts";
import { type MemoryPorts, memoryPorts } from "../unit/sync/memory-ports.ts";
import { modes } from "./job-runner-desk.ts";

/** A wrapper with modules of the test's own: commands run apart as they do in the app, blobs are in memory. */
export interface StepDesk {
  readonly ports: MemoryPorts;
  /** Blobs of other containers, by `container/name`. */
  readonly elsewhere: Map<string, string>;
  readonly secrets: Set<string>;
  /** What a module of that name runs, by the text of a script. */
  script(name: string, text: string, ending?: "sh" | "mjs"): Promise<void>;
  module(module: ModuleDefinition): void;
  /** A file beside the sequences. */
  conf(name: string, text: string): Promise<void>;
  /** Does an attempt at a step; `hear` gets its log while it is at work. */
  run(
    step: object,
    more?: Partial<StepOrder> & { signal?: AbortSignal; hear?: (log: string) => void },
  ): Promise<StepEnd>;
  keyOf(step: object, more?: Partial<StepOrder>): Promise<string | undefined>;
  /** Keeps a text as what a step before wrote. */
  artifact(path: string, text: string): Promise<Artifact>;
  /** What an artifact holds. */
  text(artifact: Artifact | undefined): Promise<string | undefined>;
  /** What is left of the files of steps. */
  leftovers(): Promise<string[]>;
}

const PROGRAMS = { sh: "bash", mjs: "node" } as const;

/** Opens a desk; it goes with the test. */
export async function stepDesk(web?: Partial<Web>): Promise<StepDesk> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-step-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const jobs = await mkdtemp(path.join(os.tmpdir(), "caudal-jobs-of-steps-"));
  onTestFinished(() => rm(jobs, { recursive: true }));
  // A job's user has to come through.
  await chmod(jobs, 0o711);
  const ports = memoryPorts();
  const modules = new Map<string, Module>();
  const elsewhere = new Map<string, string>();
  const secrets = new Set<string>();
  const steps = path.join(folder, "steps");
  const confs = new Set<string>();
  const refuse = async (): Promise<never> => Promise.reject(new Error("nothing is on this web"));
  const work: StepWork = {
    book: {
      find: async () => undefined,
      list: async () => [],
      module: async (name) => modules.get(name),
      modules: async () => [...modules.values()],
      faults: async () => [],
      confFile: (name) => (confs.has(name) ? path.join(folder, name) : undefined),
    },
    jobs: openJobRunner({ mode: modes[0] ?? "trusted", folder: `${jobs}/own`, log: () => undefined }),
    blobs: ports.blobs,
    containers: (container) => ({
      ...ports.blobs,
      stream: async (name) => {
        const text = elsewhere.get(`${container}/${name}`);
        if (text === undefined) return undefined;
        const bytes = (async function* () {
          yield Buffer.from(text);
        })();
        return { bytes, size: text.length, etag: "1" };
      },
      async putStream(name, bytes) {
        const pieces: Uint8Array[] = [];
        for await (const piece of bytes) pieces.push(piece);
        elsewhere.set(`${container}/${name}`, Buffer.concat(pieces).toString());
      },
    }),
    web: { get: refuse, put: refuse, ...web },
    redact: <T>(value: T): T => hidden(value, secrets) as T,
    build: "1",
    folder: steps,
  };
  const runner = openStepRunner(work);
  const ordered = (step: object, more: Partial<StepOrder> = {}): StepOrder =>
    orderOf(step, { run: path.basename(folder), ...more });
  return {
    ports,
    elsewhere,
    secrets,
    async script(name, text, ending = "sh") {
      const file = path.join(folder, `${name}.${ending}`);
      await writeFile(file, text);
      const module: CommandModule = {
        kind: "command",
        name,
        command: [PROGRAMS[ending], `./${name}.${ending}`],
        files: new Map([[`${name}.${ending}`, file]]),
      };
      modules.set(name, module);
    },
    module: (module) => void modules.set(module.name, module),
    async conf(name, text) {
      confs.add(name);
      await writeFile(path.join(folder, name), text);
    },
    run: (step, { signal = new AbortController().signal, hear = () => {}, ...more } = {}) =>
      runner.run(ordered(step, more), signal, hear),
    keyOf: (step, more) => runner.keyOf(ordered(step, more)),
    async artifact(place, text) {
      const bytes = Buffer.from(text);
      const blob = `kept/${place}`;
      await ports.blobs.put(blob, bytes);
      return {
        path: place,
        blob,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        bytes: bytes.length,
      };
    },
    async text(artifact) {
      const bytes = artifact?.blob ? await ports.blobs.get(artifact.blob) : undefined;
      return bytes && Buffer.from(bytes).toString();
    },
    leftovers: () => readdir(steps),
  };
}

function hidden(value: unknown, secrets: ReadonlySet<string>): unknown {
  let text = JSON.stringify(value);
  if (text === undefined) return value;
  for (const secret of secrets) text = text.replaceAll(secret, "[redacted]");
  return JSON.parse(text);
}
