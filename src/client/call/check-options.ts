import { assertKnown } from '../../shared/known-options.js';
import { refuse } from '../../shared/refuse.js';

/** Refuses an option that nobody reads. `known` lists the names. */
export function checkOptions(of: string, options: object | undefined, known: string): void {
  assertKnown(
    of,
    options,
    Object.fromEntries(
      known
        .trim()
        .split(' ')
        .map((name) => [name, true]),
    ),
  );
}

/** Options of ours, and the shape that the official client takes them in. */
const NO_DATA = ['data', 'ring', 'notify', 'watch', 'members_limit', 'membersLimit'];

/** Refuses options where the data of a call belongs: the call would be made without its members, and ring nobody. */
export function checkCallData(data: object | undefined): void {
  const wrong = NO_DATA.find((name) => data && name in data);
  if (wrong === undefined) return;
  refuse(
    'invalid_option',
    `"${wrong}" does not belong to the data of a call`,
    'Pass the data first and the options second: getOrCreate({ members }, { ring: true }), not getOrCreate({ ring: true, data: { members } }).',
  );
}
