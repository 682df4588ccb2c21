import { describe, expect, it } from "vitest";
import { mappingFault, ruleFault } from "../../../engine/audit/rehearse/fault.ts";
import { defineRule, type RuleDefinition } from "../../../engine/define/index.ts";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { RuleError } from "../../../engine/errors/rule-error.ts";
import { applyRule } from "../../../engine/sync/apply-rule.ts";
import { event, minute, person, told } from "../sync/shop.ts";

const SECRET = "ana@planted.co";

/** What is told of a rule that does this. */
function faultOf(apply: () => unknown): string {
  const rule = defineRule({ name: "r", on: told, to: person, apply: apply as never }) as RuleDefinition;
  try {
    applyRule(rule, undefined, event(told.type, minute(1), { email: SECRET }));
  } catch (error) {
    return ruleFault(error, rule);
  }
  throw new Error("it did not fail");
}

describe("what is told of a rule's failure", () => {
  it("is the kind of the error and where it was thrown, never its words", () => {
    const fault = faultOf(() => {
      throw new TypeError(`no mail for ${SECRET}\n    at ${SECRET} (${SECRET}.ts:1:1)`);
    });
    expect(fault).toMatch(/^rule "r": threw TypeError at rehearse-fault\.test\.ts:\d+:\d+$/);
  });

  it("quotes nothing that is thrown instead of an error, and no name that a rule makes up", () => {
    expect(
      faultOf(() => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- what a rule may do
        throw SECRET;
      }),
    ).toBe('rule "r": threw what is no error');
    expect(
      faultOf(() => {
        throw Object.assign(new Error("x"), { name: SECRET });
      }),
    ).toMatch(/^rule "r": threw Error at /);
  });

  it("is told of an error whose parts are none, too", () => {
    expect(
      faultOf(() => {
        throw Object.assign(new TypeError("x"), { stack: 7 });
      }),
    ).toBe('rule "r": threw TypeError');
  });

  it("names the paths that a schema refuses, and not what it says of them", () => {
    const answer = { identity: { number: 5 }, contact: { email: 7, [SECRET]: 1 }, [SECRET]: 1 };
    expect(faultOf(() => answer)).toBe(
      'rule "r": answered a document that its schema refuses (identity.number, contact.email, contact)',
    );
  });

  it("says what else may be wrong with an answer", () => {
    expect(faultOf(() => undefined)).toMatch(/^rule "r": must answer a document/);
    const touching = new RuleError(
      "r",
      `altered identity.${SECRET}, but declares that it touches contact only`,
    );
    const rule = defineRule({
      name: "r",
      on: told,
      to: person,
      apply: (current) => current ?? { identity: { number: "" } },
    });
    expect(ruleFault(touching, rule)).not.toContain("planted");
    expect(ruleFault(new RuleError("(none)", `no rule takes the event ${SECRET}`), undefined)).not.toContain(
      "planted",
    );
    expect(ruleFault(new RuleError("r", `answered what JSON cannot say: ${SECRET}`), rule)).toBe(
      'rule "r": answered what JSON cannot say',
    );
    expect(ruleFault(new Error(SECRET), rule)).toMatch(/^threw Error at /);
  });
});

it("what is told of a mapping's failure is the same", () => {
  const cause = new RangeError(SECRET);
  const error = new PermanentError(`the mapping threw RangeError: ${SECRET}`, { cause });
  expect(mappingFault(error)).toMatch(/^the mapping threw RangeError at rehearse-fault\.test\.ts:\d+:\d+$/);
  expect(mappingFault(SECRET)).toBe("the mapping threw what is no error");
});
