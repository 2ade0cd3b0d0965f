import { describeType } from '../shared/describe-value.js';
import { MAX_CALL_CIDS } from '../shared/token-format.js';
import { Refusal } from './refusal.js';
import { withinLimit } from './time-limit.js';

const MAX_BODY_BYTES = 8 * 1024;
/** What Node accepts of a head altogether; an address may list a hundred calls. */
const MAX_ADDRESS_CHARACTERS = 16 * 1024;

/** What a client asks for. Nothing in it is proof of anything. */
export interface TokenRequest {
  userId?: string | undefined;
  reason?: string | undefined;
  callCids: readonly string[];
}

/** Reads `{ user_id?, reason?, call_cids? }` from a JSON body, or from the query of a GET. */
export async function readTokenRequest(request: Request): Promise<TokenRequest> {
  if (request.method === 'GET') {
    if (request.url.length > MAX_ADDRESS_CHARACTERS)
      throw new Refusal(414, 'The address is longer than 16 KiB');
    const query = new URL(request.url).searchParams;
    return readFields({
      user_id: query.get('user_id') ?? undefined,
      reason: query.get('reason') ?? undefined,
      call_cids: query.getAll('call_cids'),
    });
  }
  const text = await readText(request);
  return readFields(text.trim() === '' ? {} : parse(text));
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return '';
  try {
    return await withinLimit(readAll(reader), tooSlow);
  } catch (error) {
    // Ends a read that is still waiting; a lock can't be given back before. Not awaited, as in `discard`.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    reader.releaseLock();
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    text += decoded(decoder, part.value);
  }
  return text + decoded(decoder);
}

/** Gives an unread body back. Not awaited: one of two clones settles only when the other one is cancelled too. */
export function discard(body: ReadableStream | null | undefined): void {
  if (body && !body.locked) body.cancel().catch(() => undefined);
}

function tooLarge(): Refusal {
  return new Refusal(413, 'The body is larger than 8 KiB');
}

function tooSlow(): Refusal {
  return new Refusal(408, 'The body did not come in time', {
    detail: 'The body of the request was too slow',
  });
}

function decoded(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new Refusal(400, 'The body is not UTF-8');
  }
}

function parse(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, `The body is ${describeType(body)}, not an object`);
  }
  return { ...body };
}

function readFields({ user_id, reason, call_cids }: Record<string, unknown>): TokenRequest {
  return {
    userId: readString('user_id', user_id),
    reason: readString('reason', reason),
    callCids: Object.freeze(readCallCids(call_cids)),
  };
}

function readString(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new Refusal(400, `${name} is ${describeType(value)}, not a string`);
}

function readCallCids(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((cid) => typeof cid === 'string')) {
    throw new Refusal(400, 'call_cids is not an array of strings');
  }
  if (value.length > MAX_CALL_CIDS) {
    throw new Refusal(400, `call_cids lists more than ${MAX_CALL_CIDS} calls`);
  }
  return value;
}
