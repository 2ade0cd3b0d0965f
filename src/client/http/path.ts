import { describeType } from '../../shared/describe-value.js';
import { refuse } from '../../shared/refuse.js';
import { sanitize } from '../../shared/sanitize.js';

const RELATIVE = 'Pass a path below /video that begins with one slash, each id encoded as one segment.';

function refusePath(message: string, remediation = RELATIVE): never {
  return refuse('invalid_path', message, remediation);
}

export const isDots = (segment: string) => /^(?:\.|%2e){1,2}$/i.test(segment);

/** Most paths: segments of plain characters that begin with no dot, below no `/video`, and no query. */
const PLAIN = /^(?!\/video(?:\/|$))(?:\/[\w:~!-][\w:~!.-]*)+$/;

/** Checks a path so that it can lead nowhere but below `/video`. */
export function readPath(path: unknown): string {
  if (typeof path !== 'string') return refusePath(`The path must be a string, not ${describeType(path)}`);
  if (PLAIN.test(path)) return path;
  const [bare = ''] = path.split('?');
  if (!path.startsWith('/') || path.includes('//') || /[\\#\s]/.test(path)) {
    return refusePath(`The path "${sanitize(path)}" is not one below /video`);
  }
  if (/^\/video(?:\/|$)/.test(bare)) {
    const rest = sanitize(bare.slice('/video'.length)) || '/edges';
    return refusePath('The path repeats the prefix /video', `Leave it out: pass '${rest}'.`);
  }
  if (bare.split('/').some(isDots)) return refusePath(`The path "${sanitize(path)}" has a dot segment`);
  return path;
}

/** One id as one path segment. */
export function segment(id: string): string {
  if (isDots(id)) return refusePath(`"${id}" cannot be an id`);
  try {
    return encodeURIComponent(id);
  } catch {
    return refusePath('An id holds half a character');
  }
}
