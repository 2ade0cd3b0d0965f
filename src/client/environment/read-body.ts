import { callSafely } from '../../shared/call-safely.js';
import { ConnectionError } from '../../shared/errors.js';

interface Limit {
  readonly maxBytes: number;
  /** Who answers, for the error's message. */
  readonly sender: string;
  readonly remediation: string;
}

/** Gives up a body that nobody reads, so that its connection ends. */
export function discardBody(response: Response): void {
  callSafely(() => response.body?.cancel());
}

/** Reads the body as text. Stops at the limit, cancels the rest, and rejects with `too_large`. */
export async function readBody(response: Response, limit: Limit): Promise<string> {
  const { body } = response;
  if (body === null) return '';
  if (typeof body?.getReader === 'function') return readStream(body, limit);
  // React Native has the whole body before anybody can look at it.
  assertFits(Number(response.headers.get('content-length')), limit);
  const text = await response.text();
  assertFits(text.length, limit);
  return text;
}

async function readStream(body: ReadableStream<Uint8Array>, limit: Limit): Promise<string> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return decode(chunks);
      bytes += value.byteLength;
      assertFits(bytes, limit);
      chunks.push(value);
    }
  } catch (error) {
    callSafely(() => reader.cancel());
    throw error;
  }
}

let decoder: TextDecoder | undefined;

/** With one decoder for all, which costs more than most answers; used in one go, it keeps nothing of any. */
function decode(chunks: readonly Uint8Array[]): string {
  decoder ??= new TextDecoder();
  let text = '';
  for (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function assertFits(bytes: number, { maxBytes, sender, remediation }: Limit): void {
  if (!(bytes > maxBytes)) return;
  throw new ConnectionError('too_large', `The answer of ${sender} is larger than ${maxBytes / 1024} KiB`, {
    remediation,
  });
}
