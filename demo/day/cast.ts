import type { ShopDay } from "./clock.ts";
import { addressIn, mobileIn } from "./places.ts";
import { mailOf, type Person, type Population } from "./people.ts";
import type { Random } from "./random.ts";
import { type Outbox, signUp } from "./script.ts";

/** The people whom the story follows, one for each thing that goes wrong in real life. Returns them. */
export function castDay(day: ShopDay, people: Population, random: Random, crm: Outbox): Person[] {
  const cast: Person[] = [];
  const enter = (givenName: string, familyName: string, city: string): Person => {
    const person = people.named(givenName, familyName, city);
    cast.push(person);
    return person;
  };
  const time = (text: string): number => day.moment(day.at(text));

  const ana = enter("Ana", "Torres", "Bogotá");
  crm.upsert(ana, signUp(ana, true), {
    time: time("08:02"),
    say: "Ana Torres signs up in the shop, in Bogotá",
  });
  const email = mailOf("Ana", "Torres Rivas", random);
  const moved = crm.upsert(ana, { email }, { time: time("09:10"), say: "Ana changes her e-mail address" });
  crm.resend(moved, day.at("09:12"), "The network lost our answer: the CRM sends Ana's change again");

  const diego = enter("Diego", "Herrera", "Quito");
  crm.upsert(diego, signUp(diego, false), { time: time("08:15"), say: "Diego Herrera signs up in Quito" });
  const inGuayaquil = addressIn(diego.country, random, "Guayaquil");
  crm.upsert(diego, { address: inGuayaquil }, { time: time("09:45"), say: "Diego moves to Guayaquil" });
  crm.upsert(
    diego,
    { address: addressIn(diego.country, random, "Cuenca") },
    {
      time: time("09:20"),
      at: day.at("10:05"),
      say: "An address of Diego's from 09:20 arrives late, and must not stand",
    },
  );

  const maria = enter("María Fernanda", "López", "Guadalajara");
  crm.upsert(maria, signUp(maria, true), {
    time: time("08:21"),
    say: "María Fernanda López signs up in Guadalajara",
  });
  crm.upsert(
    maria,
    { phone: mobileIn(maria.country, random) },
    { time: time("10:20"), say: "María Fernanda has a new phone" },
  );
  crm.upsert(
    maria,
    { email: mailOf("Mafe", "López", random) },
    {
      time: time("10:12"),
      at: day.at("10:24"),
      say: "… and her new e-mail, from 10:12, comes after it: both stand",
    },
  );

  const carmen = enter("Carmen", "Quispe", "Lima");
  crm.upsert(carmen, signUp(carmen, true), { time: time("08:33"), say: "Carmen Quispe signs up in Lima" });
  crm.upsert(
    carmen,
    { email: carmen.email, phone: carmen.phone },
    { time: time("10:40"), say: "The CRM says of Carmen what we know: nothing changes" },
  );

  leaveAndReturn(day, enter, time, crm);

  const tomas = enter("Tomás", "Iglesias", "Mendoza");
  crm.upsert(tomas, signUp(tomas, false), { time: time("09:31"), say: "Tomás Iglesias signs up in Mendoza" });
  crm.upsert(
    tomas,
    { phone: "call me" },
    { time: day.at("12:15"), fault: "phone", say: 'Somebody types "call me" into Tomás\'s phone number' },
  );
  crm.upsert(
    tomas,
    { email: "mallory@example.com" },
    {
      time: day.at("12:20"),
      fault: "signature",
      say: "A stranger without the secret tries to change his e-mail",
    },
  );
  crm.upsert(
    tomas,
    { marketingConsent: true },
    {
      time: day.at("12:25"),
      fault: "future",
      say: "A change is dated an hour ahead of the real clock, not of the day's",
    },
  );

  const andres = enter("Andrés", "Villalba", "Cali");
  crm.upsert(andres, signUp(andres, true), { time: time("08:45"), say: "Andrés Villalba signs up in Cali" });
  crm.upsert(
    andres,
    { marketingConsent: false },
    { time: time("14:05"), say: "Andrés wants no more advertising" },
  );

  const valentina = enter("Valentina", "Ríos", "Rosario");
  crm.upsert(valentina, signUp(valentina, true), {
    time: time("08:52"),
    say: "Valentina Ríos signs up in Rosario",
  });
  crm.upsert(valentina, { phone: null }, { time: time("14:30"), say: "Valentina gives up her phone" });
  return cast;
}

/** Those who leave, and in what order the news of it arrives. */
function leaveAndReturn(
  day: ShopDay,
  enter: (givenName: string, familyName: string, city: string) => Person,
  time: (text: string) => number,
  crm: Outbox,
): void {
  const jorge = enter("Jorge", "Benítez", "Buenos Aires");
  crm.upsert(jorge, signUp(jorge, true), {
    time: time("08:38"),
    say: "Jorge Benítez signs up in Buenos Aires",
  });
  crm.remove(jorge, { time: time("11:00"), say: "Jorge asks to be forgotten: removed everywhere" });

  const sofia = enter("Sofía", "Cárdenas", "Medellín");
  crm.upsert(sofia, signUp(sofia, true), { time: time("08:41"), say: "Sofía Cárdenas signs up in Medellín" });
  crm.remove(sofia, { time: time("11:30"), say: "Sofía leaves as well" });
  crm.upsert(
    sofia,
    { email: "sofia@example.org" },
    {
      time: time("11:10"),
      at: day.at("11:40"),
      say: "… and a change of hers from 11:10 comes after: she stays away",
    },
  );

  const lucia = enter("Lucía", "Gómez", "Cuenca");
  crm.upsert(lucia, signUp(lucia, true), { time: time("08:58"), say: "Lucía Gómez signs up in Cuenca" });
  crm.remove(lucia, { time: time("11:50"), say: "Lucía leaves" });
  const { address: _address, ...back } = signUp(lucia, false);
  crm.upsert(lucia, back, { time: time("15:20"), say: "Lucía is back, without the address she had" });

  const mateo = enter("Mateo", "Salazar", "Arequipa");
  crm.remove(mateo, { time: time("12:05"), say: "Mateo Salazar is removed before we ever heard of him" });
  crm.upsert(mateo, signUp(mateo, true), {
    time: time("12:00"),
    at: day.at("12:10"),
    say: "… his sign-up, from 12:00, arrives: there is nothing to add",
  });
}
