import type { CloudEvent } from "../../define/event.ts";
import { controlFaults, controlOf, isControl } from "../../sync/control.ts";

/** What brought an event in. `link` is where the API tells more of it. */
export type Origin =
  | {
      readonly kind: "webhook";
      /** Receivers of that source that the app has today. */
      readonly receivers: readonly string[];
      /** The sender's id of the delivery; missing where the event's id is a hash of it. */
      readonly delivery?: string;
    }
  | {
      readonly kind: "pull";
      readonly pull: string;
      readonly run: string;
      readonly page?: number;
      readonly link: string;
    }
  /** A row of a dataset. */
  | {
      readonly kind: "import";
      readonly dataset: string;
      readonly run: string;
      readonly row?: number;
      readonly link: string;
    }
  /** A record of a file that a step of a sequence made events of. */
  | {
      readonly kind: "sequence";
      readonly sequence: string;
      readonly run: string;
      readonly step?: number;
      readonly row?: number;
      readonly link: string;
    }
  /** An input that was replayed, and so has left quarantine. */
  | { readonly kind: "quarantine"; readonly id: string }
  | {
      readonly kind: "undo" | "erasure";
      readonly run: string;
      readonly link: string;
      readonly actor?: string;
      readonly reason?: string;
    }
  | { readonly kind: "other"; readonly cause: string };

/** An event's envelope; its data counts only where an operator made the event. */
type Arrived = Omit<CloudEvent, "data"> & { readonly data?: unknown };

/** What brought an event in, as far as it tells: its cause, else its id. */
export function originOf(
  event: Arrived,
  receivers: readonly { readonly name: string; readonly source: string }[],
): Origin {
  const asked = operatorsWish(event);
  if (asked) return asked;
  const { cause, id, source } = event;
  if (cause !== undefined) return ofCause(cause);
  const delivery = id.startsWith(`${source}:`) ? { delivery: id.slice(source.length + 1) } : {};
  const names = receivers.filter((known) => known.source === source).map(({ name }) => name);
  return { kind: "webhook", receivers: names, ...delivery };
}

function ofCause(cause: string): Origin {
  const [kind, first = "", second = "", third = "", fourth = ""] = cause.split("/");
  if (kind === "pull" && first !== "" && second !== "") {
    const page = /^\d{1,15}$/.test(third) ? { page: Number(third) } : {};
    return { kind, pull: first, run: second, ...page, link: runLink(second) };
  }
  if (kind === "import" && first !== "" && second !== "") {
    const row = /^\d{1,15}$/.test(third) ? { row: Number(third) } : {};
    return { kind, dataset: first, run: second, ...row, link: runLink(second) };
  }
  if (kind === "sequence" && first !== "" && second !== "") {
    const step = /^\d{1,3}$/.test(third) ? { step: Number(third) } : {};
    const row = /^\d{1,15}$/.test(fourth) ? { row: Number(fourth) } : {};
    return { kind, sequence: first, run: second, ...step, ...row, link: runLink(second) };
  }
  if (kind === "quarantine" && first !== "") return { kind, id: first };
  if (kind === "undo" && first !== "") return { kind, run: first, link: runLink(first) };
  return { kind: "other", cause };
}

/** What an operator wanted, where the event is an operator's. */
function operatorsWish(event: Arrived): Origin | undefined {
  if (!isControl(event) || controlFaults(event as CloudEvent).length > 0) return undefined;
  const control = controlOf(event as CloudEvent);
  if (control.kind !== "undo" && control.kind !== "erase") return undefined;
  const { run, actor, reason } = control.kind === "undo" ? control.undo : control.erase;
  const kind = control.kind === "undo" ? "undo" : "erasure";
  return { kind, run, link: runLink(run), actor, reason };
}

function runLink(run: string): string {
  return `/api/v1/runs/${encodeURIComponent(run)}`;
}
