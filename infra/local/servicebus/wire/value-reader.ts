/** What an AMQP value becomes when read: longs beyond 2^53 are bigint, timestamps Date, uuid and binary Buffer. */
export type AmqpValue =
  null | boolean | number | bigint | string | Date | Buffer | AmqpValue[] | Map<AmqpValue, AmqpValue>;

/**
 * Reads AMQP 1.0 encoded values one after the other, without building typed wrappers.
 * Source: AMQP 1.0 part 1, section 1.6 (primitive type encodings).
 */
export class ValueReader {
  readonly buffer: Buffer;
  /** Offset of the next byte. */
  at: number;

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  /** True when nothing is left. */
  get done(): boolean {
    return this.at >= this.buffer.length;
  }

  /** Steps over one value, described or not. */
  skip(): void {
    let code = this.byte();
    if (code === 0x00) {
      this.skip();
      code = this.byte();
    }
    this.at += this.width(code);
    if (this.at > this.buffer.length) throw new RangeError("the AMQP value ends beyond its buffer");
  }

  /** Reads one value; a descriptor is dropped. */
  next(): AmqpValue {
    const code = this.byte();
    if (code === 0x00) {
      this.skip();
      return this.next();
    }
    return this.ofCode(code);
  }

  /**
   * Enters a list, map or array: returns how many values follow and where it ends.
   * A null counts as an empty one.
   */
  enter(): { count: number; end: number } {
    let code = this.byte();
    if (code === 0x00) {
      this.skip();
      code = this.byte();
    }
    if (code === 0x45 || code === 0x40) return { count: 0, end: this.at };
    const wide = (code & 0xf0) === 0xd0;
    if (!wide && (code & 0xf0) !== 0xc0)
      throw new TypeError(`expected a list or map, found 0x${code.toString(16)}`);
    const size = wide ? this.buffer.readUInt32BE(this.at) : this.buffer.readUInt8(this.at);
    const end = this.at + (wide ? 4 : 1) + size;
    if (end > this.buffer.length) throw new RangeError("the AMQP value ends beyond its buffer");
    const count = wide ? this.buffer.readUInt32BE(this.at + 4) : this.buffer.readUInt8(this.at + 1);
    this.at += wide ? 8 : 2;
    return { count, end };
  }

  private byte(): number {
    return this.buffer.readUInt8(this.at++);
  }

  private width(code: number): number {
    switch (code >> 4) {
      case 0x4:
        return 0;
      case 0x5:
        return 1;
      case 0x6:
        return 2;
      case 0x7:
        return 4;
      case 0x8:
        return 8;
      case 0x9:
        return 16;
      case 0xa:
      case 0xc:
      case 0xe:
        return 1 + this.buffer.readUInt8(this.at);
      case 0xb:
      case 0xd:
      case 0xf:
        return 4 + this.buffer.readUInt32BE(this.at);
      default:
        throw new TypeError(`unknown AMQP type code 0x${code.toString(16)}`);
    }
  }

  private ofCode(code: number): AmqpValue {
    const start = this.at;
    if (code === 0xc0 || code === 0xd0 || code === 0x45) return this.list(code);
    if (code === 0xc1 || code === 0xd1) return this.map();
    this.at += this.width(code);
    const b = this.buffer;
    switch (code) {
      case 0x40:
        return null;
      case 0x41:
        return true;
      case 0x42:
        return false;
      case 0x56:
        return b.readUInt8(start) !== 0;
      case 0x43:
      case 0x44:
        return 0;
      case 0x50:
      case 0x52:
      case 0x53:
        return b.readUInt8(start);
      case 0x51:
      case 0x54:
      case 0x55:
        return b.readInt8(start);
      case 0x60:
        return b.readUInt16BE(start);
      case 0x61:
        return b.readInt16BE(start);
      case 0x70:
      case 0x73:
        return b.readUInt32BE(start);
      case 0x71:
        return b.readInt32BE(start);
      case 0x72:
        return b.readFloatBE(start);
      case 0x82:
        return b.readDoubleBE(start);
      case 0x80:
        return narrow(b.readBigUInt64BE(start));
      case 0x81:
        return narrow(b.readBigInt64BE(start));
      case 0x83:
        return new Date(Number(b.readBigInt64BE(start)));
      case 0xa1:
        return b.toString("utf8", start + 1, this.at);
      case 0xb1:
        return b.toString("utf8", start + 4, this.at);
      case 0xa3:
        return b.toString("latin1", start + 1, this.at);
      case 0xb3:
        return b.toString("latin1", start + 4, this.at);
      case 0xa0:
        return b.subarray(start + 1, this.at);
      case 0xb0:
        return b.subarray(start + 4, this.at);
      default:
        // uuid, decimals and arrays: the raw bytes are all the broker needs of them
        return b.subarray(start, this.at);
    }
  }

  private list(code: number): AmqpValue[] {
    this.at -= 1;
    const { count, end } = this.enter();
    const items: AmqpValue[] = [];
    if (code !== 0x45) for (let i = 0; i < count; i++) items.push(this.next());
    this.at = end;
    return items;
  }

  private map(): Map<AmqpValue, AmqpValue> {
    this.at -= 1;
    const { count, end } = this.enter();
    const entries = new Map<AmqpValue, AmqpValue>();
    for (let i = 0; i + 1 < count; i += 2) entries.set(this.next(), this.next());
    this.at = end;
    return entries;
  }
}

function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}
