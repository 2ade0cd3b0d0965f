import { seededRandom } from '../support/seeded-random.js';
import { ModelCoordinator } from './coordinator.js';
import { unfairness } from './fairness.js';
import { brokenRule } from './invariants.js';
import { Page } from './page.js';
import { type Ask, claimsOf } from './records.js';
import { Rig, type RigSetup } from './rig.js';
import { drain, pass, WorldClock } from './time.js';

export interface WorldSetup {
  readonly seed: number;
  readonly rig: RigSetup;
}

/** A rule was broken; the message says which, and after which step. */
export class BrokenRule extends Error {}

/** A provider's answer, which may throw when it is looked at. */
function told(answer: Ask['answer']): string {
  try {
    return JSON.stringify(answer);
  } catch {
    return 'unreadable';
  }
}

/** Everything that a sequence of commands acts upon. */
export class World {
  readonly clock = new WorldClock();
  readonly page = new Page();
  readonly random: () => number;
  readonly coordinator: ModelCoordinator;
  readonly setup: WorldSetup;
  readonly rigs: Rig[] = [];
  readonly rejections: unknown[] = [];
  /** When the network, or the page, was last away. */
  offlineAtMs = Number.NEGATIVE_INFINITY;
  isOnline = true;
  stepsTaken = 0;
  readonly #history: { readonly atMs: number; readonly step: string }[] = [];
  readonly #platformRandom = Math.random;
  readonly #onRejection = (reason: unknown) => this.rejections.push(reason);

  constructor(setup: WorldSetup) {
    this.setup = setup;
    this.random = seededRandom(setup.seed);
    this.coordinator = new ModelCoordinator(this.clock, this.random);
    Math.random = this.random;
    this.page.install();
    if (setup.rig.isInWorkers) {
      this.page.beWorkers();
      this.clock.requests.install();
    }
    process.on('unhandledRejection', this.#onRejection);
  }

  /** The client whose turn it is. Older ones have ended or are ending. */
  get rig(): Rig {
    return this.rigs.at(-1) as Rig;
  }

  /** Another client for another user. */
  async addRig(): Promise<Rig> {
    let made: Rig | undefined;
    let failed: unknown;
    Rig.make(this.setup.rig, this).then(
      (rig) => {
        made = rig;
      },
      (error) => {
        failed = error ?? new Error('no client');
      },
    );
    await drain();
    for (let tries = 0; !made && failed === undefined && tries < 200; tries += 1) await pass(100);
    if (!made) throw failed ?? new Error('no client was made');
    const rig = made;
    rig.judge = (call) => unfairness(call, rig, this);
    this.rigs.push(rig);
    return rig;
  }

  leavePage(): void {
    this.page.leave();
    this.#noteNetwork();
  }

  setOnline(isOnline: boolean): void {
    this.isOnline = isOnline;
    this.coordinator.isNetworkUp = isOnline;
    if (isOnline) for (const rig of this.rigs) rig.doorOpenings += 1;
    this.#noteNetwork();
    if (!isOnline) {
      for (const rig of this.rigs) {
        for (const socket of rig.sockets) {
          if (socket.readyState === 1) this.coordinator.forget(socket);
        }
      }
    }
    this.page.network(isOnline);
  }

  async pass(milliseconds: number): Promise<void> {
    await drain();
    if (milliseconds > 0) await pass(milliseconds, () => this.look());
    this.#noteNetwork();
  }

  look(): void {
    for (const rig of this.rigs) rig.look();
  }

  /** Checks every rule; throws `BrokenRule` with the name of the first one that is broken. */
  check(step: string): void {
    this.look();
    this.stepsTaken += 1;
    this.#history.push({ atMs: this.clock.monotonicMs, step });
    const broken = brokenRule(this);
    if (broken) throw new BrokenRule(`${broken.rule}: ${broken.what} (after ${step})`);
  }

  /** What the last client did and heard, for people who look for the fault. */
  trace(): string {
    const { sends, asks, events, calls, logged } = this.rig;
    const at = (atMs: number, what: string) => ({ atMs, what });
    const token = (value: unknown) => JSON.stringify(claimsOf(value));
    const lines = [
      ...this.#history.map(({ atMs, step }) => at(atMs, `--- ${step}`)),
      ...sends.map((send) =>
        at(send.atMs, `${send.via} ${send.path} ${token(send.token)} -> ${send.answer}`),
      ),
      ...asks.map((ask) => at(ask.atMs, `ask ${ask.reason} ${ask.mode} (${ask.phaseThen})`)),
      ...asks.map((ask) =>
        at(ask.endedAtMs ?? Number.POSITIVE_INFINITY, `answer ${ask.answer?.kind} ${told(ask.answer)}`),
      ),
      ...events.map(({ atMs, text }) => at(atMs, text)),
      ...calls.map((call) => at(call.startedAtMs, `call ${call.kind} #${call.number}`)),
      ...calls.map((call) =>
        at(
          call.outcome?.atMs ?? Number.POSITIVE_INFINITY,
          `end ${call.kind} #${call.number} ${call.outcome?.value}`,
        ),
      ),
    ];
    lines.sort((a, b) => a.atMs - b.atMs);
    return [...logged, ...lines.map(({ atMs, what }) => `${Math.round(atMs)} ${what}`)].join('\n');
  }

  uninstall(): void {
    Math.random = this.#platformRandom;
    if (this.setup.rig.isInWorkers) this.clock.requests.uninstall();
    this.page.uninstall();
    process.off('unhandledRejection', this.#onRejection);
  }

  #noteNetwork(): void {
    if (!this.isOnline || this.page.isAway) this.offlineAtMs = this.clock.monotonicMs;
  }
}
