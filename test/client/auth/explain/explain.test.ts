import { type Explanation, StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TIMER_MIN_MS } from '../../../../src/client/refresh/refresh-scheduler.js';
import { windowsFor } from '../../../../src/client/token/refresh-windows.js';
import { answer, FakeCoordinator } from '../../../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../../../support/tokens.js';
import { advance, useVirtualTime } from '../../../support/virtual.js';
import { EXPECTATIONS } from '../../../vectors/expectations.js';
import { play, readVectors } from '../../../vectors/runner.js';
import { STEPS } from '../../../vectors/steps.js';
import type { World } from '../../../vectors/world.js';

interface Seen {
  readonly vector: string;
  readonly step: string;
  readonly nowMs: number;
  readonly explanation: Explanation;
  /** All that `explain()` gave, as text. */
  readonly written: string;
  readonly tokens: readonly string[];
}

/** What came of what was foretold at the end of a vector. */
interface Foretold {
  readonly vector: string;
  readonly next: Explanation['next'];
  readonly callsBefore: number;
  readonly callsAfter: number;
}

/** Even virtual years take their time. */
const PATIENCE_MS = 7_200_000;
/** How often one kind of next step is waited for. */
const TIMES = 3;

const seen: Seen[] = [];
const foretold: Foretold[] = [];

function look(vector: string, step: string, { clientIfAny, issuer }: World): void {
  if (!clientIfAny) return;
  const explanation = clientIfAny.auth.explain();
  seen.push({
    vector,
    step,
    nowMs: Date.now(),
    explanation,
    written: `${explanation.text}\n${JSON.stringify(explanation)}`,
    tokens: issuer.issued.map(({ value }) => value),
  });
}

/** Waits for what is foretold: nobody is asked before that time, and somebody at it. */
async function waitAndSee(vector: string, world: World): Promise<void> {
  if (!world.clientIfAny) return;
  const { auth } = world.client;
  const { next } = auth.explain();
  const { at, timing, what } = next;
  const isTimer = timing === 'at' && what.endsWith('is renewed');
  const isDoor = timing === 'not before' && what.endsWith('asks for a token');
  if (at === undefined || at > Date.now() + PATIENCE_MS || !(isTimer || isDoor)) return;
  const isKnown = ({ next: { why } }: Foretold) => why === next.why;
  if (foretold.filter(isKnown).length >= TIMES) return;
  const { reasons } = world.provider;
  const before = reasons.length;
  const ask = () => {
    if (isDoor) auth.getToken().catch(() => {});
    return world.settle();
  };
  await world.advance(Math.max(0, at - 1 - Date.now()));
  // Whoever asks now waits for the door, or is sent away.
  await ask();
  const callsBefore = reasons.length - before;
  await world.advance(isTimer ? TIMER_MIN_MS : 1);
  await ask();
  foretold.push({ vector, next, callsBefore, callsAfter: reasons.length - before });
}

