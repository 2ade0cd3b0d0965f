import { describeType } from '../../shared/describe-value.js';
import { readGiven, refuse } from '../../shared/refuse.js';

/** A body ready to be sent, and what is known about sending it again. */
export interface RequestBody {
  readonly content: BodyInit;
  readonly contentType: string | undefined;
  /** A stream can be read once: its request is not sent again. */
  readonly isOneShot: boolean;
}

function tagOf(value: unknown): string {
  // A tag rather than a class: the value may come from another realm.
  return Object.prototype.toString.call(value).slice(8, -1);
}

function isOneShot(value: object): boolean {
  return (
    tagOf(value) === 'ReadableStream' ||
    typeof (value as { getReader?: unknown }).getReader === 'function' ||
    typeof (value as { pipe?: unknown }).pipe === 'function' ||
    Symbol.asyncIterator in value
  );
}

const BODIES = 'Pass text, plain data, bytes, FormData, a Blob, URLSearchParams or a stream.';

/** Refuses what cannot be written. */
export function asJson(value: unknown): RequestBody & { readonly content: string } {
  let content: string | undefined;
  try {
    content = JSON.stringify(value);
  } catch (cause) {
    return refuse('invalid_option', 'The body cannot be written as JSON', BODIES, cause);
  }
  if (content === undefined) return refuse('invalid_option', `The body is ${describeType(value)}`, BODIES);
  return { content, contentType: 'application/json', isOneShot: false };
}

function copyBytes(value: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  const source = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  const copy = new Uint8Array(source.length);
  copy.set(source);
  return copy;
}

/** Serialises a form once, since its boundary is another one each time. */
async function serialiseForm(form: FormData): Promise<RequestBody> {
  const asIs = { content: form, contentType: undefined, isOneShot: false };
  try {
    const serialised = new Response(form);
    const contentType = serialised.headers.get('content-type') ?? '';
    // A form of another realm or package is written as the text of its name.
    if (!/^multipart\/form-data/i.test(contentType)) return asIs;
    return { content: await serialised.arrayBuffer(), contentType, isOneShot: false };
  } catch {
    // React Native's response cannot read a form.
    return asIs;
  }
}

/**
 * Makes a body that can be sent again byte for byte where that is possible: a string goes raw, an object as
 * JSON, bytes are copied, a form is serialised once, a stream stays what it is.
 */
export async function prepareBody(value: unknown): Promise<RequestBody | undefined> {
  return value === undefined ? undefined : readGiven('The body', () => prepare(value));
}

function prepare(value: unknown): RequestBody | Promise<RequestBody> {
  if (typeof value === 'string') {
    return { content: value, contentType: 'text/plain;charset=UTF-8', isOneShot: false };
  }
  if (typeof value !== 'object' || value === null) return asJson(value);
  switch (tagOf(value)) {
    case 'FormData':
      return serialiseForm(value as FormData);
    case 'Blob':
    case 'File':
      return {
        content: value as Blob,
        contentType: (value as Blob).type || 'application/octet-stream',
        isOneShot: false,
      };
    case 'URLSearchParams':
      return {
        content: String(value),
        contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
        isOneShot: false,
      };
    case 'ArrayBuffer':
      return bytes(value as ArrayBuffer);
  }
  if (ArrayBuffer.isView(value)) return bytes(value);
  if (isOneShot(value)) {
    return { content: value as ReadableStream, contentType: 'application/octet-stream', isOneShot: true };
  }
  return asJson(value);
}

function bytes(value: ArrayBuffer | ArrayBufferView): RequestBody {
  return { content: copyBytes(value), contentType: 'application/octet-stream', isOneShot: false };
}
