import { describeType } from '../shared/describe-value.js';
import { readGiven, refuse } from '../shared/refuse.js';

/** Reads options, such as the example; those that are none, or that throw when they are looked at, are the caller's mistake. */
export function readOptions<Options extends object, T>(
  options: Options,
  example: string,
  read: (options: Options) => T,
): T {
  if (typeof options !== 'object' || options === null) {
    return refuse('invalid_option', `The options are ${describeType(options)}`, `Pass ${example}.`);
  }
  return readGiven('The options', () => read(options));
}
