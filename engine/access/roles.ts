/** Who may do what: `operator` all, `auditor` read and verify, `subscriber` its own models and datasets. */
export const ROLES = ["operator", "auditor", "subscriber"] as const;

/** A role of a token. */
export type Role = (typeof ROLES)[number];

/** What a token with these roles may act as: an operator as anybody. */
export function rolesHeld(roles: readonly Role[]): readonly Role[] {
  return roles.includes("operator") ? ROLES : roles;
}
