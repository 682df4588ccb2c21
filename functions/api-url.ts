import { setting } from "../engine/define/index.ts";

/** The address of the app's own API, which jobs are told: `https://host`. */
export const API_URL = setting("CAUDAL_API_URL");
