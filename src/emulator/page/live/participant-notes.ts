import { shown } from '../../../timeline/format.js';
import type { LiveParticipant } from '../../state/live.js';

/** A participant as lists name it. */
export function participantName({ userId, isAnonymous }: LiveParticipant): string {
  return isAnonymous ? 'an anonymous viewer' : shown(userId, 60);
}

/** What happened to a participant between two messages, in words; undefined when nothing did. */
export function participantChange(
  before: LiveParticipant | undefined,
  after: LiveParticipant,
  isThere: boolean,
): string | undefined {
  const who = `${participantName(after)} in ${shown(after.cid, 80)}`;
  if (!isThere) return `${who}: left`;
  if (before === undefined) return `${who}: joined`;
  const on = after.tracks.filter((track) => !before.tracks.includes(track));
  const off = before.tracks.filter((track) => !after.tracks.includes(track));
  const changes = [...on.map((track) => `${track} on`), ...off.map((track) => `${track} off`)];
  return changes.length === 0 ? undefined : `${who}: ${changes.join(', ')}`;
}
