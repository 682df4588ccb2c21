import { z } from "zod";
import { ROLES } from "../../engine/access/roles.ts";
import {
  isNameTaken,
  listTokens,
  makeToken,
  readToken,
  revokeToken,
  storeToken,
  tokenView,
} from "../../engine/access/tokens.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { knownTokens, OWN_NAMES } from "./access.ts";
import { bodyOf, printableName } from "./body.ts";
import { type ApiResponse, problem, type Route } from "./http.ts";
import { listAnswer, pageOf } from "./list.ts";

const wanted = z.strictObject({
  name: printableName(64),
  roles: z
    .array(z.enum(ROLES))
    .min(1)
    .transform((roles) => [...new Set(roles)]),
});

/** Issues a token: the only answer that ever shows it. */
export const createToken: Route = {
  name: "api-tokens-create",
  methods: ["POST"],
  route: "api/v1/tokens",
  access: ["operator"],
  async handle(request, { ports }, caller) {
    const { name, roles } = await bodyOf(request, wanted);
    const { documents, clock } = ports;
    if (OWN_NAMES.includes(name.toLowerCase()) || (await isNameTaken(documents, name))) return taken(name);
    const { id, token } = makeToken();
    const details = { id, roles };
    await recordAction(ports, { actor: caller.name, action: "create-token", target: name, details });
    const createdAt = new Date(clock.now()).toISOString();
    const stored = await storeToken(documents, id, { name, roles, createdAt, createdBy: caller.name });
    if (!stored) return taken(name);
    return { status: 201, headers: { "cache-control": "no-store" }, json: { id, name, roles, token } };
  },
};

/** Tokens, the newest first, revoked ones too; never what they are. */
export const listAllTokens: Route = {
  name: "api-tokens-list",
  methods: ["GET"],
  route: "api/v1/tokens",
  access: ["operator"],
  async handle(request, { ports }) {
    return listAnswer(request, await listTokens(ports.documents, pageOf(request)), tokenView);
  },
};

/** Revokes a token: at once on this host, within seconds on the others. */
export const deleteToken: Route = {
  name: "api-tokens-revoke",
  methods: ["DELETE"],
  route: "api/v1/tokens/{id}",
  access: ["operator"],
  async handle(request, { ports }, caller) {
    const id = request.params["id"] ?? "";
    const stored = await readToken(ports.documents, id);
    if (!stored) return problem(404, `There is no token with the id "${id}".`);
    if (stored.item.revokedAt === undefined) {
      const target = stored.item.name;
      await recordAction(ports, { actor: caller.name, action: "revoke-token", target, details: { id } });
      const revokedAt = new Date(ports.clock.now()).toISOString();
      await revokeToken(ports.documents, stored, { revokedAt, revokedBy: caller.name });
      knownTokens(ports).forget(id);
    }
    return { status: 204 };
  },
};

function taken(name: string): ApiResponse {
  return problem(409, `The name "${name}" is taken: revoke the token that has it, or choose another name.`);
}
