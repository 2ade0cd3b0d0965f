import { Progress } from './progress.js';
import { type MintOptions, type MintResult, mintInOneMinute } from './scenarios/mint.js';
import { endpointDown, type OutageOptions, type OutageResult } from './scenarios/outage.js';
import { type RestartOptions, type RestartResult, restart } from './scenarios/restart.js';
import { type RevocationOptions, type RevocationResult, revokeEverything } from './scenarios/revocation.js';
import type { Scene } from './scenarios/scene.js';
import { eightTabs, type TabsOptions, type TabsResult } from './scenarios/tabs.js';

export interface FleetResults {
  readonly mint: readonly MintResult[];
  readonly restart: readonly RestartResult[];
  readonly outage: readonly OutageResult[];
  readonly revocation: readonly RevocationResult[];
  readonly tabs: readonly TabsResult[];
}

/** Scenes that only compare take a part of the fleet: what they show does not depend on its size. */
type Sized<T> = T & { readonly share?: number };

const QUARTER_HOUR = 900;
const HOUR = 3_600;

/** Ten lives are ten times the work of one: two fifths of the fleet, and parts of that. */
const MINT: readonly Sized<MintOptions>[] = [
  { name: 'minted in a minute, 15 min', lifeSeconds: QUARTER_HOUR, lives: 10, share: 0.4 },
  { name: 'minted in a minute, 15 min, a tenth', lifeSeconds: QUARTER_HOUR, lives: 10, share: 0.04 },
  { name: 'minted in a minute, 15 min, a hundredth', lifeSeconds: QUARTER_HOUR, lives: 10, share: 0.004 },
  { name: 'minted in a minute, 1 h', lifeSeconds: HOUR, lives: 10, share: 0.05 },
  {
    name: 'lives drawn from half to all of 15 min',
    lifeSeconds: QUARTER_HOUR,
    lives: 10,
    shortestShare: 0.5,
    share: 0.05,
  },
  {
    name: 'lives drawn from 80 % to all of 15 min',
    lifeSeconds: QUARTER_HOUR,
    lives: 10,
    shortestShare: 0.8,
    share: 0.05,
  },
];

/**
 * A socket costs three times the memory of a token's life, and a handshake many times the work: a fifth of the fleet.
 * `perSecondShare`: what the coordinator lets in per second, as a share of those.
 */
const RESTART: readonly Sized<RestartOptions & { readonly perSecondShare?: number }>[] = [
  { name: 'back at once', downMs: 0, watchedMs: 10_000, share: 0.2 },
  { name: 'down for 5 s', downMs: 5_000, watchedMs: 60_000, share: 0.2 },
  { name: 'down for 5 s, a tenth', downMs: 5_000, watchedMs: 60_000, share: 0.02 },
  { name: 'down for 5 s, a hundredth', downMs: 5_000, watchedMs: 60_000, share: 0.002 },
  { name: 'down for 60 s', downMs: 60_000, watchedMs: 120_000, share: 0.1 },
  {
    name: 'back at once, lets in 2 % of them per second',
    downMs: 0,
    watchedMs: 200_000,
    perSecondShare: 0.02,
    share: 0.1,
  },
];

const OUTAGE: readonly Sized<OutageOptions>[] = [
  { name: 'refuses at once', answer: () => ({ kind: 'refused' }), isRefusal: true },
  {
    name: 'refuses at once, a tenth',
    answer: () => ({ kind: 'refused' }),
    isRefusal: true,
    share: 0.1,
  },
  {
    name: 'refuses at once, a hundredth',
    answer: () => ({ kind: 'refused' }),
    isRefusal: true,
    share: 0.01,
  },
  { name: 'never answers', answer: () => ({ kind: 'silence' }), share: 0.1 },
  { name: 'answers with what is no token', answer: () => ({ kind: 'unusable' }), share: 0.1 },
  {
    name: 'refuses, Retry-After names the end',
    answer: (leftMs) => ({ kind: 'refused', retryAfterMs: leftMs }),
    share: 0.1,
  },
];

const REVOCATION: readonly Sized<RevocationOptions & { readonly perSecondShare?: number }>[] = [
  { name: 'told within 1 s', toldWithinMs: 1_000, watchedMs: 10_000, share: 0.2 },
  { name: 'told within 60 s', toldWithinMs: 60_000, watchedMs: 70_000, share: 0.1 },
  {
    name: 'told within 1 s, endpoint serves 1 % of them per second',
    toldWithinMs: 1_000,
    watchedMs: 600_000,
    perSecondShare: 0.01,
    share: 0.1,
  },
];

const TABS: readonly Sized<TabsOptions>[] = [
  { name: 'eight tabs, isolated', tabs: 'isolated', lives: 4, share: 0.4 },
  { name: 'eight tabs, shared', tabs: 'shared', lives: 4, share: 0.4 },
];

/** The scenes of each kind; a kind is played in a process of its own. */
const SCENES = { restart: RESTART, revocation: REVOCATION, outage: OUTAGE, mint: MINT, tabs: TABS };

export type Kind = keyof typeof SCENES;

export const KINDS = Object.keys(SCENES) as Kind[];

type Play = (scene: Scene, options: never) => Promise<unknown>;

const PLAYS: Readonly<Record<Kind, Play>> = {
  restart,
  revocation: revokeEverything,
  outage: endpointDown,
  mint: mintInOneMinute,
  tabs: eightTabs,
};

/** Plays every scene of a kind, one after the other, with the same seed. */
export async function playAll(
  kind: Kind,
  { clients, seed, say }: { clients: number; seed: number; say: (line: string) => void },
): Promise<{ results: unknown[]; peakMegabytes: number }> {
  const scenes: readonly Sized<{ readonly perSecondShare?: number }>[] = SCENES[kind];
  const progress = new Progress(scenes.length, seed, say);
  const results: unknown[] = [];
  for (const { share = 1, perSecondShare, ...options } of scenes) {
    const some = Math.max(1, Math.round(clients * share));
    const limit = perSecondShare === undefined ? {} : { perSecond: Math.round(some * perSecondShare) };
    results.push(await PLAYS[kind]({ clients: some, seed, progress }, { ...options, ...limit } as never));
    // What the last fleet held is not the next one's memory.
    (globalThis as { gc?: () => void }).gc?.();
  }
  return { results, peakMegabytes: progress.peakBytes / 1e6 };
}
