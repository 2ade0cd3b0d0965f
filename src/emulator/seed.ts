import { signToken } from '../server/sign.js';
import { refuse } from '../shared/refuse.js';
import type { Emulator } from './start.js';

/** What `--seed` reads: users, and calls with their creators. */
export interface Seed {
  users?: Record<string, unknown>[];
  calls?: { type: string; id: string; created_by_id: string; [field: string]: unknown }[];
}

function refuseSeed(reason: string, cause?: unknown): never {
  return refuse(
    'invalid_option',
    `the seed ${reason}`,
    'Write {"users": [{"id": "..."}], "calls": [{"type": "default", "id": "...", "created_by_id": "..."}]}.',
    cause,
  );
}

function isListOfRecords(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
}

export function parseSeed(text: string): Seed {
  let seed: unknown;
  try {
    seed = JSON.parse(text);
  } catch {
    refuseSeed('is not JSON');
  }
  if (typeof seed !== 'object' || seed === null) refuseSeed('is not an object');
  const { users = [], calls = [] } = seed as Seed;
  if (!isListOfRecords(users)) refuseSeed('has users that are no list of objects');
  if (!isListOfRecords(calls)) refuseSeed('has calls that are no list of objects');
  return { users, calls };
}

/** Creates the users and calls through the endpoints that a server would use. */
export async function applySeed(emulator: Emulator, { users = [], calls = [] }: Seed): Promise<void> {
  const token = await signToken({ server: true }, emulator.apiSecret);
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${emulator.url}${path}?api_key=${emulator.apiKey}`, {
      method: 'POST',
      headers: { authorization: token, 'stream-auth-type': 'jwt', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.ok) return;
    const { message } = (await response.json()) as { message: string };
    await emulator.stop();
    refuseSeed(`can not be used: ${message}`);
  };
  const byId = Object.fromEntries(users.map((user) => [String(user.id), user]));
  if (users.length > 0) await post('/api/v2/users', { users: byId });
  for (const { type, id, ...data } of calls) {
    await post(`/api/v2/video/call/${encodeURIComponent(String(type))}/${encodeURIComponent(String(id))}`, {
      data,
    });
  }
}
