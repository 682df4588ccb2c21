import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { webFiles } from "../connectors/rest/files.ts";
import type { SequenceBook } from "../engine/sequences/book.ts";
import { openBook } from "../engine/sequences/book/open-book.ts";
import { setting } from "../engine/define/setting.ts";
import type { BlobContainers } from "../engine/ports.ts";
import type { SequenceWork } from "../engine/sequences/runs/sequence-work.ts";
import { openStepRunner } from "../engine/sequences/steps/step-runner.ts";
import { actingModules } from "../modules/acting.ts";
import { overFiles } from "../modules/over-files.ts";
import { runnerOf } from "./jobs.ts";
import { loadingOf } from "./loading.ts";
import type { Services } from "./services.ts";

/** The folder of the function app, which its host sets: `etl_sequences/` and `modules.json` are there. */
export const APP_FOLDER = setting("AzureWebJobsScriptRoot", "");

/** The sequences of an app, and what their runs are made with; the same for a host as long as it runs. */
export interface Sequences {
  readonly book: SequenceBook;
  /** Connects at the first use. */
  readonly work: SequenceWork;
}

/** Joins the sequences of an app with its services; `containers` connects when it is called. */
export function openSequences(services: Services, containers: () => BlobContainers): Sequences {
  const { app, settings } = services;
  const acting = {
    app,
    settings,
    get ports() {
      return services.ports;
    },
    get loading() {
      return loadingOf(services);
    },
  };
  const book = openBook({
    folder: settings.value(APP_FOLDER) || process.cwd(),
    modules: [...overFiles, ...actingModules(acting), ...app.modules],
    documents: () => services.ports.documents,
  });
  let work: SequenceWork | undefined;
  return {
    book,
    get work() {
      return (work ??= workOf(services, book, containers()));
    },
  };
}

function workOf(services: Services, book: SequenceBook, containers: BlobContainers): SequenceWork {
  const { ports, settings } = services;
  const { blobs } = ports;
  const runner = openStepRunner({
    book,
    jobs: runnerOf(services),
    blobs,
    containers,
    web: webFiles(settings),
    redact: settings.redact,
    build: buildOf(),
  });
  return { ports, book, runner, containers };
}

/** Names the code of this app: its bundle is one file, in which this stands. */
function buildOf(): string {
  return createHash("sha256")
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest("hex");
}
