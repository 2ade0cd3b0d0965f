import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { emulatorHandlers, type Seed, startEmulator } from '../../../src/emulator/index.js';
import { parseSeed } from '../../../src/emulator/seed/read-seed.js';
import { ConfigurationError } from '../../../src/shared/errors.js';
import { Scene } from '../support/emulator.js';

const scene = new Scene();
const example: Seed = JSON.parse(readFileSync('docs/seed.example.json', 'utf8'));
const fitsSchema = new Ajv2020({ strict: true }).compile(
  JSON.parse(readFileSync('docs/seed.schema.json', 'utf8')),
);

async function control(path: string, body?: unknown) {
  const response = await fetch(`${scene.emulator.url}/_emulator${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

function refusalOf(seed: unknown): unknown {
  try {
    scene.emulator.seed(seed as Seed);
    return undefined;
  } catch (error) {
    return error;
  }
}

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

describe('a seed', () => {
  it('sets up users, roles, grants, call types and calls with members, which then hold', async () => {
    scene.emulator.seed(example);
    const get = async (path: string, id: string) =>
      (await scene.send('GET', path, { token: await scene.emulator.userToken(id) })).body;
    const standup = await get('/video/call/default/standup', 'theo');
    expect(standup.call).toMatchObject({ custom: { topic: 'release' }, created_by: { name: 'Mara Quill' } });
    expect(standup.members.map(({ user_id: id, role }: Record<string, string>) => [id, role])).toEqual([
      ['ada', undefined],
      ['theo', 'host'],
    ]);
    const launch = await get('/video/call/webinar/launch', 'theo');
    expect([launch.call.backstage, launch.call.starts_at]).toEqual([true, '2030-01-01T09:00:00.000Z']);
    expect(launch.own_capabilities).toContain('join-backstage');
    expect((await get('/video/call/default/retro', 'mara')).call.ended_at).toBe('2026-01-01T09:00:00.000Z');
  });

  it('is taken at the start, by handlers too, and over HTTP', async () => {
    const emulator = await startEmulator({ seed: example });
    started.push(emulator);
    const expected = emulator.snapshot();
    expect(expected.calls.map(({ type, id }) => `${type}:${id}`)).toEqual([
      'default:standup',
      'webinar:launch',
      'default:retro',
    ]);
    expect(emulatorHandlers({ seed: example }).emulator.snapshot()).toEqual(expected);
    expect(await control('/seed', example)).toMatchObject({ status: 200 });
    expect((await control('/snapshot')).body).toEqual(expected);
  });

  it('of a snapshot gives another emulator the same, whatever was done to the first', async () => {
    scene.emulator.seed(example);
    scene.emulator.seed({
      users: [
        { id: '__proto__', custom: { x: [1, null] }, teams: ['red'] },
        { id: 'mara', deactivated: true },
      ],
      call_types: [{ name: 'default', grants: { user: [] }, settings: { audio: { mic_default_on: false } } }],
      calls: [
        { type: 'livestream', id: 'show', created_by_id: 'ada', backstage: false, blocked_user_ids: ['eve'] },
      ],
    });
    const first = scene.emulator.snapshot();
    expect(fitsSchema(first), JSON.stringify(fitsSchema.errors)).toBe(true);
    const other = await startEmulator();
    started.push(other);
    other.seed(first);
    expect(other.snapshot()).toEqual(first);
    expect(other.snapshot()).not.toBe(other.snapshot());
  });

  it('changes only what it names of what is there, and removes nothing', () => {
    scene.emulator.seed(example);
    const before = scene.emulator.snapshot();
    scene.emulator.seed({ users: [{ id: 'theo', name: 'Theodor' }] });
    const expected = before.users.map((user) => (user.id === 'theo' ? { ...user, name: 'Theodor' } : user));
    expect(scene.emulator.snapshot()).toEqual({ ...before, users: expected });
    scene.emulator.seed({});
    expect(scene.emulator.snapshot().users).toEqual(expected);
  });

  it('is copied: neither the caller’s object nor a snapshot is the state', () => {
    const custom = { topic: 'a' };
    const seed = { users: [{ id: 'mara', custom }] };
    scene.emulator.seed(seed);
    custom.topic = 'b';
    Object.assign(scene.emulator.snapshot().users[0] ?? {}, { id: 'other' });
    expect(scene.emulator.snapshot().users).toMatchObject([{ id: 'mara', custom: { topic: 'a' } }]);
  });
});

describe('a seed that can not be used', () => {
  const call = { type: 'default', id: 'a', created_by_id: 'mara' };
  const ofItself: [string, unknown, RegExp][] = [
    ['a list', [], /not an object/],
    ['users that are no list', { users: { mara: {} } }, /users must be a list/],
    ['a user that is no object', { users: ['mara'] }, /users\[0\] must be an object/],
    ['a user without id', { users: [{ id: 'a' }, { name: 'x' }] }, /users\[1\].*id.*required/],
    ['a role that is no text', { roles: [7] }, /roles\[0\] must be a string/],
    ['grants that are no lists', { grants: { user: 'all' } }, /grants has a role user/],
    ['a misspelt list', { call_type: [] }, /"call_type".*call_types/],
    ['a misspelt field', { users: [{ id: 'a', nmae: 'x' }] }, /"nmae".*users\[0\]/],
    ['a call without creator', { calls: [{ type: 'default', id: 'a' }] }, /calls\[0\].*created_by_id/],
    [
      'a member without user',
      { calls: [{ ...call, members: [{ role: 'x' }] }] },
      /calls\[0\]\.members\[0\].*user_id/,
    ],
    [
      'a misspelt field of a member',
      { calls: [{ ...call, members: [{ user_id: 'x', rol: 'y' }] }] },
      /"rol"/,
    ],
    ['a time that is none', { calls: [{ ...call, starts_at: 'tomorrow' }] }, /starts_at.*RFC 3339/],
    ['settings of no group', { calls: [{ ...call, settings_override: { vidoe: {} } }] }, /vidoe/],
    ['a name of a call type with spaces', { call_types: [{ name: 'a b' }] }, /call_types\[0\].*letters/],
    ['an id that is too long', { calls: [{ ...call, id: 'x'.repeat(65) }] }, /at most 64/],
  ];
  const ofReferences: [string, unknown, RegExp][] = [
    ['a call type that does not exist', { calls: [{ ...call, type: 'livestraem' }] }, /livestraem/],
    ['a role that does not exist', { users: [{ id: 'a', role: 'amdin' }] }, /users\[0\].*amdin/],
    [
      'a member’s role that does not exist',
      { calls: [{ ...call, members: [{ user_id: 'x', role: 'hots' }] }] },
      /hots/,
    ],
    ['a user twice', { users: [{ id: 'a' }, { id: 'a' }] }, /a twice/],
    ['a call twice', { calls: [call, call] }, /default:a twice/],
    [
      'more roles than are kept',
      { roles: Array.from({ length: 26 }, (_, index) => `r${index}`) },
      /too many custom roles/,
    ],
  ];

  it.each([...ofItself, ...ofReferences])(
    '%s is refused by place and cause, and changes nothing',
    async (_what, bad, cause) => {
      const before = scene.emulator.snapshot();
      // What is good about it comes first, and must not be applied either.
      const seed = Array.isArray(bad) ? bad : { roles: ['fine'], ...(bad as object) };
      const error = refusalOf(seed);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringMatching(cause) });
      expect(scene.emulator.snapshot()).toEqual(before);
      const overHttp = await control('/seed', seed);
      expect(overHttp.status).toBe(400);
      expect(scene.emulator.snapshot()).toEqual(before);
      await expect(startEmulator({ seed: seed as Seed })).rejects.toBeInstanceOf(ConfigurationError);
    },
  );

  it.each(ofItself)('%s does not fit the schema either', (_what, bad) => {
    expect(fitsSchema(bad)).toBe(false);
  });

  it('text that is no JSON, and an object that is none, are refused', () => {
    expect(() => parseSeed('{')).toThrow(/not JSON/);
    const cyclic: Record<string, unknown> = {};
    cyclic.users = [cyclic];
    expect(refusalOf(cyclic)).toMatchObject({ message: expect.stringMatching(/written as JSON/) });
    expect(refusalOf(undefined)).toBeInstanceOf(ConfigurationError);
    expect(refusalOf({ users: [{ id: 'a', custom: { when: 1n } }] })).toBeInstanceOf(ConfigurationError);
  });

  it('a call of another creator is refused, the same creator is not', () => {
    scene.emulator.seed({ calls: [call] });
    expect(refusalOf({ calls: [{ ...call, created_by_id: 'theo' }] })).toMatchObject({
      message: expect.stringMatching(/created by another user: mara/),
    });
    expect(refusalOf({ calls: [call] })).toBeUndefined();
  });

  it('a token in the wrong place is not repeated', async () => {
    const token = await scene.emulator.userToken('mara');
    expect(String(refusalOf({ users: [{ id: 'a', role: token }] }))).not.toContain(token.split('.')[1]);
  });
});

it('the example fits the schema', () => {
  expect(fitsSchema(example), JSON.stringify(fitsSchema.errors)).toBe(true);
});
