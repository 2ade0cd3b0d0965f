/** Bytes or JSON that do not hold what they should. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

type Scalar = 'text' | 'flag' | 'number' | 'float' | 'time';
type Kind = Scalar | Message;

/** A field by its number on the wire; `Value` is what it holds. */
export interface Field<Value = unknown> {
  readonly no: number;
  readonly kind: Kind;
  readonly isList: boolean;
  /** The names that JSON uses for the numbers of an enumeration. */
  readonly names?: Readonly<Record<string, number>> | undefined;
  /** For the type alone; never set. */
  readonly holds?: Value;
}

/** The fields of a message by their JSON names. Fields that are not listed are skipped when they come. */
export type Message = Readonly<Record<string, Field>>;

/** A message as an object; absent fields have the default of their kind. */
export type ValuesOf<M extends Message> = {
  readonly [Name in keyof M]?: M[Name] extends Field<infer Value> ? Value | undefined : never;
};

const field = <Value>(no: number, kind: Kind): Field<Value> => ({ no, kind, isList: false });

export const text = (no: number) => field<string>(no, 'text');
export const flag = (no: number) => field<boolean>(no, 'flag');
export const number = (no: number) => field<number>(no, 'number');
export const float = (no: number) => field<number>(no, 'float');
/** Epoch milliseconds. */
export const time = (no: number) => field<number>(no, 'time');
export const enumeration = (no: number, names: Readonly<Record<string, number>>): Field<number> => ({
  ...field<number>(no, 'number'),
  names,
});
export const nested = <M extends Message>(no: number, message: M) => field<ValuesOf<M>>(no, message);
export const list = <Value>(one: Field<Value>): Field<readonly Value[]> => ({
  no: one.no,
  kind: one.kind,
  names: one.names,
  isList: true,
});

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH = 2;
const FIXED_32 = 5;

const TIME = { seconds: number(1), nanos: number(2) };

class Writer {
  readonly #bytes: number[] = [];

  varint(value: number): this {
    // Negative numbers are written as 64 bits in two's complement.
    let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
    while (rest > 0x7fn) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
    return this;
  }

  tag(no: number, wireType: number): this {
    return this.varint(no * 8 + wireType);
  }

  float(value: number): this {
    this.#bytes.push(...new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  block(bytes: Uint8Array): this {
    this.varint(bytes.byteLength);
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  finish(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.byteLength;
  }

  varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new Malformed('a number is longer than 64 bits');
  }

  float(): number {
    const bytes = this.#take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  block(): Uint8Array {
    return this.#take(this.varint());
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED_64) this.#take(8);
    else if (wireType === LENGTH) this.block();
    else if (wireType === FIXED_32) this.#take(4);
    else throw new Malformed(`wire type ${wireType} is not used any more`);
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (count < 0 || end > this.#bytes.byteLength) throw new Malformed('the message ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function wireTypeOf(kind: Kind): number {
  if (kind === 'number' || kind === 'flag') return VARINT;
  return kind === 'float' ? FIXED_32 : LENGTH;
}

function bytesOf(kind: Exclude<Kind, 'number' | 'flag' | 'float'>, value: unknown): Uint8Array {
  if (kind === 'text') return new TextEncoder().encode(String(value));
  if (kind !== 'time') return encode(kind, value as ValuesOf<Message>);
  const ms = Number(value);
  const seconds = Math.floor(ms / 1000);
  return encode(TIME, { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) });
}

function write(writer: Writer, { no, kind }: Field, value: unknown): void {
  writer.tag(no, wireTypeOf(kind));
  if (kind === 'number' || kind === 'flag') writer.varint(Number(value));
  else if (kind === 'float') writer.float(Number(value));
  else writer.block(bytesOf(kind, value));
}

/** The bytes of a message in protocol buffers' binary format. Defaults are written like any other value. */
export function encode<M extends Message>(message: M, values: ValuesOf<M>): Uint8Array {
  const writer = new Writer();
  for (const [name, one] of Object.entries(message)) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    for (const item of one.isList ? (value as readonly unknown[]) : [value]) write(writer, one, item);
  }
  return writer.finish();
}

function readScalar(reader: Reader, kind: Kind): unknown {
  if (kind === 'number') return reader.varint();
  if (kind === 'flag') return reader.varint() !== 0;
  if (kind === 'float') return reader.float();
  const bytes = reader.block();
  if (kind === 'text') return new TextDecoder().decode(bytes);
  if (kind !== 'time') return decode(kind, bytes);
  const { seconds = 0, nanos = 0 } = decode(TIME, bytes);
  return seconds * 1000 + nanos / 1e6;
}

/** Numbers in a list come packed into one block. */
function readItems(reader: Reader, { kind }: Field, wireType: number): unknown[] {
  if (wireType === wireTypeOf(kind)) return [readScalar(reader, kind)];
  const packed = new Reader(reader.block());
  const items: unknown[] = [];
  while (!packed.isAtEnd) items.push(readScalar(packed, kind));
  return items;
}

/** Reads a message; throws `Malformed`. Fields that did not come are absent. */
export function decode<M extends Message>(message: M, bytes: Uint8Array): ValuesOf<M> {
  const byNumber = new Map(Object.entries(message).map((entry) => [entry[1].no, entry]));
  const values: Record<string, unknown> = {};
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const wireType = tag % 8;
    const [name, one] = byNumber.get(Math.floor(tag / 8)) ?? [];
    const isPacked = one?.isList === true && wireType === LENGTH;
    if (name === undefined || one === undefined || (wireType !== wireTypeOf(one.kind) && !isPacked)) {
      reader.skip(wireType);
    } else if (one.isList) {
      // Into the list that is there: a copy for each item would make a long list cost the square of its length.
      values[name] ??= [];
      const items = values[name] as unknown[];
      for (const item of readItems(reader, one, wireType)) items.push(item);
    } else {
      values[name] = readScalar(reader, one.kind);
    }
  }
  return values as ValuesOf<M>;
}

function fromJsonValue({ kind, names }: Field, value: unknown): unknown {
  if (typeof kind === 'object') return fromJson(kind, value);
  if (names !== undefined && typeof value === 'string') return Object.hasOwn(names, value) ? names[value] : 0;
  const expected = kind === 'text' ? 'string' : kind === 'flag' ? 'boolean' : 'number';
  if (typeof value !== expected) throw new Malformed(`a ${expected} is expected`);
  return value;
}

/** Reads a message from parsed JSON; throws `Malformed`. Names that are not known are skipped. */
export function fromJson<M extends Message>(message: M, json: unknown): ValuesOf<M> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Malformed('an object is expected');
  }
  const values: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(message)) {
    const value = Object.hasOwn(json, name) ? (json as Readonly<Record<string, unknown>>)[name] : undefined;
    if (value === undefined || value === null) continue;
    if (!one.isList) values[name] = fromJsonValue(one, value);
    else if (Array.isArray(value)) values[name] = value.map((item) => fromJsonValue(one, item));
    else throw new Malformed('a list is expected');
  }
  return values as ValuesOf<M>;
}
