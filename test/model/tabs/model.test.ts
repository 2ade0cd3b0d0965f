import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tally } from '../tally.js';
import { everyTabRuleHolds } from './sequence.js';
import { STEP_NAMES } from './steps.js';

test('no sequence of what happens in several tabs breaks a rule', { timeout: 60_000 }, async () => {
  const tally = new Tally(STEP_NAMES);
  const details = await fc.check(everyTabRuleHolds({ tally, done: () => {} }), {
    numRuns: 15,
    seed: 20_260_302,
  });
  expect(details.failed, `${details.errorInstance}\n${fc.defaultReportMessage(details)}`).toBe(false);
  expect(tally.missing).toEqual([]);
});
