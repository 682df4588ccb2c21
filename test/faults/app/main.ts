import { register } from "../../../functions/register.ts";
import definition from "./app.ts";

register(definition);
