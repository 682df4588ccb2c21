import type { DocumentItem } from "../../engine/sync/entity.ts";
import type { Marketing, MarketingContact } from "../systems/marketing.ts";
import { counted } from "../table.ts";
import { type CheckResult, compare, type Difference } from "./difference.ts";

/** What the documents say, as far as marketing is concerned with it. */
interface Reachable {
  readonly identity?: { readonly givenName?: string; readonly familyName?: string };
  readonly contact?: { readonly email?: string; readonly phone?: string };
  readonly consent?: { readonly marketing?: boolean; readonly since?: string };
}

/** Marketing has every customer who can be reached, as the documents have them, and nobody else. */
export function checkContacts(documents: readonly DocumentItem[], marketing: Marketing): CheckResult {
  const unseen = new Map(marketing.contacts);
  const differences: Difference[] = [];
  for (const { entityId: id, data } of documents) {
    const sides = {
      expected: ["the documents", contactOf(data ?? {})],
      found: ["marketing's contacts", unseen.get(id)],
    } as const;
    differences.push(...compare(id, sides));
    unseen.delete(id);
  }
  for (const id of unseen.keys()) differences.push({ where: id, what: "is known to marketing alone" });
  return {
    claim: `${counted(marketing.contacts.size, "contact")} in marketing equal the documents of those who can be reached`,
    differences,
  };
}

function contactOf({ identity, contact, consent }: Reachable): MarketingContact | undefined {
  if (contact?.email === undefined && contact?.phone === undefined) return undefined;
  const names = [identity?.givenName, identity?.familyName].filter((name) => name !== undefined);
  return {
    fullName: names.length > 0 ? names.join(" ") : null,
    email: contact.email ?? null,
    phone: contact.phone ?? null,
    consent: { marketing: consent?.marketing ?? null, since: consent?.since ?? null },
  };
}
