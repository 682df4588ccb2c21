/** Limits as people read them, in the largest unit that takes them whole. */
export const inWords = {
  /** "10 minutes", "1 second", "250 milliseconds". */
  time: (ms: number): string =>
    largest(ms, [
      [60_000, "minute"],
      [1000, "second"],
      [1, "millisecond"],
    ]),
  /** "64 MiB", "1 KiB", "1000 bytes". */
  bytes: (bytes: number): string =>
    largest(bytes, [
      [1024 ** 3, " GiB"],
      [1024 ** 2, " MiB"],
      [1024, " KiB"],
      [1, "byte"],
    ]),
};

function largest(value: number, units: readonly (readonly [number, string])[]): string {
  const [size, name] = units.find(([size]) => value % size === 0) ?? [1, ""];
  const count = value / size;
  return name.startsWith(" ") ? `${count}${name}` : `${count} ${name}${count === 1 ? "" : "s"}`;
}
