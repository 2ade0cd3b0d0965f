import { Failure } from '../wire/api-failure.js';
import { isRecord } from '../wire/validation.js';
import type { HostBindings } from './host.js';

export const MAX_BODY_BYTES = 1024 * 1024;

/** The body's JSON object; an empty body and `null` count as an empty object. */
export async function readBody(host: Pick<HostBindings, 'body'>): Promise<Record<string, unknown>> {
  const bytes = await host.body();
  if (bytes === undefined) throw new Failure(4, 'the body broke off');
  if (bytes.byteLength > MAX_BODY_BYTES) {
    throw new Failure(22, `the body is larger than ${MAX_BODY_BYTES} bytes`);
  }
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Failure(4, 'the body is not JSON');
  }
  // One official SDK sends it where it has nothing to say.
  if (parsed === null) return {};
  if (!isRecord(parsed)) throw new Failure(4, 'the body is not a JSON object');
  return parsed;
}
