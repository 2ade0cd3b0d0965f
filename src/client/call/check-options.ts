import { describeType } from '../../shared/describe-value.js';
import { keysOf } from '../../shared/foreign-value.js';
import { type Names, readKnown } from '../../shared/known-options.js';
import { refuse } from '../../shared/refuse.js';

/** The options, each read once; one that nobody reads is refused. `known` lists the names. */
export function checkOptions<Options extends object>(
  of: string,
  options: Options | undefined,
  known: string,
): Options {
  const names = known.trim().split(' ');
  const all = Object.fromEntries(names.map((name) => [name, true])) as Names<keyof Options>;
  return readKnown(of, options, all);
}

/** Options of ours, and the shape that the official client takes them in. */
const NO_DATA = ['data', 'ring', 'notify', 'watch', 'members_limit', 'membersLimit'];

/** Refuses options where the data of a call belongs: the call would be made without its members, and ring nobody. */
export function checkCallData(data: object | undefined): void {
  const names = keysOf(data ?? {});
  const wrong =
    typeof (data ?? {}) === 'object' ? NO_DATA.find((name) => names.includes(name)) : describeType(data);
  if (wrong === undefined) return;
  refuse(
    'invalid_option',
    `${wrong} is no data of a call`,
    'Write getOrCreate({ members }, { ring: true }).',
  );
}
