import type { MessageContent } from "../wire/content.ts";
import { mapSections } from "../wire/sections.ts";
import { ValueReader, type AmqpValue } from "../wire/value-reader.ts";
import { filterValue, type FilterValue } from "./values.ts";

/** The system properties a filter may name, in lower case, and their place in the AMQP properties section. */
export const SYSTEM_PROPERTIES = new Map<string, number>([
  ["messageid", 0],
  ["to", 2],
  ["label", 3],
  ["subject", 3],
  ["replyto", 4],
  ["correlationid", 5],
  ["contenttype", 6],
  ["sessionid", 10],
  ["replytosessionid", 12],
]);

/** What filters look at: decoded once per message, on first use. */
export class MessageView {
  private system: AmqpValue[] | undefined;
  private user: Map<string, AmqpValue> | undefined;
  private readonly content: MessageContent;

  constructor(content: MessageContent) {
    this.content = content;
  }

  /** A system property by its place in the properties section. */
  systemProperty(place: number): FilterValue {
    this.system ??= this.readSystem();
    return filterValue(this.system[place]);
  }

  /** An application property by its name. */
  userProperty(name: string): FilterValue {
    this.user ??= this.readUser();
    return filterValue(this.user.get(name));
  }

  /** Whether the message has that application property, even without a value. */
  hasUserProperty(name: string): boolean {
    this.user ??= this.readUser();
    return this.user.has(name);
  }

  private readSystem(): AmqpValue[] {
    const at = mapSections(this.content.bare).properties;
    if (at < 0) return [];
    const list = new ValueReader(this.content.bare, at).next();
    return Array.isArray(list) ? list : [];
  }

  private readUser(): Map<string, AmqpValue> {
    const at = mapSections(this.content.bare).applicationProperties;
    if (at < 0) return new Map();
    const map = new ValueReader(this.content.bare, at).next();
    if (!(map instanceof Map)) return new Map();
    const properties = new Map<string, AmqpValue>();
    for (const [name, value] of map) if (typeof name === "string") properties.set(name, value);
    return properties;
  }
}
