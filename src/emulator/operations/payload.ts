import { invalidInput } from '../wire/api-failure.js';
import { type Body, isRecord } from '../wire/validation.js';
import type { Context } from './operation.js';

/** The object that a `GET` carries as JSON in its `payload` parameter. */
export function readPayload({ query }: Context): Body {
  let payload: unknown;
  try {
    payload = JSON.parse(query.get('payload') ?? '{}');
  } catch {
    throw invalidInput('payload', 'is not JSON');
  }
  if (isRecord(payload)) return payload;
  throw invalidInput('payload', 'must be an object');
}
