import type { DeliveryRecord } from "../engine/deliveries/records.ts";
import type { Evidence } from "./evidence.ts";
import type { Played } from "./play.ts";
import type { Fault } from "./day/script.ts";
import type { Stage } from "./stage.ts";
import { counted, type Row, type Section } from "./table.ts";

/** The day in numbers. */
export function reportOf(
  played: Played,
  evidence: Evidence,
  { marketing, off }: Pick<Stage, "marketing" | "off">,
): Section[] {
  return [
    { title: "Events in", rows: eventRows(played) },
    { title: "Documents", rows: documentRows(evidence) },
    { title: "Audit records", rows: auditRows(evidence) },
    { title: "Deliveries", rows: [...deliveryRows(evidence), ...offRows(off)] },
    {
      title: "Destinations",
      rows: [
        [
          "contacts in marketing",
          marketing.contacts.size,
          `${counted(marketing.counts.unavailable, "request")} met a 503`,
        ],
        ["rows in MySQL", evidence.rows.length, "caudal_customer_360.customers"],
      ],
    },
  ];
}

const REFUSED: Readonly<Record<Fault, string>> = {
  phone: "a phone number",
  signature: "a signature",
  future: "a date ahead of time",
};

function eventRows({ sent, pulls, eventIds }: Played): Row[] {
  const accepted = sent.filter(({ answer }) => answer.status === 202);
  const resent = accepted.filter(({ step }) => step.resend).length;
  const retried = accepted.filter(({ answer }) => answer.attempts > 1).length;
  const again = retried > 0 ? `, ${retried} only taken at a later attempt` : "";
  const refused = sent.filter(({ answer }) => answer.status !== 202);
  const pulled = pulls.reduce((sum, { events }) => sum + events, 0);
  return [
    ["webhooks accepted", accepted.length, `${resent} of them sent twice${again}`],
    ...refused.map(({ step, answer }): Row => {
      const [issue] = answer.issues;
      const answered = `answered ${answer.status}${issue ? `, at ${issue.path}` : ""}`;
      return [`refused for ${step.fault ? REFUSED[step.fault] : answer.detail}`, 1, answered];
    }),
    ["records pulled", pulled, `${counted(pulls.length, "run")}; the second one meets the first one's again`],
    ["different events", eventIds.size],
  ];
}

function documentRows({ documents }: Evidence): Row[] {
  const alive = documents.filter(({ data }) => data !== undefined);
  const gone = documents.filter(({ deleted }) => deleted === true);
  const parked = documents.filter((document) => document.parked !== undefined);
  const never = documents.length - alive.length - gone.length;
  return [
    ["customers", documents.length, "everybody of whom anything was heard"],
    [
      "  present",
      alive.length,
      `${counted(
        alive.reduce((sum, { version }) => sum + version, 0),
        "version",
      )} of them`,
    ],
    ["  removed", gone.length, "tombstones: their chains go on"],
    ...(never > 0 ? [["  never came to be", never, "removed before they signed up"] as const] : []),
    ...(parked.length > 0 ? [["  parked", parked.length] as const] : []),
  ];
}

const MEANING: Readonly<Record<string, string>> = {
  created: "the first that was heard of somebody, or their return",
  updated: "something newer was said",
  unchanged: "nothing new was said",
  skipped: "something newer stands already",
  removed: "the customer left",
};

function auditRows({ records }: Evidence): Row[] {
  const outcomes = Map.groupBy(records, ({ outcome }) => outcome);
  return Object.keys(MEANING).map((outcome): Row => {
    const found = outcomes.get(outcome as (typeof records)[number]["outcome"]) ?? [];
    return [outcome, found.length, MEANING[outcome] ?? ""];
  });
}

function deliveryRows({ deliveries }: Evidence): Row[] {
  const groups = Map.groupBy(deliveries, ({ integration, status }) => `${integration}: ${status}`);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, found]): Row => [what, found.length, noteOf(found)]);
}

/** Integrations that are off: nothing was delivered to them, and nothing of them is checked. */
function offRows(off: Stage["off"]): Row[] {
  return off
    .filter(({ what }) => what.startsWith("integration "))
    .map(({ what, missing }) => [
      `${what.replace("integration ", "")}: off`,
      0,
      `the demo sets no ${missing.join(", ")}`,
    ]);
}

function noteOf(found: readonly DeliveryRecord[]): string {
  const telling = found.find(({ reason, error }) => reason ?? error);
  if (telling?.reason !== undefined) return telling.reason;
  // Without the address that was asked: "was answered 503".
  if (telling?.error !== undefined) return telling.error.replace(/^\S+ http\S+ /, "");
  const sorted = found.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]} ms each, at the median`;
}
