import { shown } from '../../../timeline/format.js';
import type { LiveParticipant, LiveTrack } from '../../state/live.js';

/** A participant as lists name it. */
export function participantName({ userId, isAnonymous }: LiveParticipant): string {
  return isAnonymous ? 'an anonymous viewer' : shown(userId, 60);
}

export function trackName(kind: LiveTrack['kind']): string {
  return kind.replace('_', ' ');
}
