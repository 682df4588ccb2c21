// Builds the function app into dist/: one bundle of our own code (packages stay in node_modules), with the hash of
// each rule's module graph inside, so that the audit log can say which code decided.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown, type OutputChunk } from "rolldown";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The one chunk that the modules behind `input` come to: our own, and of packages only where `external` says so. */
async function bundle(
  input: string,
  { define = {}, external = /^[^./]/ }: { define?: Record<string, string>; external?: RegExp } = {},
): Promise<OutputChunk> {
  const bundler = await rolldown({
    input: path.join(root, input),
    cwd: root,
    platform: "node",
    external,
    transform: { define },
  });
  const { output } = await bundler.generate({ format: "esm", codeSplitting: false, sourcemap: true });
  await bundler.close();
  return output[0];
}

/** SHA-256 of the bundled module graph of every rule in `rules/`, by rule name. */
export async function ruleHashes(): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const files = (await readdir(path.join(root, "rules"), { recursive: true })).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const file of files.toSorted()) {
    const { code } = await bundle(path.join("rules", file));
    const hash = createHash("sha256").update(code).digest("hex");
    const module = (await import(pathToFileURL(path.join(root, "rules", file)).href)) as Record<
      string,
      unknown
    >;
    for (const value of Object.values(module)) {
      if (isRule(value)) hashes[value.name] = hash;
    }
  }
  return hashes;
}

function isRule(value: unknown): value is { kind: "rule"; name: string } {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "rule";
}

/** Builds dist/. What did not change is left alone, so that running apps keep their files. Throws when the bundler does. */
export async function build(): Promise<void> {
  const define = { RULE_HASHES: JSON.stringify(await ruleHashes()) };
  const main = await bundle("functions/main.ts", { define });
  // A program of its own, which the app starts over each job and looks for beside itself.
  const warden = await bundle("engine/jobs/warden.ts");
  await mkdir(path.join(root, "dist", "functions"), { recursive: true });
  // What a job in Node gets beside its file, whole: it has no packages.
  const mysql = await bundle("engine/jobs/mysql.ts", { external: /^node:/ });
  await replace("dist/functions/mysql.mjs", mysql.code);
  for (const [name, { code, map }] of Object.entries({ main, warden })) {
    await replace(`dist/functions/${name}.js.map`, map?.toString() ?? "");
    await replace(`dist/functions/${name}.js`, `${code}//# sourceMappingURL=${name}.js.map\n`);
  }
}

/** Puts a file in place in one step: whoever loads it meanwhile gets the old or the new one, whole. */
async function replace(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) return;
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, text);
  await rename(fresh, file);
}

if (import.meta.main) {
  if (process.argv.includes("--help")) {
    console.log(
      "usage: npm run build\n\nBundles the function app into dist/. The other commands do it when they need it.",
    );
  } else await build();
}
