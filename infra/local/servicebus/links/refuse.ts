import type { Receiver, Sender } from "rhea";
import type { ServiceError } from "../service-error.ts";
import { linkInternals } from "./rhea-internals.ts";

/** Ends an open link with an error. */
export function endLink(link: Sender | Receiver, error: ServiceError): void {
  link.close({ condition: error.condition, description: error.message });
}

/**
 * Refuses a link: attach without a source or target, then detach with the error. Clients treat a detach without
 * an attach as a protocol error.
 */
export function refuseLink(link: Sender | Receiver, error: ServiceError): void {
  const { attach } = linkInternals(link).local;
  if (link.is_sender()) attach.source = null;
  else attach.target = null;
  link.open();
  endLink(link, error);
}
