import { Failure } from '../failure.js';
import { isRecord } from '../operations/validation.js';

const MAX_BODY_BYTES = 1024 * 1024;

/** The body's JSON object; an empty body counts as an empty object. */
export async function readBody(request: Request): Promise<Record<string, unknown>> {
  if (request.body === null) return {};
  const text = await readText(request.body);
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Failure(4, 'the body is not JSON');
  }
  if (!isRecord(parsed)) throw new Failure(4, 'the body is not a JSON object');
  return parsed;
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel().catch(() => {});
      throw new Failure(22, `the body is larger than ${MAX_BODY_BYTES} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
