import { describe, expect, test } from "vitest";
import { amount, country, currency, instant } from "../../../schemas/values.ts";

describe("amount", () => {
  test.each([
    ["10.50", "10.5"],
    ["10.00", "10"],
    ["100", "100"],
    ["-0.0", "0"],
    ["-3.10", "-3.1"],
    ["12345678901234.5678", "12345678901234.5678"],
    [0, "0"],
    [129.9, "129.9"],
    [1e6, "1000000"],
  ])("keeps %s as %s, and that as itself", (given, kept) => {
    expect(amount.parse(given)).toBe(kept);
    expect(amount.parse(kept)).toBe(kept);
  });

  test.each([
    ["1,50"],
    ["1e3"],
    ["0.12345"],
    ["123456789012345"],
    ["007"],
    [""],
    [0.1 + 0.2],
    [1e21],
    [NaN],
    [null],
  ])("refuses %s rather than round or guess", (given) => {
    expect(amount.safeParse(given).success).toBe(false);
  });
});

test("an instant is kept as UTC with milliseconds", () => {
  expect(instant.parse("2025-02-28T22:15:00-05:00")).toBe("2025-03-01T03:15:00.000Z");
  expect(instant.safeParse("2025-02-28").success).toBe(false);
  expect(instant.safeParse("2025-02-30T00:00:00Z").success).toBe(false);
});

test("countries and currencies are capital letters", () => {
  expect([country.safeParse("CO").success, country.safeParse("co").success]).toEqual([true, false]);
  expect([currency.safeParse("COP").success, currency.safeParse("CO").success]).toEqual([true, false]);
});
