import { describe, expect, it } from "vitest";
import { jobModeOf, type Machine } from "../../../engine/jobs/mode.ts";
import { createSettings } from "../../../engine/settings/settings.ts";

const ROOT: Machine = {
  platform: "linux",
  uid: 0,
  env: {},
  has: () => true,
  uidMap: "         0          0 4294967295\n",
};

function modeOf(said: string, machine: Partial<Machine>): string {
  const mode = jobModeOf(createSettings({ CAUDAL_JOBS: said }, []), { ...ROOT, ...machine });
  return "mode" in mode ? mode.mode : `refused: ${mode.refused}`;
}

describe("how jobs run", () => {
  it.each(["", "trusted"])("apart from each other for root on Linux, when CAUDAL_JOBS is %j", (said) => {
    expect(modeOf(said, {})).toBe("isolated");
  });

  it.each<[string, Partial<Machine>]>([
    ["that takes Linux", { platform: "darwin" }],
    ["the app does not run as root", { uid: 1000 }],
    ["setpriv and nice cannot be found", { has: (name) => name !== "setpriv" && name !== "nice" }],
    ["this container's root may not take on users above 1,000,000,000", { uidMap: "0 100000 65536" }],
    ["this container's root may not take on users above 1,000,000,000", { uidMap: "" }],
  ])("as the app's own user, if at all, where %s", (lack, machine) => {
    expect(modeOf("trusted", machine)).toBe("trusted");
    expect(modeOf("", machine)).toBe(
      `refused: uploaded jobs cannot be kept apart from the app here: ${lack}; CAUDAL_JOBS=trusted runs them as its own user`,
    );
  });

  it.each(["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME"])("never on Azure, told by %s", (name) => {
    for (const said of ["", "trusted", "off"]) {
      expect(modeOf(said, { env: { [name]: "x" } })).toMatch(
        /^refused: uploaded jobs do not run inside a function app/,
      );
    }
  });

  it("never where they are off, or on Windows", () => {
    expect(modeOf("off", {})).toBe("refused: jobs are switched off here: CAUDAL_JOBS is off");
    expect(modeOf("trusted", { platform: "win32", uid: undefined })).toBe(
      "refused: jobs run on Linux and macOS, not on Windows",
    );
  });

  it("never by a word that means nothing", () => {
    expect(modeOf("Trusted", {})).toBe('refused: CAUDAL_JOBS is "Trusted", and can be trusted or off');
  });

  it("is told of the machine that this is", () => {
    const mode = jobModeOf(createSettings({}, []));
    expect("mode" in mode || "refused" in mode).toBe(true);
  });
});
