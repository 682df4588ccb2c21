import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { topologyOf } from "../../../engine/define/topology.ts";
import { Site, WEBHOOK_SECRET } from "../../flows/kit/site.ts";
import app from "../app/app.ts";
import { bearerDoor, OAuthDoor, TOKEN_PATH } from "./door.ts";
import { RestSystem } from "./rest-system.ts";

/** What the front desk says of a client. */
export interface Said {
  readonly number: string;
  readonly step: number;
  readonly name?: string;
  readonly note?: string;
  /** When it was so: ISO 8601. Default: now. */
  readonly at?: string;
}

/** The secrets of a rig's app, for whoever looks for them where they should not be. */
const SECRETS = {
  alpha: "alpha-token-0a1b2c3d4e",
  beta: "beta secret/+=5f6a7b8c",
  crm: "crm-token-9d8e7f6a5b",
  /** Under which access tokens are stored. */
  store: Buffer.from("thirty-two bytes, as it must be!").toString("base64"),
};

/** The app to which the tests do harm on a stack of its own, with the systems around it. */
export class Rig extends Site {
  readonly alpha = new RestSystem(bearerDoor(SECRETS.alpha));
  readonly beta = new RestSystem(new OAuthDoor(SECRETS.beta));
  readonly crm = new RestSystem(bearerDoor(SECRETS.crm));
  /** The last step that was said of each client and taken in. */
  readonly said = new Map<string, number>();
  #hosts = 2;

  /** Starts everything. `env`: settings beside those that the systems need. */
  static async open({
    hosts = 2,
    env = {},
  }: { hosts?: number; env?: Record<string, string> } = {}): Promise<Rig> {
    const rig = new Rig(await Site.folder());
    rig.#hosts = hosts;
    for (const system of rig.systems) await system.listen();
    rig.env = {
      // A server of our own, whatever the tests are given: some of them kill it.
      MYSQL_URL: "",
      WEBHOOK_SECRET,
      ALPHA_URL: rig.alpha.url,
      ALPHA_TOKEN: SECRETS.alpha,
      BETA_URL: rig.beta.url,
      BETA_TOKEN_URL: `${rig.beta.url}${TOKEN_PATH}`,
      BETA_CLIENT_ID: rig.beta.door.clientId,
      BETA_CLIENT_SECRET: SECRETS.beta,
      CRM_URL: rig.crm.url,
      CRM_TOKEN: SECRETS.crm,
      CAUDAL_SECRETS_KEY: SECRETS.store,
      ...env,
    };
    try {
      await writeFile(rig.#topology, JSON.stringify(topologyOf(app)));
      await rig.start();
    } catch (error) {
      await rig.close();
      throw error;
    }
    return rig;
  }

  get systems(): readonly RestSystem[] {
    return [this.alpha, this.beta, this.crm];
  }

  /** The systems by the names of their integrations. */
  get byIntegration(): Readonly<Record<string, RestSystem>> {
    return { alpha: this.alpha, beta: this.beta, crm: this.crm };
  }

  /** The secrets that settings hold. */
  get secrets(): readonly string[] {
    return Object.values(SECRETS);
  }

  override async start(): Promise<void> {
    const appDir = path.join(import.meta.dirname, "../app");
    await super.start({ appDir, topologyFile: this.#topology, hosts: this.#hosts });
  }

  /** Stops everything and starts it again on the same data, with settings changed. */
  async restart(env: Record<string, string> = {}): Promise<void> {
    await this.stack.stop();
    this.env = { ...this.env, ...env };
    await this.start();
  }

  override async close(): Promise<void> {
    await super.close();
    for (const system of this.systems) await system.close();
  }

  /** Sends what the front desk says, until it is taken in. */
  async say({ at = new Date().toISOString(), ...data }: Said): Promise<void> {
    await this.postUntilTaken("desk", JSON.stringify({ timestamp: at, data }), randomUUID());
    this.said.set(data.number, Math.max(this.said.get(data.number) ?? 0, data.step));
  }

  /** Rows of the table, by client. */
  async rows(): Promise<Map<string, Record<string, unknown>>> {
    const rows = await this.sql("SELECT * FROM caudal_rows.clients");
    return new Map(rows.map((row) => [String(row["id"]), row]));
  }

  get #topology(): string {
    return path.join(this.folder, "topology.json");
  }
}
