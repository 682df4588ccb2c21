import type { Random } from "./random.ts";

/** A postal address as the CRM sends it. */
export interface Address {
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region?: string;
  readonly postalCode?: string;
  readonly country: string;
}

/** A country in which the shop has customers, and what its people's papers and phones look like. */
export interface Country {
  readonly code: string;
  readonly currency: string;
  /** Kind of identity paper, and how many digits its number has. */
  readonly paper: readonly [type: string, digits: number];
  /** What a mobile number begins with, and how many digits follow. */
  readonly mobile: readonly [prefix: string, digits: number];
  readonly cities: readonly (readonly [city: string, region: string, postalCode: string])[];
  readonly streets: readonly string[];
}

export const COUNTRIES: readonly Country[] = [
  {
    code: "CO",
    currency: "COP",
    paper: ["CC", 10],
    mobile: ["+573", 9],
    cities: [
      ["Bogotá", "Cundinamarca", "110231"],
      ["Medellín", "Antioquia", "050021"],
      ["Cali", "Valle del Cauca", "760042"],
      ["Barranquilla", "Atlántico", "080001"],
      ["Bucaramanga", "Santander", "680003"],
    ],
    streets: ["Carrera", "Calle", "Diagonal", "Transversal"],
  },
  {
    code: "EC",
    currency: "USD",
    paper: ["CI", 10],
    mobile: ["+5939", 8],
    cities: [
      ["Quito", "Pichincha", "170143"],
      ["Guayaquil", "Guayas", "090112"],
      ["Cuenca", "Azuay", "010107"],
    ],
    streets: ["Av. Amazonas", "Calle Larga", "Av. Malecón", "Av. de los Shyris"],
  },
  {
    code: "AR",
    currency: "ARS",
    paper: ["DNI", 8],
    mobile: ["+54911", 8],
    cities: [
      ["Buenos Aires", "CABA", "C1043"],
      ["Rosario", "Santa Fe", "S2000"],
      ["Córdoba", "Córdoba", "X5000"],
      ["Mendoza", "Mendoza", "M5500"],
    ],
    streets: ["Av. Corrientes", "San Martín", "Belgrano", "Bv. Oroño"],
  },
  {
    code: "MX",
    currency: "MXN",
    paper: ["INE", 13],
    mobile: ["+5255", 8],
    cities: [
      ["Ciudad de México", "CDMX", "06600"],
      ["Guadalajara", "Jalisco", "44100"],
      ["Monterrey", "Nuevo León", "64000"],
      ["Mérida", "Yucatán", "97000"],
    ],
    streets: ["Av. Insurgentes", "Calle Hidalgo", "Av. Juárez", "Paseo de la Reforma"],
  },
  {
    code: "PE",
    currency: "PEN",
    paper: ["DNI", 8],
    mobile: ["+519", 8],
    cities: [
      ["Lima", "Lima", "15074"],
      ["Arequipa", "Arequipa", "04001"],
      ["Cusco", "Cusco", "08002"],
    ],
    streets: ["Jr. de la Unión", "Av. Larco", "Av. El Sol"],
  },
];

/** The country that a city lies in. Throws when the shop has nobody there. */
export function countryOf(city: string): Country {
  const country = COUNTRIES.find(({ cities }) => cities.some(([name]) => name === city));
  if (!country) throw new RangeError(`the shop has no customers in ${city}`);
  return country;
}

/** An address in a country; in `city`, if one is given. The lines that one can do without are there more often than not. */
export function addressIn(country: Country, random: Random, city?: string): Address {
  const [name, region, postalCode] =
    country.cities.find(([name]) => name === city) ?? random.pick(country.cities);
  const house =
    country.code === "CO"
      ? `${random.int(1, 140)} # ${random.int(1, 99)}-${random.int(1, 99)}`
      : String(random.int(10, 4_999));
  return {
    line1: `${random.pick(country.streets)} ${house}`,
    ...(random.chance(0.4) ? { line2: `Apto ${random.int(1, 20)}0${random.int(1, 6)}` } : {}),
    city: name,
    ...(random.chance(0.8) ? { region } : {}),
    ...(random.chance(0.6) ? { postalCode } : {}),
    country: country.code,
  };
}

/** A mobile number in E.164. */
export function mobileIn(country: Country, random: Random): string {
  const [prefix, digits] = country.mobile;
  return prefix + random.digits(digits);
}
