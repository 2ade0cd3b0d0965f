import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnauthorizedError } from '../../../src/shared/errors.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;
const cause = new Error('40');

const transitions = () => on.session.describe().transitions;
const kinds = () => transitions().map(({ kind, generation }) => (generation ? [kind, generation] : kind));

beforeEach(() => {
  useVirtualTime();
  on = tokenSession({ token: freshToken('martin', 3600) });
});

afterEach(() => on.session.end());

describe('what happened to the token is told', () => {
  test('of a token that is taken, accepted, refused, and given up for the one before', async () => {
    on.session.verdicts.accept(on.held);
    const second = on.set();
    const renewal = watch(on.session.verdicts.renew(second, { cause }));
    await settle();
    await on.fail();
    expect(renewal.state).toBe('resolved');
    expect(kinds()).toEqual([
      ['in_use', 1],
      ['accepted', 1],
      ['in_use', 2],
      ['refused', 2],
      'failed',
      ['rolled_back', 1],
    ]);
  });

  test('of a session that ends, and of the next one', () => {
    on.session.end();
    on.session.begin();
    expect(kinds().slice(1)).toEqual(['session_ended', 'session_began']);
  });

  test('of a suspension, and of its end', async () => {
    const refresh = watch(on.session.refresh());
    await settle();
    await on.fail(new UnauthorizedError('signed out'));
    expect(refresh.state).toBe('rejected');
    on.set();
    expect(kinds().slice(1)).toEqual(['suspended', ['in_use', 2], 'resumed']);
  });

  test('of a token that the server refused for what it is', () => {
    on.session.verdicts.rollBackAfterRejection(on.held, new UnauthorizedError('43'));
    expect(kinds().slice(1)).toEqual([['refused', 1]]);
    expect(transitions().at(-1)?.what).toBe('the server refused generation 1 for what it is');
  });

  test('with the time, in words, and the generation only where it is about one', async () => {
    await advance(1_500);
    on.session.end();
    expect(transitions()).toStrictEqual([
      { at: Date.now() - 1_500, kind: 'in_use', what: 'generation 1 is in use', generation: 1 },
      { at: Date.now(), kind: 'session_ended', what: 'the session ended' },
    ]);
  });
});

test('it is counted how often a request was sent again for its token', () => {
  on.session.noteReplay();
  on.session.noteReplay();
  expect(on.session.describe().counters.replays).toBe(2);
});
