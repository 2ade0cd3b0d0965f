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

const USERS_AT_ONCE = 100;

function membersOf({ members }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(members)) return [];
  return members.map((member) => member?.user_id).filter((id) => typeof id === 'string');
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
  const byId = new Map(users.map((user) => [String(user.id), user]));
  // Members must be known users; a seed need not name each twice.
  for (const id of calls.flatMap(membersOf)) if (!byId.has(id)) byId.set(id, { id });
  const entries = [...byId];
  for (let start = 0; start < entries.length; start += USERS_AT_ONCE) {
    const some = entries.slice(start, start + USERS_AT_ONCE);
    await post('/api/v2/users', { users: Object.fromEntries(some) });
  }
  for (const { type, id, ...data } of calls) {
    await post(`/api/v2/video/call/${encodeURIComponent(String(type))}/${encodeURIComponent(String(id))}`, {
      data,
    });
  }
}
