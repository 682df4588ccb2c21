import { expect, it } from "vitest";
import { accountUser } from "../../../engine/jobs/account-user.ts";

it("gives an account the same user everywhere, above all that a system makes", () => {
  expect(accountUser("one")).toEqual({ uid: 1_989_329_837, tag: "7692c3ad3540bb80" });
  expect(accountUser("two").uid).not.toBe(accountUser("one").uid);
  for (let n = 0; n < 1000; n++) {
    const { uid } = accountUser(`account-${n}`);
    expect(Math.floor(uid / 1_000_000_000)).toBe(1);
  }
});
