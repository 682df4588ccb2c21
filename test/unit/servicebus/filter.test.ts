import rhea from "rhea";
import { describe, expect, test } from "vitest";
import { correlationFilter } from "../../../infra/local/servicebus/filter/correlation-filter.ts";
import { MessageView } from "../../../infra/local/servicebus/filter/message-view.ts";
import { sqlFilter } from "../../../infra/local/servicebus/filter/sql-filter.ts";
import { parseMessage } from "../../../infra/local/servicebus/wire/content.ts";

const { message, types } = rhea;

const order = viewOf({
  message_id: "m-1",
  subject: "urgent!",
  to: "here",
  correlation_id: "c-1",
  group_id: "s-1",
  application_properties: {
    color: "red",
    size: 3,
    price: 9.5,
    big: types.wrap_long(Buffer.from("7fffffffffffffff", "hex")),
    paid: true,
    open: false,
    note: "100%_sure [x]",
    empty: "",
    nothing: null,
    "two words": 2,
  },
});

function viewOf(fields: object): MessageView {
  return new MessageView(parseMessage(message.encode({ ...fields, body: "b" })).content);
}

describe("expressions that pass", () => {
  test.each([
    "color = 'red'",
    "COLOR IS NULL",
    "color = 'red' AND size = 3",
    "color = 'blue' OR size = 3",
    "NOT color = 'blue'",
    "NOT NOT color = 'red'",
    "color <> 'blue' and color != 'green'",
    "size > 2 AND size >= 3 AND size < 4 AND size <= 3",
    "price = 9.5 AND price > size",
    "size = 3.0",
    "big = 9223372036854775807",
    "big > 9223372036854775806",
    "color IN ('blue', 'red')",
    "size NOT IN (1, 2)",
    "color LIKE 'r%'",
    "color LIKE '_e_'",
    "color NOT LIKE 'b%'",
    "note LIKE '100!%!_%' ESCAPE '!'",
    "note LIKE '%[x]'",
    "empty LIKE ''",
    "paid",
    "paid = TRUE AND open = false",
    "NOT open",
    "missing IS NULL AND color IS NOT NULL",
    "nothing IS NULL",
    "EXISTS(color) AND NOT EXISTS(missing)",
    "exists(nothing)",
    "size + 1 = 4 AND size - 1 = 2 AND size * 2 = 6 AND size / 2 = 1 AND size % 2 = 1",
    "price / 2 = 4.75",
    "-size = -3 AND +size = 3",
    "size + 2 * 3 = 9 AND (size + 2) * 3 = 15",
    "color + '!' = 'red!'",
    "sys.MessageId = 'm-1' AND sys.Label = 'urgent!' AND sys.To = 'here'",
    "sys.CorrelationId = 'c-1' AND sys.SessionId = 's-1' AND sys.subject LIKE 'urgent_'",
    "sys.ReplyTo IS NULL AND NOT EXISTS(sys.ContentType)",
    "user.color = 'red'",
    "\"two words\" = 2 AND [two words] = 2 AND property('two words') = 2 AND p('size') = 3",
    "color > 'blue'",
    "1 = 1",
    "1e1 = 10 AND .5 = 0.5",
    "'it''s' = 'it''s'",
    "color = 'blue' AND size = 3 OR paid",
    "size = 3 OR missing = 1",
    "NOT (missing = 1 AND size = 4)",
  ])("%s", (text) => {
    expect(sqlFilter(text)(order)).toBe(true);
  });
});

describe("expressions that do not pass, unknown among them", () => {
  test.each([
    "color = 'Red'",
    "missing = 1",
    "NOT missing = 1",
    "missing <> 1",
    "missing > 1 OR missing <= 1",
    "missing IN (1, 2)",
    "missing NOT IN (1, 2)",
    "size NOT IN (1, missing)",
    "missing LIKE '%'",
    "missing NOT LIKE 'a'",
    "size = '3'",
    "size <> '3'",
    "color",
    "size",
    "size / 0 = 0",
    "color = 'red' AND missing = 1",
    "color = 'blue' OR missing = 1",
    "paid AND color = 'blue' OR open",
    "color LIKE 'r'",
    "color LIKE 'R%'",
    "color LIKE 'r%' ESCAPE 'too long'",
    "nothing = NULL",
    "EXISTS(missing)",
    "1 = 0",
  ])("%s", (text) => {
    expect(sqlFilter(text)(order)).toBe(false);
  });
});

describe("expressions that are refused", () => {
  test.each([
    ["", /expected a value, found the end at position 0/],
    ["color =", /expected a value/],
    ["color = 'red", /unexpected "'"/],
    ["color == 'red'", /expected a value, found "="/],
    ["(color = 'red'", /expected \)/],
    ["color = 'red')", /expected an operator/],
    ["color NOT = 1", /expected IN or LIKE/],
    ["color IS 1", /expected NULL/],
    ["sys.Nothing = 1", /unknown system property "Nothing"/],
    ["other.color = 1", /unknown scope "other"/],
    ["upper(color) = 'RED'", /unknown function "upper"/],
    ["AND = 1", /expected a value/],
    ["color IN ()", /expected a value/],
    [`${"(".repeat(2000)}1${")".repeat(2000)}`, /nested too deeply/],
  ])("%s", (text, error) => {
    expect(() => sqlFilter(text)).toThrow(error);
  });
});

describe("correlation filters", () => {
  test.each([
    [{}, true],
    [{ Label: "urgent!" }, true],
    [{ Subject: "urgent!", To: "here", CorrelationId: "c-1", SessionId: "s-1", MessageId: "m-1" }, true],
    [{ Label: "Urgent!" }, false],
    [{ ReplyTo: "x" }, false],
    [{ Label: "urgent!", Properties: { color: "red", size: 3, paid: true } }, true],
    [{ Label: "urgent!", Properties: { color: "red", size: 4 } }, false],
    [{ Properties: { size: "3" } }, false],
    [{ Properties: { missing: "x" } }, false],
  ])("%j: %s", (filter, passes) => {
    expect(correlationFilter(filter)(order)).toBe(passes);
  });
});
