import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../support/seeded-random.js';
import { asksInOutage, asksOfTabs, renewalAfter } from './closed-form.js';
import { Density } from './density.js';
import { EventQueue } from './event-queue.js';
import { Progress } from './progress.js';
import { peakPerSecond, timeOfShareMs } from './rates.js';
import { departuresOf } from './report.js';
import { mintInOneMinute } from './scenarios/mint.js';
import { restart } from './scenarios/restart.js';
import { eightTabs } from './scenarios/tabs.js';
import { limitPerSecond, TokenEndpoint } from './token-endpoint.js';
import { World } from './world.js';

const nothing = () => {};
const scene = (clients: number) => ({ clients, seed: 1, progress: new Progress(1, 1, nothing) });

/** Takes all that is left, in the order in which it comes. */
function taken(queue: EventQueue, untilMs = Number.POSITIVE_INFINITY): number[] {
  const moments: number[] = [];
  for (let next = queue.takeUntil(untilMs); next; next = queue.takeUntil(untilMs)) {
    moments.push(next.event.atMs);
    next.run();
  }
  return moments;
}

describe('the queue of events', () => {
  test('events come by their moments, whatever the order in which they were added', () => {
    const random = seededRandom(7);
    const moments = Array.from({ length: 3_000 }, () => Math.floor(random() * 500));
    const queue = new EventQueue();
    for (const moment of moments) queue.add(moment, nothing);
    expect(taken(queue)).toEqual([...moments].sort((one, other) => one - other));
  });

  test('of one moment the event that was added first comes first', () => {
    const queue = new EventQueue();
    const order: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) queue.add(5, () => order.push(name));
    taken(queue);
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('what was cancelled never comes, also where most was and the heap is made anew', () => {
    const random = seededRandom(8);
    const queue = new EventQueue();
    const events = Array.from({ length: 5_000 }, () => queue.add(Math.floor(random() * 900), nothing));
    const cancelled = events.filter(() => random() < 0.8);
    for (const event of cancelled) queue.cancel(event);
    for (const event of cancelled) queue.cancel(event);
    const kept = events.filter((event) => !cancelled.includes(event)).map(({ atMs }) => atMs);
    expect(queue.size).toBe(kept.length);
    expect(taken(queue)).toEqual(kept.sort((one, other) => one - other));
    expect(queue.size).toBe(0);
  });

  test('nothing is taken that comes later than asked for', () => {
    const queue = new EventQueue();
    for (const moment of [30, 10, 20]) queue.add(moment, nothing);
    expect(taken(queue, 20)).toEqual([10, 20]);
    expect(queue.size).toBe(1);
  });
});

describe('virtual time', () => {
  test('what an event starts by promises happens before the next event', async () => {
    const { time } = new World(1);
    const order: string[] = [];
    time.after(10, () => {
      void (async () => {
        for (let turn = 0; turn < 20; turn += 1) await undefined;
        order.push(`promise at ${time.nowMs}`);
      })();
    });
    time.after(11, () => order.push('event'));
    await time.runUntil(20);
    expect(order).toEqual(['promise at 10', 'event']);
    expect(time.nowMs).toBe(20);
  });

  test('a background timer that starts something waits for it as well', async () => {
    const { time } = new World(1);
    const order: string[] = [];
    time.timers.setInBackground(() => {
      void Promise.resolve().then(() => order.push('promise'));
      time.timers.set(() => order.push('timer'), 1);
    }, 10);
    await time.runUntil(20);
    expect(order).toEqual(['promise', 'timer']);
  });

  test('the same seed plays the same scene, another one another', async () => {
    const play = async (seed: number) => {
      const { asked, peaks } = await mintInOneMinute(
        { ...scene(40), seed },
        { name: '', lifeSeconds: 60, lives: 2 },
      );
      return { asked, peaks };
    };
    const first = await play(3);
    expect(await play(3)).toEqual(first);
    expect(await play(4)).not.toEqual(first);
  });
});

describe('the closed form', () => {
  test('delays add up: mean and variance of three uniform ones', () => {
    const sum = Density.between(0, 6_000, 10, 40_000).delayed(2_000, 5_000).delayed(0, 12_000);
    const meanMs = sum.bins.reduce((total, share, bin) => total + share * (bin + 0.5) * 10, 0);
    const variance = sum.bins.reduce(
      (total, share, bin) => total + share * ((bin + 0.5) * 10 - meanMs) ** 2,
      0,
    );
    expect(sum.total).toBeCloseTo(1, 6);
    expect(meanMs).toBeCloseTo(3_000 + 3_500 + 6_000, 0);
    expect(Math.sqrt(variance)).toBeCloseTo(Math.sqrt((6_000 ** 2 + 3_000 ** 2 + 12_000 ** 2) / 12), 0);
  });

  test('a try that fails at once is followed by back-off from the floor up to a minute', () => {
    const options = { fromMs: 0, toMs: 600_000, latencyMs: 100, binMs: 1_000, horizonMs: 600_000 };
    const { bins } = asksInOutage(options);
    // Tries at 0, 5, 10 and about 16 s by hand: the floor twice, then 8 s x U(0.5, 1) over the floor.
    expect(bins[4]).toBeCloseTo(1, 1);
    expect(bins[8]).toBeCloseTo(2, 1);
    expect(bins[14]).toBeCloseTo(3, 0);
    // From the sixth failure on one comes each 45.1 s on average.
    expect((bins[590] ?? 0) - (bins[545] ?? 0)).toBeCloseTo(45 / 45.1, 1);
  });

  test('eight tabs that hand over at once ask once, and eight times where nobody hands over in time', () => {
    expect(asksOfTabs(8, 45_000, 0)).toBe(1);
    expect(asksOfTabs(8, 45_000, 45_000)).toBe(8);
  });

  test('busiest seconds are found across bins', () => {
    expect(peakPerSecond([0, 3, 4, 0, 5], 500, 1_000)).toBe(7);
    expect(timeOfShareMs([1, 0, 8, 1], 100, { share: 0.9, of: 10 })).toBe(300);
    expect(timeOfShareMs([1, 0, 8], 100, { share: 0.99, of: 10 })).toBeUndefined();
  });
});

describe('the real classes against the closed form', () => {
  test('a small fleet that dropped comes back as full jitter says', async () => {
    const { triesPerClient, back99Ms, expected } = await restart(scene(150), {
      name: '',
      downMs: 2_000,
      watchedMs: 20_000,
    });
    expect(Math.abs(triesPerClient / (expected?.triesPerClient ?? 0) - 1)).toBeLessThan(0.05);
    expect(Math.abs((back99Ms ?? 0) / (expected?.back99Ms ?? 0) - 1)).toBeLessThan(0.15);
  });

  test('tokens of one minute are renewed where the windows and their jitter say', async () => {
    const lifeSeconds = 120;
    const { asked, peaks, expectedPeaks } = await mintInOneMinute(scene(300), {
      name: '',
      lifeSeconds,
      lives: 3,
    });
    expect(asked.perSecond.reduce((sum, rate) => sum + rate, 0) * (asked.binMs / 1_000)).toBeCloseTo(300 * 4);
    expectedPeaks.forEach((peak, life) => {
      expect((peaks[life] ?? 0) / peak).toBeGreaterThan(0.9);
      expect((peaks[life] ?? 0) / peak).toBeLessThan(1.5);
    });
    const { fromMs, toMs } = renewalAfter(lifeSeconds * 1_000, 100);
    expect([fromMs, toMs]).toEqual([95_600, 101_600]);
  });

  test('shared tabs ask about once in a life, isolated ones each', async () => {
    const play = (tabs: 'shared' | 'isolated') => eightTabs(scene(80), { name: '', tabs, lives: 1 });
    const shared = await play('shared');
    const isolated = await play('isolated');
    expect(isolated.asksPerUserAndLife).toBe(8);
    expect(shared.asksPerUserAndLife).toBeGreaterThanOrEqual(1);
    expect(shared.asksPerUserAndLife).toBeLessThan(1.5);
  });
});

describe('departures', () => {
  const tried = { binMs: 250, perSecond: [] };
  const agrees = {
    name: 'down',
    clients: 10_000,
    downMs: 0,
    peak: 3_000,
    triesPerClient: 6,
    back99Ms: 14_000,
    tried,
  };
  const expected = { peak: 2_950, triesPerClient: 5.9, back99Ms: 14_400, tried };
  const departures = (restarts: readonly object[]) =>
    departuresOf({ mint: [], outage: [], revocation: [], tabs: [], restart: restarts as never });

  test('agreement with the closed form is told by nothing', () => {
    expect(departures([{ ...agrees, expected }])).toEqual([]);
  });

  test('a departure from the closed form is told, each of them', () => {
    expect(departures([{ ...agrees, triesPerClient: 6.6, peak: 4_000, expected }])).toEqual([
      'down, busiest second: 4,000, expected 2,950',
      'down, tries: 6.6, expected 5.9',
    ]);
  });

  test('a handful of clients departs by chance, and is not told', () => {
    expect(departures([{ ...agrees, clients: 100, triesPerClient: 6.6, expected }])).toEqual([]);
  });
});

describe('the stand-ins', () => {
  test('an overloaded door lets so many in each second, and begins anew with the next', async () => {
    const { time } = new World(1);
    const isFree = limitPerSecond(time, 2);
    expect([isFree(), isFree(), isFree()]).toEqual([true, true, false]);
    await time.runUntil(1_000);
    expect(isFree()).toBe(true);
  });

  test('a session gets a token of the endpoint, renews it ahead of its end, and is refused while it is down', async () => {
    const world = new World(1);
    const { time } = world;
    const endpoint = new TokenEndpoint({ time, latencyMs: 100, lifeSeconds: () => 60 });
    const session = world.session(endpoint, { client: 0 });
    void session.acquire();
    await time.runUntil(1_000);
    expect(session.state).toMatchObject({ status: 'active', phase: 'fresh', generation: 1 });
    await time.runUntil(50_000);
    expect(session.state).toMatchObject({ phase: 'fresh', generation: 2 });
    endpoint.answer = () => ({ kind: 'refused' });
    await time.runUntil(130_000);
    expect(session.state).toMatchObject({ phase: 'expired', lastError: { code: 'provider_failed' } });
  });
});
