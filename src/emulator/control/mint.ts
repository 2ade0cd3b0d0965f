import { MAX_CALL_CIDS } from '../../shared/token-format.js';
import type { Coordinator } from '../state/coordinator.js';
import { Failure } from '../wire/api-failure.js';
import { type Body, listOf, readList, readRecord, readText, text } from '../wire/validation.js';

export const CALL_ID_LIST = listOf(text(129, 3), MAX_CALL_CIDS);

/** `POST /_emulator/token`: so that a front end needs no back end. */
export async function mint(
  { tokens, allowsMint, tokenTtlSeconds }: Coordinator,
  body: Body,
): Promise<object> {
  if (!allowsMint) {
    throw new Failure(
      17,
      'minting is off, since the secret is your own; start with --allow-mint to switch it on',
    );
  }
  const cids = readList<string>(body, 'call_cids');
  const role = readText(body, 'role');
  const asked = body.expires_in_seconds;
  const token = await tokens.mint(
    String(body.user_id),
    asked === null ? undefined : typeof asked === 'number' ? asked : tokenTtlSeconds,
    {
      ...readRecord(body, 'claims'),
      ...(cids.length > 0 ? { call_cids: cids } : {}),
      ...(role === undefined ? {} : { role }),
    },
  );
  return { token };
}