/** The kinds of states and of next steps, each once, in an order of their own. */
function kinds(): ReadonlyMap<string, Seen> {
  const kindOf = ({ explanation: { state, next, userType } }: Seen) => {
    const phase = state.status === 'active' ? ` ${state.phase ?? 'without a token'}` : '';
    const time = next.at === undefined ? '' : ` ${next.timing} …`;
    return `${state.status}${phase}${state.refreshing ? ', refreshing' : ''}, ${userType}: ${next.what}${time}, because ${next.why}`;
  };
  const found = new Map<string, Seen>();
  for (const entry of seen) if (!found.has(kindOf(entry))) found.set(kindOf(entry), entry);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Plays all vectors, once; inside a test, so that what it runs counts as that test's. */
async function playAll(): Promise<void> {
  if (seen.length > 0) return;
  for (const vector of readVectors()) {
    await play(
      { ...vector, steps: [...vector.steps, { foretell: true }], expected: { foretold: true } },
      {
        onStep: (world, step) => step.startsWith('foretell') || look(vector.rule, step, world),
        steps: { ...STEPS, foretell: (world) => waitAndSee(vector.rule, world) },
        expectations: { ...EXPECTATIONS, foretold: (claim) => claim.equals(true) },
      },
    );
  }
}

describe('explain(), in every state that a vector reaches', () => {
  beforeEach(playAll, 60_000);

  test('reads like this', async () => {
    const texts = [...kinds()].map(([kind, { vector, step, explanation }]) => {
      const { version, runtime } = explanation;
      const text = explanation.text.replace(`${version} on ${runtime}`, '<version> on <runtime>');
      return `## ${kind}\n(${vector}; after: ${step})\n\n${text}\n`;
    });
    await expect(texts.join('\n')).toMatchFileSnapshot('./__snapshots__/explain.txt');
  });

  test('says what happens next and why, and when where there is a time', () => {
    expect(seen.length).toBeGreaterThan(500);
    for (const { explanation } of seen) {
      const { what, why, at, timing } = explanation.next;
      expect(
        [what, why].every((words) => words.length > 10 && !/undefined|NaN|Infinity|object/.test(words)),
      ).toBe(true);
      expect(at === undefined || Number.isSafeInteger(at)).toBe(true);
      expect(timing === undefined).toBe(at === undefined);
      expect(explanation.text).toContain(`Next: ${what}`);
      // The error's own words may name what came back.
      expect(explanation.text.replace(/^Last error: .*$/m, '')).not.toMatch(
        /undefined|NaN|Infinity|\[object/,
      );
    }
  });

  test('foretells nothing that is past', () => {
    const late = seen.filter(({ explanation: { next }, nowMs }) => next.at !== undefined && next.at < nowMs);
    expect(late.map(({ vector, step }) => `${vector}: ${step}`)).toEqual([]);
  });

  test('holds no token, nor anything shaped like one', () => {
    for (const { written, tokens } of seen) {
      expect(written).not.toMatch(/eyJ/);
      expect(tokens.every((token) => !written.includes(token))).toBe(true);
    }
  });

  test('keeps the last twenty transitions and no more', () => {
    expect(Math.max(...seen.map(({ explanation }) => explanation.transitions.length))).toBeLessThanOrEqual(
      20,
    );
  });

  test('names the status of each kind, and what to change where the app must act', () => {
    const statuses = new Set(seen.map(({ explanation }) => explanation.state.status));
    expect([...statuses].sort()).toEqual(['acquiring', 'active', 'signed_out', 'suspended']);
    for (const { explanation } of seen) {
      const { state, text } = explanation;
      expect(text).toContain(`: ${state.status}`);
      expect(text.includes('What to change: ')).toBe(state.lastError !== undefined);
    }
  });

  test('tells how the clocks differ, and that the accepted token is kept', () => {
    const lines = new Set(seen.flatMap(({ explanation }) => explanation.text.split('\n')));
    for (const line of [
      "Clock: the local one is 60 min ahead of the server's, as the frames of its socket tell; that is allowed for.",
      "Clock: the local one is 10 min behind the server's, as the tokens that the provider brings tell; that is allowed for.",
      "Clock: agrees with the server's, as the frames of its socket tell.",
      'The token that the server accepted before is kept until it accepts this one.',
    ]) {
      expect(lines).toContain(line);
    }
  });
});

describe('what explain() foretells', () => {
  beforeEach(playAll, 60_000);

  test('is waited for in states of each kind', () => {
    const kindsWaitedFor = foretold.map(({ next: { timing, why } }) => `${timing}: ${why}`);
    expect([...new Set(kindsWaitedFor)].sort()).toMatchInlineSnapshot(`
      [
        "at: its advisory window opens then",
        "at: the last attempt to get one failed for the network, and the next one backs off",
        "at: the last attempt to get one failed, and the next one backs off",
        "at: the token is in its expired phase, and attempts that nobody waits for keep a distance",
        "not before: the server refused the token; the last attempt to get one failed, and the next one backs off",
        "not before: the server refused the token; the last tokens were all of no use, and the provider is spared for a while (circuit_open)",
        "not before: the server refused the token; the server refused the last token, and the next attempt backs off (circuit_open)",
        "not before: the server refused the token; the server refused the last tokens soon after they came, and the next attempt backs off (circuit_open)",
        "not before: there is no token yet; the last attempt to get one failed for the network, and the next one backs off",
        "not before: there is no token yet; the last attempt to get one failed, and the next one backs off",
        "not before: there is no token yet; the last tokens were all of no use, and the provider is spared for a while (circuit_open)",
        "not before: there is no token yet; the token provider asked to wait",
      ]
    `);
  });

  test('happens at its time', () => {
    expect(foretold.filter(({ callsAfter }) => callsAfter !== 1)).toEqual([]);
  });

  test('does not happen before', () => {
    expect(foretold.filter(({ callsBefore }) => callsBefore !== 0)).toEqual([]);
  });
});

describe('explain() of one client', () => {
  const DAY = 86_400;
  let client: StreamVideo;
  let coordinator: FakeCoordinator;

  function make(token: string | undefined): StreamVideo {
    client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      token,
      tokenProvider: () => freshToken('martin', 3600),
      fetch: coordinator.fetch,
      logger: 'silent',
    });
    return client;
  }

  const linesWith = (word: string) =>
    client.auth
      .explain()
      .text.split('\n')
      .filter((line) => line.startsWith(word));

  beforeEach(() => {
    useVirtualTime();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    coordinator = new FakeCoordinator();
  });

  afterEach(async () => {
    await client.disconnect();
    vi.restoreAllMocks();
  });

  test.each([
    [2 * DAY, '2 d'],
    [2 * DAY - 3600, '47 h'],
    [2 * 3600, '2 h'],
    [2 * 3600 - 60, '119 min'],
    [120, '2 min'],
    [119, '119 s'],
  ])('gives a life of %i s in the largest unit of which there are two: %s', (lifeSeconds, span) => {
    make(freshToken('martin', lifeSeconds));
    expect(linesWith('Token:')).toEqual([
      `Token: generation 1, ${span} left, not yet accepted by the server.`,
    ]);
  });

  test('says how long ago a token has ended', async () => {
    make(freshToken('martin', 10));
    await advance(40_000);
    expect(linesWith('Token:')[0]).toContain('ended 30 s ago');
  });

  const source = 'as the Date headers of its answers tell';

  test.each([
    [30_000, `the local one is 30.5 s behind the server's, ${source}; that is allowed for.`],
    [-30_000, `the local one is 29.5 s ahead of the server's, ${source}; that is allowed for.`],
    [0, `agrees with the server's, ${source}.`],
  ])('knows the clock from an answer that is dated %i ms off', async (offMs, expected) => {
    make(freshToken('martin', 3600));
    expect(linesWith('Clock:')).toEqual([
      'Clock: nothing is known about the server, so the local clock counts.',
    ]);
    expect(client.auth.explain().clock).toStrictEqual({ offsetMs: 0 });
    coordinator.respond = () => answer({}, 200, { date: new Date(Date.now() + offMs).toUTCString() });
    await client.request('GET', '/edges');
    expect(linesWith('Clock:')).toEqual([`Clock: ${expected}`]);
    expect(client.auth.explain().clock).toStrictEqual({
      offsetMs: offMs === 0 ? 0 : offMs + 500,
      evidence: 'date',
    });
  });

  test('says that the accepted token is kept, until the new one is accepted', async () => {
    const { auth } = make(freshToken('martin', 3600));
    await client.request('GET', '/edges');
    expect(linesWith('The token')).toEqual([]);
    await auth.refresh();
    expect(linesWith('The token')).toEqual([
      'The token that the server accepted before is kept until it accepts this one.',
    ]);
    await client.request('GET', '/edges');
    expect(linesWith('The token')).toEqual([]);
  });

  test('has the life and the windows of a token as data, and neither without one', () => {
    make(freshToken('martin', 3600));
    expect(client.auth.explain()).toMatchObject({
      remainingMs: 3_600_000,
      windows: windowsFor(3_600_000),
    });
    const { auth } = make(undefined);
    expect(auth.explain()).not.toHaveProperty('remainingMs');
    expect(auth.explain()).not.toHaveProperty('windows');
  });

  test('says that the server has accepted the token once it has, and not before', async () => {
    make(freshToken('martin', 3600));
    expect(linesWith('Token:')[0]).toContain('not yet accepted by the server');
    await client.request('GET', '/edges');
    expect(linesWith('Token:')[0]).toContain('min left, accepted by the server');
  });

  test('says until when a running attempt has its answer, and promises no end where none runs', async () => {
    const { auth } = make(undefined);
    expect(auth.explain().next).not.toHaveProperty('at');
    const token = auth.getToken();
    expect(auth.explain().next).toMatchObject({ at: Date.now() + 10_000, timing: 'no later than' });
    await token;
  });

  test('names the client, its user, and what its user is', () => {
    const { text, version, runtime, userType } = make(undefined).auth.explain();
    expect(text.split('\n')[0]).toBe(`stream-video-auth ${version} on ${runtime}, authenticated user martin`);
    expect(userType).toBe('authenticated');
  });

  test.each([-1, -1e9, -1e13, -1e300])('survives a token that claims to have ended at %d', (exp) => {
    make(fakeToken({ user_id: 'martin', exp }));
    expect(linesWith('Token:')).toHaveLength(1);
  });
});
