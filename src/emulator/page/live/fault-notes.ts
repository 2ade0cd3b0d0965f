import type { LiveFaults } from '../../live.js';
import { duration } from '../format.js';

/** What is switched on, in words; the usual state says nothing. */
export function activeFaults(faults: LiveFaults): string[] {
  const { clockSkewMs, latencyMs, jitterMs, failingNext, rejectingNext, rateLimit } = faults;
  const notes: (string | false)[] = [
    clockSkewMs !== 0 && `clock ${signed(clockSkewMs)}`,
    faults.clockFrozen && 'clock frozen',
    latencyMs + jitterMs > 0 &&
      `latency ${duration(latencyMs)}${jitterMs > 0 ? ` + up to ${duration(jitterMs)}` : ''}`,
    failingNext > 0 && `${plural(failingNext, 'request')} to fail`,
    rejectingNext > 0 && `${plural(rejectingNext, 'handshake')} to be refused`,
    rateLimit !== undefined && `${plural(rateLimit.limit, 'request')} per ${duration(rateLimit.windowMs)}`,
    faults.maxSocketsPerUser !== undefined && `${plural(faults.maxSocketsPerUser, 'socket')} per user`,
    faults.guestsDisabled && 'no guests',
    faults.authChecksDisabled && 'no auth checks',
    faults.cutSocketsAtExpiry && 'sockets are cut at expiry',
  ];
  return notes.filter((note) => note !== false);
}

/** What differs between two states, in words. */
export function faultChanges(before: LiveFaults, after: LiveFaults): string[] {
  const was = activeFaults(before);
  const is = activeFaults(after);
  return [
    ...is.filter((note) => !was.includes(note)),
    // A counter that goes down was used, not switched.
    ...was.filter((note) => !is.includes(note) && !is.some((other) => isSameKind(note, other))).map(ended),
  ];
}

const ended = (note: string) => `over: ${note}`;

function isSameKind(a: string, b: string): boolean {
  const kind = (note: string) => note.replace(/[-+]?\d.*?(?= to | per |$)/g, '').trim();
  return kind(a) === kind(b);
}

function signed(ms: number): string {
  return `${ms > 0 ? '+' : '−'}${duration(Math.abs(ms))}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
