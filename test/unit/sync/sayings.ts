import fc from "fast-check";

/** Something, nothing (null), or no word of it (undefined). */
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.option(fc.option(value, { nil: null }), { nil: undefined });

/** What an event of the shop may say of a person, each text and each `name` one of these. */
export function spokenWith(text: fc.Arbitrary<string>, name = text) {
  return fc.record({
    name: maybe(name),
    email: maybe(text),
    phone: maybe(text),
    tags: maybe(fc.array(text, { maxLength: 2 })),
    consent: maybe(fc.boolean()),
    address: maybe(fc.record({ line: text, city: text, floor: maybe(text) })),
  });
}
