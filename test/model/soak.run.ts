import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMAND_NAMES } from './commands.js';
import { everyRuleHolds } from './sequence.js';
import { everyTabRuleHolds } from './tabs/sequence.js';
import { STEP_NAMES } from './tabs/steps.js';
import { Tally } from './tally.js';

const LONG = 20;
const BATCH = 50;
const TELL_EVERY_MS = 10_000;

const number = (name: string) => (process.env[name] ? Number(process.env[name]) : undefined);
const say = (text: string) => process.stdout.write(`${text}\n`);

const runs = number('SOAK_RUNS') ?? Number.POSITIVE_INFINITY;
const minutes = number('SOAK_MINUTES') ?? Number.POSITIVE_INFINITY;
const seed = number('SOAK_SEED') ?? Date.now() % 2 ** 31;
const path = process.env.SOAK_PATH;
const replayPath = process.env.SOAK_REPLAY_PATH;
const isAboutTabs = process.env.SOAK_TABS !== undefined;

// The platform's own clocks: those of the tests are virtual.
const { now } = Date;
const startedAt = now();
const elapsedMs = () => now.call(Date) - startedAt;

function timeLeft(done: number): string {
  const byMinutes = minutes * 60_000 - elapsedMs();
  const byRuns = done > 0 ? (elapsedMs() / done) * (runs - done) : Number.POSITIVE_INFINITY;
  const left = Math.min(byMinutes, byRuns);
  return Number.isFinite(left) ? `about ${Math.ceil(left / 1000)} s left` : 'until stopped';
}

async function report<T>(property: fc.IAsyncProperty<T>, parameters: fc.Parameters<T>) {
  const details = await fc.check(property, parameters);
  return { ...details, text: details.failed ? fc.defaultReportMessage(details) : undefined };
}

test('no sequence of commands and faults breaks a rule, however many there are', async () => {
  const tally = new Tally(isAboutTabs ? STEP_NAMES : COMMAND_NAMES);
  const total = Number.isFinite(runs) ? runs : 'no end';
  let done = 0;
  let toldAt = 0;
  let batches = 0;
  say(`seed ${seed}, ${total} sequences of ${LONG} or more steps`);
  const ended = (steps: number) => {
    done += steps >= LONG ? 1 : 0;
    if (elapsedMs() - toldAt < TELL_EVERY_MS) return;
    toldAt = elapsedMs();
    say(`${done}/${total} sequences, ${timeLeft(done)}, batch seed ${seed + batches}`);
  };
  const check = (parameters: object) =>
    isAboutTabs
      ? report(everyTabRuleHolds({ tally, done: ended }), parameters)
      : report(everyRuleHolds({ tally, replayPath, done: ended }), parameters);
  for (; done < runs && elapsedMs() < minutes * 60_000; batches += 1) {
    const details = await check({
      numRuns: path ? 1 : BATCH,
      unbiased: true,
      seed: seed + batches,
      ...(path && { path }),
      endOnFailure: process.env.SOAK_SHRINK === 'no',
    });
    if (details.failed) {
      say(`FAILED with seed ${details.seed}, path ${details.counterexamplePath}`);
      say(`${details.errorInstance}`);
      say(details.text ?? '');
    }
    expect(details.failed, `seed ${details.seed}, path ${details.counterexamplePath}`).toBe(false);
    if (path) return;
  }
  say(`${done} sequences in ${Math.round(elapsedMs() / 1000)} s, seed ${seed}. Executed:`);
  for (const [name, count] of tally.counts) say(`  ${name.padEnd(32)}${count}`);
  expect(tally.missing, 'never executed').toEqual([]);
});
