import definition from "./app.ts";
import { register } from "./register.ts";

register(definition);
