import fc from 'fast-check';
import { vi } from 'vitest';
import { useVirtualTime } from '../../support/virtual.js';
import type { Tally } from '../tally.js';
import { BrokenTabRule } from './rules.js';
import { play, STEP_NAMES, type Step } from './steps.js';
import type { Tab } from './tab.js';
import { IDENTITIES, TabsWorld } from './world.js';

/** Longer than every back-off and the breaker. */
const HEALING_MS = 400_000;
const LIFE_SECONDS = 60;
const LIVES = 3;
const LATENCY_MS = 50;

/** Whatever happened before: each tab that is there has a token that is good, without a new client. */
async function heal(world: TabsWorld): Promise<void> {
  for (const tab of world.tabs) {
    tab.mode = 'well';
    if (tab.page.isFrozen && !tab.page.isGone) tab.page.thaw();
    if (tab.page.isAway && !tab.page.isGone) tab.page.comeBack();
  }
  await world.pass(HEALING_MS);
  const there = world.awake;
  for (const tab of there) if (tab.client.auth.state.status === 'suspended') tab.wish('refresh');
  await world.pass(10_000);
  const wishes = there.map((tab) => [tab, tab.wish('request')] as const);
  await world.pass(10_000);
  for (const [tab, { outcome }] of wishes) {
    if (!outcome?.isOk)
      throw new BrokenTabRule(`theTabComesBack: ${tab.name}: ${outcome ? outcome.value : 'pending'}`);
  }
}

/** Calls within one latency of the first: later ones would know its answer. */
function checkLives(tabs: readonly Tab[], before: ReadonlyMap<Tab, number>): void {
  const calls = tabs
    .flatMap((tab) => tab.calls.slice(before.get(tab)).map(({ atMs }) => ({ tab, atMs })))
    .sort((a, b) => a.atMs - b.atMs);
  const lives: (typeof calls)[] = [];
  for (const call of calls) {
    const last = lives.at(-1);
    if (last?.[0] && call.atMs - last[0].atMs < (LIFE_SECONDS * 1_000) / 2) last.push(call);
    else lives.push([call]);
  }
  if (lives.length < LIVES) throw new BrokenTabRule(`oneAsksForAll: ${lives.length} lives for ${LIVES}`);
  for (const life of lives) {
    const first = life[0]?.atMs ?? 0;
    const late = life.filter(({ atMs }) => atMs > first + LATENCY_MS + 1);
    if (late.length > 0 || new Set(life.map(({ tab }) => tab)).size < life.length) {
      const times = life.map(({ tab, atMs }) => `${tab.name} after ${atMs - first} ms`);
      throw new BrokenTabRule(`oneAsksForAll: ${times.join(', ')}`);
    }
  }
}

/** Tabs that are used, one of them frozen and one crashed: who asks first asks for all, life after life. */
async function live(world: TabsWorld): Promise<void> {
  for (const identity of IDENTITIES) {
    const mine = () => world.awake.filter((tab) => tab.identity === identity);
    if (mine().length === 0) continue;
    while (mine().length < 4) world.open(identity);
    const [frozen, crashed, ...rest] = mine();
    const token = world.issuer.mint(identity, LIFE_SECONDS);
    for (const tab of mine()) {
      tab.bestOffer = 0;
      tab.lifeSeconds = LIFE_SECONDS;
      tab.latencyMs = LATENCY_MS;
      tab.page.show(true);
      tab.page.run(() => tab.client.auth.setToken(token));
    }
    frozen?.page.freeze();
    // Whoever was away hears the others again, and is heard.
    rest[0]?.page.leave();
    rest[0]?.page.comeBack();
    if (crashed) world.browser.crash(crashed.page);
    const before = new Map(rest.map((tab) => [tab, tab.calls.length]));
    for (let elapsed = 0; elapsed < (LIVES + 1) * LIFE_SECONDS; elapsed += 5) {
      for (const tab of rest) tab.wish('request');
      await world.pass(5_000);
    }
    checkLives(rest, before);
    const failed = rest.flatMap(({ wishes }) =>
      wishes.slice(-LIVES * 12).filter(({ outcome }) => !outcome?.isOk),
    );
    if (failed.length > 0)
      throw new BrokenTabRule(`nobodyIsBlocked: ${failed.length} requests of a tab in use`);
    frozen?.page.thaw();
    const back = frozen?.wish('request');
    await world.pass(5_000);
    if (back && !back.outcome?.isOk) throw new BrokenTabRule(`theTabComesBack: ${back.outcome?.value}`);
  }
}

async function end(world: TabsWorld): Promise<void> {
  for (const { page, client } of world.tabs) if (!page.isGone) page.run(() => void client.disconnect());
  await world.pass(HEALING_MS);
  for (const { page, name, wishes } of world.tabs) {
    if (page.isGone) continue;
    const left = [world.browser.channelsOf(page), world.browser.timersOf(page)];
    const pending = wishes.filter(({ outcome }) => outcome === undefined).length;
    if (left[0] || left[1] || pending)
      throw new BrokenTabRule(
        `nothingIsLeft: ${name}: ${left.join(' channels, ')} timers, ${pending} pending`,
      );
  }
}

async function runSequence(seed: number, steps: readonly Step[], tally: Tally): Promise<number> {
  useVirtualTime();
  const world = new TabsWorld(seed);
  try {
    world.open(IDENTITIES[0] as (typeof IDENTITIES)[number]);
    world.open(IDENTITIES[0] as (typeof IDENTITIES)[number]);
    for (const step of steps) if (await play(world, step)) tally.count(step.name);
    await heal(world);
    await live(world);
    await end(world);
    return steps.length;
  } finally {
    world.browser.uninstall();
    vi.clearAllTimers();
    vi.useRealTimers();
  }
}

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(
    ...STEP_NAMES,
    'open',
    'request',
    'request',
    'everybody',
    'pass',
    'pass',
    'pass_long',
    'wake',
  ),
  pick: fc.nat(),
  value: fc.nat(),
}) as fc.Arbitrary<Step>;

export interface TabsPropertyOptions {
  readonly tally: Tally;
  /** Hears the length of each sequence that kept all rules. */
  done(stepsTaken: number): void;
}

/** No sequence of what happens in several tabs of one browser breaks a rule. */
export function everyTabRuleHolds({ tally, done }: TabsPropertyOptions) {
  const steps = fc.array(step, { minLength: 20, maxLength: 60, size: 'max' });
  return fc.asyncProperty(fc.integer(), steps, async (seed, sequence) => {
    done(await runSequence(seed, sequence, tally));
  });
}
