import { describe, expect, test } from "vitest";
import { database, deliverPerson, kinds, other, people, POLL, query, waiting } from "./mysql-people.ts";
import { phones, preparedAll, withPhones } from "./mysql-phones.ts";

describe("a lock that somebody else holds in one of the tables", () => {
  test("holds up its entity in all of them, and no other", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "2", 1, withPhones("300 old"));
    const blocker = await other();
    await blocker.query(`USE ${database}`);
    await blocker.beginTransaction();
    await blocker.query("SELECT * FROM phones WHERE id = '2' AND number = '300' FOR UPDATE");
    const all = ["1", "2", "3"].map((id) => deliverPerson(to, id, 2, withPhones("300 new")));
    await expect.poll(waiting, POLL).toHaveLength(1);
    expect(await kinds(all)).toEqual(["delivered", "again", "delivered"]);
    const error: unknown = await all[1]?.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "RetryableError", own: true });
    expect(await people()).toEqual(["1 2 a@example.com", "2 1 a@example.com", "3 2 a@example.com"]);
    await blocker.rollback();
  });

  test("is waited for once more when it is about one entity", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 1, withPhones("300 old"));
    const blocker = await other();
    await blocker.query(`USE ${database}`);
    await blocker.beginTransaction();
    await blocker.query("SELECT * FROM phones WHERE id = '1' FOR UPDATE");
    const delivery = deliverPerson(to, "1", 2, withPhones("300 new"));
    const started = async (): Promise<unknown> => (await transactions())[0]?.["started"];
    const first = await expect.poll(started, POLL).toBeDefined().then(started);
    // The first wait ended in vain, and a second transaction waits.
    await expect.poll(started, { interval: 200, timeout: 10_000 }).not.toEqual(first);
    await expect.poll(waiting, POLL).toHaveLength(1);
    await blocker.rollback();
    expect(await delivery).toEqual(expect.objectContaining({ status: "delivered" }));
    expect(await phones()).toEqual(["1 2 300 new"]);
  });

  test("and that ends in a deadlock is no failure: what it undid is done again", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 1, withPhones("300 old"));
    const rival = await other();
    await rival.query(`USE ${database}`);
    await rival.beginTransaction();
    // The rival has written much, so that the server rather undoes ours.
    await rival.query("CREATE TEMPORARY TABLE ballast (n INT PRIMARY KEY) ENGINE = InnoDB");
    await rival.query("INSERT INTO ballast VALUES ?", [Array.from({ length: 2_000 }, (_, n) => [n])]);
    await rival.query("UPDATE phones SET kind = 'rival' WHERE id = '1'");
    const delivery = deliverPerson(to, "1", 2, withPhones("300 new"));
    await expect.poll(waiting, POLL).toHaveLength(1);
    await rival.query("UPDATE people SET email = 'rival@x.org' WHERE id = '1'");
    await rival.commit();
    expect(await delivery).toEqual(expect.objectContaining({ status: "delivered" }));
    expect([await people(), await phones()]).toEqual([["1 2 a@example.com"], ["1 2 300 new"]]);
  });
});

/** When each transaction that waits for a lock began, which tells one from the next. */
function transactions(): Promise<Record<string, unknown>[]> {
  return query(
    "SELECT trx_id AS started FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ?",
    [`%${database}%`],
  );
}
