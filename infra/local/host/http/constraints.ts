/** Says whether a route parameter's value, as it stands in the URL, may pass. */
export type Constraint = (value: string) => boolean;

const guid =
  /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\))$/i;
const wholeNumber = /^\s*[+-]?\d+\s*$/;
const decimalNumber = /^\s*[+-]?(?:\d+(?:,\d{3})*\.?\d*|\.\d+)\s*$/;
const floatingNumber = /^\s*(?:[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]?Infinity)\s*$/i;

function within(bits: bigint): Constraint {
  const limit = 1n << (bits - 1n);
  return (value) => wholeNumber.test(value) && BigInt(value.trim()) >= -limit && BigInt(value.trim()) < limit;
}

function numbers(name: string, text: string, counts: number[]): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!counts.includes(values.length) || !values.every((value) => Number.isInteger(value))) {
    throw new Error(`the constraint ${name}(${text}) needs ${counts.join(" or ")} whole number(s)`);
  }
  return values;
}

const isInt32 = within(32n);
const isInt64 = within(64n);

/**
 * The route constraints of ASP.NET Core, by name and argument (`range(1,9)` is `range`, `1,9`).
 * Throws for a name it does not know or an argument that does not fit.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function constraint(name: string, argument: string | undefined): Constraint {
  const text = argument ?? "";
  switch (name.toLowerCase()) {
    case "int":
      return isInt32;
    case "long":
      return isInt64;
    case "bool":
      return (value) => /^\s*(?:true|false)\s*$/i.test(value);
    case "decimal":
      return (value) => decimalNumber.test(value);
    case "double":
    case "float":
      return (value) => floatingNumber.test(value);
    case "datetime":
      return (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value));
    case "guid":
      return (value) => guid.test(value);
    case "alpha":
      return (value) => /^[a-z]*$/i.test(value);
    case "required":
      return (value) => value !== "";
    case "file":
      return (value) => /\.[^./]+$/.test(value.slice(value.lastIndexOf("/") + 1));
    case "nonfile":
      return (value) => !/\.[^./]+$/.test(value.slice(value.lastIndexOf("/") + 1));
    case "minlength": {
      const [least] = numbers(name, text, [1]);
      return (value) => value.length >= least!;
    }
    case "maxlength": {
      const [most] = numbers(name, text, [1]);
      return (value) => value.length <= most!;
    }
    case "length": {
      const [least, most] = numbers(name, text, [1, 2]);
      return (value) => value.length >= least! && value.length <= (most ?? least!);
    }
    case "min": {
      const [least] = numbers(name, text, [1]);
      return (value) => isInt64(value) && Number(value) >= least!;
    }
    case "max": {
      const [most] = numbers(name, text, [1]);
      return (value) => isInt64(value) && Number(value) <= most!;
    }
    case "range": {
      const [least, most] = numbers(name, text, [2]);
      return (value) => isInt64(value) && Number(value) >= least! && Number(value) <= most!;
    }
    case "regex": {
      const expression = new RegExp(text, "i");
      return (value) => expression.test(value);
    }
    default:
      throw new Error(`"${name}" is no route constraint`);
  }
}
