import type { ShopDay } from "./clock.ts";
import { addressIn, mobileIn } from "./places.ts";
import { mailOf, type Person } from "./people.ts";
import type { Random } from "./random.ts";
import { type ContactData, type Outbox, signUp } from "./script.ts";

const OPENS = 8 * 60 + 5;
const NOON = 12 * 60 + 45;
const CLOSES = 17 * 60 + 25;
/** One event in ten is sent late, one in twenty-five twice. */
const LATE = 0.1;
const TWICE = 0.04;

type Change = Omit<ContactData, "documentType" | "documentNumber">;

/** A day in the life of one of the many: they sign up, change this and that, and some leave and some of those return. */
export function crowdDay(person: Person, day: ShopDay, random: Random, crm: Outbox): void {
  let minute = random.int(OPENS, NOON - 60);
  const send = (change: Change | undefined): void => {
    const time = day.moment(day.at(minute) + random.int(0, 59_999));
    // That somebody left is told at once.
    const lateBy = change && random.chance(LATE) ? random.int(5, 120) * 60_000 : random.int(0, 900);
    const at = Math.min(time + lateBy, day.at(CLOSES));
    const step = change ? crm.upsert(person, change, { time, at }) : crm.remove(person, { time, at });
    if (random.chance(TWICE)) crm.resend(step, Math.min(at + random.int(1, 30) * 60_000, day.at(CLOSES)));
    minute = Math.min(minute + random.int(2, 120), CLOSES - 2);
  };

  const { phone, address } = person;
  const { phone: _phone, address: _address, ...first } = signUp(person, random.chance(0.6));
  // Some sign up in two steps, and some without a phone or an address.
  if (random.chance(0.2)) {
    send(first);
    send({ phone, address });
  } else {
    send({ ...first, ...(random.chance(0.8) ? { phone } : {}), ...(random.chance(0.85) ? { address } : {}) });
  }
  const changes = random.int(2, 5);
  for (let count = 0; count < changes; count++) send(someChange(person, random));
  if (random.chance(0.06)) {
    send(undefined);
    if (random.chance(0.5)) send(signUp(person, false));
  }
}

function someChange(person: Person, random: Random): Change {
  const { givenName, familyName, country, email } = person;
  switch (random.int(0, 9)) {
    case 0:
    case 1:
      return { email: mailOf(givenName, familyName, random) };
    case 2:
    case 3:
      return { phone: mobileIn(country, random) };
    case 4:
    case 5:
      return { address: addressIn(country, random) };
    case 6:
      return { marketingConsent: random.chance(0.5) };
    case 7:
      return { phone: null, address: random.chance(0.3) ? null : addressIn(country, random) };
    case 8:
      return { familyName: `${familyName} ${random.pick(["Mora", "Paz", "Ríos", "Lara"])}`, email };
    default:
      // What the CRM first knew, said again: a no-op, unless it changed since.
      return { givenName, familyName, marketingConsent: random.chance(0.8) ? true : null };
  }
}
