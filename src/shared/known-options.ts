import { keysOf, read } from './foreign-value.js';
import { refuse } from './refuse.js';
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
