import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import type { Issue } from "../../engine/sync/quarantine.ts";
import { shownId } from "../../engine/sync/quarantine-list.ts";
import { receive } from "../../engine/sync/receive.ts";
import { problem, type Route } from "./http.ts";

/** Largest webhook body, in bytes: 1 MiB. */
const MAX_BODY = 1_048_576;

/** Events come in. The signature is the caller's authentication. */
export const receiveWebhook: Route = {
  name: "api-webhooks-receive",
  methods: ["POST"],
  route: "api/v1/webhooks/{receiver}",
  access: "open",
  async handle(request, services) {
    const name = request.params["receiver"] ?? "";
    const receiver = services.app.receivers.find((known) => known.name === name);
    if (!receiver) return problem(404, `There is no receiver "${name}".`);
    const body = await request.body(MAX_BODY);
    const { app, ports, settings } = services;
    const received = await receive(
      receiver,
      { body, header: (header) => request.header(header) },
      { app, ports, settings },
    ).catch((error: unknown) => {
      // Sending it again helps as little as it would without the setting.
      if (error instanceof InvalidSettingError) throw error;
      services.log("error", `receiving for ${name} failed`, { error });
      return undefined;
    });
    if (!received) {
      return problem(503, "The event could not be taken in; send it again.", {
        headers: { "retry-after": "5" },
      });
    }
    switch (received.status) {
      case "accepted":
        return { status: 202, json: { accepted: received.ids.length, ids: received.ids } };
      case "unauthorized":
        return problem(401, `The signature does not hold: ${received.reason}.`);
      case "invalid":
        return problem(400, "The payload is not valid; it is kept in quarantine.", kept(received));
      case "too-large":
        return problem(413, "What the payload says is too large; it is kept in quarantine.", kept(received));
      case "not-configured": {
        const missing = received.missing.join(", ");
        return problem(503, `The receiver "${name}" is not configured: missing ${missing}.`);
      }
    }
  },
};

/** What is wrong with a payload, and the id under which the API has it. */
function kept(received: { readonly issues: readonly Issue[]; readonly quarantine: string }): {
  issues: readonly Issue[];
  quarantine: string;
} {
  return { issues: received.issues, quarantine: shownId({ id: received.quarantine }) };
}
