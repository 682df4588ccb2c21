import type { Ports } from "../../ports.ts";
import type { BusinessModel } from "../model.ts";
import { startDue } from "./start-due.ts";

/**
 * Starts the next run of a model where one is due, without waiting for the timer; see {@link startDue}. Where that
 * fails it is only logged, since a tick will: what was done before stands.
 */
export async function startNext(ports: Ports, model: BusinessModel, actor?: string): Promise<void> {
  try {
    await startDue(ports, model, actor);
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    ports.log("warn", "the next run of a model could not be started: a tick will", {
      model: model.model,
      error: message,
    });
  }
}
