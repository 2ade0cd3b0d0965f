import fc from 'fast-check';
import { vi } from 'vitest';
import { useVirtualTime } from '../support/virtual.js';
import { leaveAll } from './actions.js';
import { commandsFor } from './commands.js';
import type { RigKind, RigSetup } from './rig.js';
import type { ModelCommand } from './step.js';
import type { Tally } from './tally.js';
import { BrokenRule, World, type WorldSetup } from './world.js';

const KINDS: readonly RigKind[] = [
  ...['provider', 'provider', 'token_and_provider', 'token_and_provider'],
  ...['static', 'guest', 'guest', 'anonymous', 'anonymous_static'],
] as RigKind[];

const setups: fc.Arbitrary<WorldSetup> = fc.record({
  seed: fc.integer(),
  rig: fc.record<RigSetup>({
    kind: fc.constantFrom(...KINDS),
    lifeSeconds: fc.constantFrom(3_600, 600, 90, 45, 12, 1, 864_000),
    areTokensUnique: fc.boolean(),
    refresh: fc.constantFrom('auto', 'auto', 'auto', 'on-demand'),
    isInWorkers: fc.constantFrom(false, false, false, true),
  }),
});

/** Longer than the breaker, the longest `Retry-After` and every back-off. */
const HEALING_MS = 400_000;

/** Everything works again: whatever happened before, the client has to come back without a new instance. */
async function heal(world: World): Promise<void> {
  const { rig, coordinator } = world;
  rig.issuer.mode = 'ok';
  for (const stop of rig.disarm) stop();
  rig.issuer.lifeSeconds = 3_600;
  rig.issuer.isSecretWrong = false;
  coordinator.mood = 'well';
  coordinator.skewMs = 0;
  world.setOnline(true);
  if (world.page.isAway) world.page.comeBack();
  world.page.show(true);
  await world.pass(HEALING_MS);
  world.check('the world heals');
}

async function comeBack(world: World): Promise<void> {
  const { rig } = world;
  const { client } = rig;
  // A guest in a call is not made another one.
  leaveAll(rig);
  // Nor is one whose token an official client was handed, or whose token was refused for what it is.
  const isRefused = client.token !== undefined && world.coordinator.verdict(client.token) === 43;
  const hasConsumer = rig.calls.some(({ kind }) => kind === 'consumer');
  const isGuestKept = rig.setup.kind === 'guest' && (hasConsumer || isRefused);
  if (isGuestKept || !rig.canRenew || rig.isSuspended || !rig.isSessionLive) {
    rig.beginSession();
    rig.doorOpenings += 1;
    client.auth.setToken(rig.supply(rig.issuer.mint(client.user.id, { lifeSeconds: 7_200 })));
  }
  const attempt = async () => {
    const request = rig.track('request', ({ number }) => client.request('GET', `/call/default/c${number}`));
    await world.pass(60_000);
    world.check('a request in a world that works');
    return request.outcome;
  };
  let outcome = await attempt();
  // A secret that was repaired or rotated costs one refusal; the breaker may have had its third useless token only
  // now, and what it says has to be true.
  for (let tries = 0; !outcome?.isOk && tries < 2; tries += 1) {
    const { retryAt = 0 } = (outcome?.value ?? {}) as { retryAt?: number };
    await world.pass(Math.max(0, retryAt - Date.now()));
    outcome = await attempt();
  }
  if (!outcome?.isOk) {
    throw new BrokenRule(`theClientComesBack: a request fails in a world that works: ${outcome?.value}`);
  }
  if (client.connectionState === 'reconnecting')
    throw new BrokenRule('theClientComesBack: still reconnecting');
  if (rig.isAnonymous) return;
  const connect = rig.track('connect', () => client.connect());
  await world.pass(16_000);
  if (!connect.outcome?.isOk) {
    throw new BrokenRule(
      `theClientComesBack: no connection in a world that works: ${String(connect.outcome?.value)}`,
    );
  }
}

async function end(world: World): Promise<void> {
  world.rig.disconnect();
  await world.pass(0);
  world.check('the end');
  await world.pass(HEALING_MS);
  world.check('long after the end');
}

/** Runs one sequence of commands in a world of its own; rejects with the rule that it breaks. */
export async function runSequence(setup: WorldSetup, commands: Iterable<ModelCommand>): Promise<number> {
  useVirtualTime();
  const world = new World(setup);
  try {
    await world.addRig();
    await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
    const { stepsTaken } = world;
    await heal(world);
    await comeBack(world);
    await end(world);
    return stepsTaken;
  } catch (error) {
    if (process.env.SOAK_TRACE) process.stdout.write(`${world.trace()}\n`);
    throw error;
  } finally {
    world.uninstall();
    vi.clearAllTimers();
    vi.useRealTimers();
  }
}

export interface PropertyOptions {
  readonly tally: Tally;
  /** Hears the length of each sequence that kept all rules. */
  done(stepsTaken: number): void;
  readonly replayPath?: string | undefined;
  readonly maxCommands?: number | undefined;
}

/** No sequence of commands and faults breaks a rule. */
export function everyRuleHolds({ tally, done, replayPath, maxCommands = 60 }: PropertyOptions) {
  const commands = fc.commands(commandsFor(tally), {
    maxCommands,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  });
  return fc.asyncProperty(setups, commands, async (setup, sequence) => {
    done(await runSequence(setup, sequence));
  });
}
