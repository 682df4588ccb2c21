import { z } from "zod";
import type { Ports } from "../../ports.ts";
import { startRun } from "../../runs/start.ts";

/** What was asked of an import: the `request` of a run of kind `import`, whose name is the dataset's. */
export interface ImportRequest {
  /** Only the rows behind this `_row`; default: all. Rows that were taken in before have no effect again. */
  readonly afterRow?: number | undefined;
}

/** An {@link ImportRequest} as it is asked for. */
export const importRequest: z.ZodType<ImportRequest> = z.strictObject({
  afterRow: z.int().nonnegative().optional(),
});

/**
 * Starts an import of a dataset's rows, behind those of it that are at work. `actor` is the name of a token: whoever
 * loaded the file, or asked for it. Returns the run's id. Rejects when store or queue fail.
 */
export async function startImport(
  ports: Ports,
  dataset: string,
  actor: string,
  { afterRow }: ImportRequest = {},
): Promise<string> {
  const request: ImportRequest = afterRow === undefined ? {} : { afterRow };
  return startRun(ports, { kind: "import", name: dataset, request, actor, unit: "rows" });
}
