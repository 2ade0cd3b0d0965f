import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMAND_NAMES } from './commands.js';
import { everyRuleHolds } from './sequence.js';
import { Tally } from './tally.js';

test('no sequence of commands and faults breaks a rule', { timeout: 60_000 }, async () => {
  const tally = new Tally(COMMAND_NAMES);
  let long = 0;
  const property = everyRuleHolds({
    tally,
    done: (steps) => {
      long += steps >= 20 ? 1 : 0;
    },
  });
  const details = await fc.check(property, {
    numRuns: 100,
    unbiased: true,
    seed: 20_260_302,
  });
  expect(details.failed, `${details.errorInstance}\n${fc.defaultReportMessage(details)}`).toBe(false);
  expect(long).toBeGreaterThan(50);
  expect(tally.missing).toEqual([]);
});
