import { describeType } from './describe-value.js';
import { keysOf, read } from './foreign-value.js';
import { readGiven, refuse } from './refuse.js';
import { sanitize } from './sanitize.js';

/** Names, each once: as an object, so that the compiler asks for all of them. */
export type Names<Name extends string | number | symbol> = Readonly<Record<Name, true>>;

/** What other packages call the same thing, in the form of `plain`. */
export type Synonyms = Readonly<Record<string, string>>;

/**
 * Refuses an option that nobody reads, and names the one that was probably meant: a misspelt `baseUrl` would
 * send tokens elsewhere. Looked at are own enumerable keys whose value is not undefined. On an instance of a
 * class, which may have fields of its own, only what is close to an option that is missing is refused.
 *
 * @param of whose options they are, for the message
 * @param known has an entry for each name
 */
export function assertKnown(
  of: string,
  options: unknown,
  known: Readonly<Record<string, unknown>>,
  synonyms: Synonyms = {},
): void {
  if (typeof options !== 'object' || options === null) return;
  for (const name of keysOf(options)) {
    if (Object.hasOwn(known, name) || read(options, name) === undefined) continue;
    const names = Object.keys(known);
    const given = plain(name);
    const close = names.find(
      (candidate) => isClose(given, plain(candidate)) || synonyms[given] === candidate,
    );
    if (!isPlain(options) && (close === undefined || close in options)) continue;
    // Where there is only one, nothing else can have been meant.
    const parts = names.filter((candidate) => names.length === 1 || isPart(given, plain(candidate)));
    const meant = close ?? parts.sort((a, b) => b.length - a.length)[0];
    refuse(
      'invalid_option',
      `"${sanitize(name)}" is no option of ${of}${meant ? `: ${meant} is` : ''}`,
      meant ? `Write ${meant}.` : `Leave it out; the options are ${names.join(', ')}.`,
    );
  }
}

/** Of all who pass nothing: a new one each time would be most of what `getToken()` leaves behind. */
const NONE = Object.freeze(Object.create(null));

/**
 * The known options in an object of their own, each read once; what everybody's prototype was given is none. Refused
 * are others, as by `assertKnown`, what cannot be read, what is no object, and a `signal` that is none; null stands for
 * no signal.
 */
export function readKnown<Options extends object>(
  of: string,
  options: unknown,
  known: Names<keyof Options>,
  synonyms?: Synonyms,
): Options {
  if (options === undefined) return NONE;
  const given = Object.create(null);
  const what = `The options of ${of}`;
  return readGiven(what, () => {
    if (typeof options !== 'object' || options === null) {
      refuse(
        'invalid_option',
        `${what} must be an object, not ${describeType(options)}`,
        `Pass { ${Object.keys(known).join(', ')} }.`,
      );
    }
    assertKnown(of, options, known, synonyms);
    for (const name of Object.keys(known) as (keyof Options & string)[]) {
      const value = (options as Record<string, unknown>)[name];
      const isInherited = value === read(Object.prototype, name) && !Object.hasOwn(options, name);
      if (value === undefined || isInherited) continue;
      if (name !== 'signal') given[name] = value;
      else if (value !== null) given[name] = asSignal(value);
    }
    return given;
  });
}

/** Also one of another realm, or a package's; but one that nobody can listen to would never end a wait. */
function asSignal(value: unknown): unknown {
  if (typeof read(value, 'aborted') === 'boolean' && canListen(value as AbortSignal)) return value;
  return refuse(
    'invalid_option',
    `signal is ${describeType(value)}`,
    'Pass the signal of an AbortController.',
  );
}

function canListen(signal: AbortSignal): boolean {
  const nothing = () => {};
  try {
    signal.addEventListener('abort', nothing);
    signal.removeEventListener('abort', nothing);
    return true;
  } catch {
    return false;
  }
}

/** Also one of another realm. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `base_url`, `baseURL` and `base-url` are one name. */
function plain(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

function isPart(a: string, b: string): boolean {
  return a.length > 2 && (a.includes(b) || b.includes(a));
}

/** Whether slips of the hand lead from one name to the other: two, or one where a name is short. */
function isClose(a: string, b: string): boolean {
  return isWithin(Math.min(a.length, b.length) < 6 ? 1 : 2, a, b);
}

/** Whether one text becomes the other by so many letters put in, left out or replaced, at most. */
function isWithin(slips: number, a: string, b: string): boolean {
  if (a === b) return true;
  if (slips === 0) return false;
  let same = 0;
  while (a[same] === b[same]) same += 1;
  const [rest, otherRest] = [a.slice(same), b.slice(same)];
  const [shorter, otherShorter] = [rest.slice(1), otherRest.slice(1)];
  return (
    isWithin(slips - 1, shorter, otherRest) ||
    isWithin(slips - 1, rest, otherShorter) ||
    isWithin(slips - 1, shorter, otherShorter)
  );
}
