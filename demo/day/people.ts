import { type Address, addressIn, COUNTRIES, type Country, countryOf, mobileIn } from "./places.ts";
import type { Random } from "./random.ts";

/** A customer as the CRM knows them at first. */
export interface Person {
  /** The entity's id in Caudal. */
  readonly id: string;
  readonly documentType: string;
  readonly documentNumber: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone: string;
  readonly address: Address;
  readonly country: Country;
}

const GIVEN = (
  "Adriana Alejandro Andrés Beatriz Camila Carlos Carolina Catalina Daniel Daniela Eduardo Elena Emilia Esteban " +
  "Fernanda Gabriel Gloria Gustavo Hernán Inés Isabel Javier Joaquín Juliana Laura Leonardo Luis Manuel Marcela " +
  "Mariana Martín Mónica Natalia Nicolás Olga Óscar Pablo Paola Patricia Rafael Ramón Rocío Rosa Samuel Santiago " +
  "Sergio Silvia Teresa Víctor Ximena"
).split(" ");
const FAMILY = (
  "Acosta Aguirre Alvarado Arango Ávila Barrera Caballero Cabrera Calderón Castaño Cevallos Chávez Córdova Delgado " +
  "Díaz Duarte Echeverría Espinoza Flores Fuentes García Giménez Guerrero Hurtado Ibáñez Jaramillo Ledesma León " +
  "Luna Maldonado Márquez Medina Mejía Molina Moreno Muñoz Navarro Núñez Ochoa Ordóñez Ortiz Paredes Peña Pineda " +
  "Quintero Ramírez Restrepo Reyes Rojas Romero Rosales Ruiz Sánchez Serrano Silva Soto Suárez Tapia Ugarte Vargas " +
  "Vega Velasco Vera Yépez Zambrano"
).split(" ");
// Reserved for examples (RFC 2606): nobody reads what is sent there.
const MAIL_HOSTS = ["example.com", "example.net", "example.org"] as const;

/** Makes people, no two with the same papers. */
export class Population {
  readonly #random: Random;
  readonly #ids = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Somebody from somewhere. */
  anyone(): Person {
    const random = this.#random;
    const familyName = `${random.pick(FAMILY)}${random.chance(0.3) ? ` ${random.pick(FAMILY)}` : ""}`;
    return this.#make(random.pick(GIVEN), familyName, random.pick(COUNTRIES));
  }

  /** Somebody with this name from this city. */
  named(givenName: string, familyName: string, city: string): Person {
    return this.#make(givenName, familyName, countryOf(city), city);
  }

  #make(givenName: string, familyName: string, country: Country, city?: string): Person {
    const [documentType, digits] = country.paper;
    let documentNumber = this.#random.digits(digits);
    while (this.#ids.has(`${documentType}-${documentNumber}`)) documentNumber = this.#random.digits(digits);
    const id = `${documentType}-${documentNumber}`;
    this.#ids.add(id);
    return {
      id,
      documentType,
      documentNumber,
      givenName,
      familyName,
      email: mailOf(givenName, familyName, this.#random),
      phone: mobileIn(country, this.#random),
      address: addressIn(country, this.#random, city),
      country,
    };
  }
}

/** An e-mail address that fits a name: `carmen.quispe42@example.net`. */
export function mailOf(givenName: string, familyName: string, random: Random): string {
  const plain = `${givenName}.${familyName}`
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "")
    .replaceAll(" ", "")
    .toLowerCase();
  return `${plain}${random.int(1, 99)}@${random.pick(MAIL_HOSTS)}`;
}
