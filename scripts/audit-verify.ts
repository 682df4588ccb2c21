// npm run audit:verify: verifies the audit log from outside, with nothing but the right to read the store.
import { verifyFromOutside } from "./audit-verify/program.ts";

const { code, out, error } = await verifyFromOutside(
  process.argv.slice(2),
  (progress) => {
    process.stderr.write(`${progress}\n`);
  },
  process.env,
);
process.stdout.write(out);
process.stderr.write(error);
process.exitCode = code;
