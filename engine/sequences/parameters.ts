/**
 * A text with the parameters filled in: `${name}` becomes its value, `$${` a plain `${`. In one pass, so that what a value
 * holds stays as it is; a name that is none of the parameters' stays too.
 */
export function fillIn(text: string, parameters: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$\{|\$\{([a-z][a-z0-9_]{0,63})\}/g, (found, name: string | undefined) => {
    if (name === undefined) return "${";
    return Object.hasOwn(parameters, name) ? (parameters[name] ?? found) : found;
  });
}
