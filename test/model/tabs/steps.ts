import { checkAdoption } from './rules.js';
import { MODES, type Tab } from './tab.js';
import { IDENTITIES, type TabsWorld } from './world.js';

const MOST_TABS = 6;

/** One step: its name, and two numbers to choose by. */
export interface Step {
  readonly name: StepName;
  readonly pick: number;
  readonly value: number;
}

type Run = (world: TabsWorld, tab: Tab, value: number) => void | Promise<void>;

const cyclic = () => {
  const object: Record<string, unknown> = {};
  object.token = object;
  return object;
};

/** What else may lie on a channel: each can be cloned by a browser. */
const ODD: readonly ((tab: Tab) => unknown)[] = [
  () => undefined,
  () => new Map([['token', 'a.b.c']]),
  () => ({ token: new Error('a.b.c') }),
  cyclic,
  () => ({ token: 'x'.repeat(200_000) }),
  () => ({ token: new Date() }),
  ({ issuer, identity }) => ({ token: issuer.forge('somebody else', 3_600), userId: identity.userId }),
  ({ issuer, identity }) => ({ token: issuer.forge(identity.userId, 3_600) }),
  ({ issuer, identity }) => ({ token: issuer.forge(identity.userId, -5) }),
  ({ refused }) => ({ token: [...refused].at(-1) }),
  ({ refused }) => ({ token: [...refused].at(-1) }),
  ({ issuer, identity }) => ({ token: [issuer.forge(identity.userId, 3_600)] }),
];

/** By name; undefined where it makes no sense for this tab now. */
const STEPS = {
  open: (world, _tab, value) => {
    const identity = IDENTITIES[value % IDENTITIES.length];
    if (identity && world.tabs.length < MOST_TABS) world.open(identity);
  },
  request: (_world, tab) => void tab.wish('request'),
  burst: (_world, tab) => {
    for (let times = 0; times < 5; times += 1) tab.wish('request');
  },
  everybody: (world) => {
    for (const tab of world.awake) tab.wish('request');
  },
  refresh: (_world, tab) => void tab.wish('refresh'),
  set_token: (_world, tab, value) => {
    tab.bestOffer = 0;
    tab.page.run(() => tab.client.auth.setToken(tab.issuer.mint(tab.identity, 10 + (value % 120))));
  },
  revoke: (world, tab) => world.issuer.revokeAll(tab.identity),
  poison: (world, tab) => {
    if (tab.client.token !== undefined) world.issuer.poison(tab.client.token);
  },
  forge: (world, tab, value) => world.forge(tab.identity, ODD[value % ODD.length]?.(tab)),
  /** What a tab saw refused is offered to it again. */
  forge_again: async (world, { identity }) => {
    const forged = { token: world.issuer.forge(identity.userId, 3_600) };
    world.forge(identity, forged);
    await world.pass(0);
    for (const tab of world.awake) if (tab.identity === identity) tab.wish('request');
    await world.pass(1_000);
    world.forge(identity, forged);
  },
  freeze: (_world, tab) => tab.page.freeze(),
  leave: (_world, tab) => tab.page.leave(),
  crash: (world, tab) => world.browser.crash(tab.page),
  hide: (_world, tab) => tab.page.show(false),
  show: (_world, tab) => tab.page.show(true),
  provider: (_world, tab, value) => {
    tab.mode = MODES[value % MODES.length] ?? 'well';
  },
  wake: (world, _tab, value) => {
    const asleep = world.tabs.filter(({ page }) => !page.isAwake && !page.isGone);
    const { page } = asleep[value % asleep.length] ?? {};
    if (page?.isFrozen) page.thaw();
    else page?.comeBack();
  },
  sign_out: (_world, tab) => {
    tab.isEnded = true;
    tab.page.run(() => void tab.client.disconnect());
  },
  pass: (world, _tab, value) => world.pass(value % 20_000),
  pass_long: (world, _tab, value) => world.pass(20_000 + (value % 80_000)),
} satisfies Record<string, Run>;

export type StepName = keyof typeof STEPS;
export const STEP_NAMES = Object.keys(STEPS) as StepName[];

/** Plays one step; false where there was no tab to play it with. */
export async function play(world: TabsWorld, { name, pick, value }: Step): Promise<boolean> {
  const { awake } = world;
  const tab = awake[pick % awake.length];
  if (!tab && !['open', 'wake', 'pass', 'pass_long'].includes(name)) return false;
  await (STEPS[name] as Run)(world, tab as Tab, value);
  await world.pass(0);
  for (const each of world.tabs) checkAdoption(each);
  return true;
}
