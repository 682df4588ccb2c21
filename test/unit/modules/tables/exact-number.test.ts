import fc from "fast-check";
import { expect, test } from "vitest";
import { integerFault, isExact, numberFault } from "../../../../modules/tables/exact-number.ts";

test("whatever number there is, as JavaScript writes it it is kept", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(numberFault(String(number))).toBeUndefined();
      expect(isExact(number.toExponential())).toBe(true);
    }),
  );
});

test("whatever digits there are, they are refused unless the double has them", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 10n ** 16n, max: 10n ** 30n }), (number) => {
      // What the double is written as, without an exponent, tells whether a digit was lost.
      const shortest = BigInt(
        Number(number).toPrecision(17).includes("e") ? shortestOf(Number(number)) : String(Number(number)),
      );
      expect(isExact(String(number))).toBe(shortest === number);
    }),
  );
});

test.each(["1.", ".5", "+1", "01", "1e", "0x1", "1_0", "", " 1", "Infinity", "--1"])(
  "%j is no number",
  (text) => {
    expect(numberFault(text)).toContain("is no number as JSON writes it");
    expect(integerFault(text)).toContain("is no integer");
  },
);

/** The digits that JavaScript writes of a large double, and zeros behind them. */
function shortestOf(number: number): string {
  const [digits = "", power = "0"] = String(number).split("e");
  const [whole = "", fraction = ""] = digits.split(".");
  return whole + fraction.padEnd(Number(power), "0");
}
