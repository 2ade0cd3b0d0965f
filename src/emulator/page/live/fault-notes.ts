import { duration } from '../../../timeline/format.js';
import type { LiveFaults } from '../../state/live.js';

interface Note {
  readonly key: keyof LiveFaults;
  readonly text: string;
  /** What is used up request by request. */
  readonly left?: number;
}

function notesOf(faults: LiveFaults): Note[] {
  const { clockSkewMs, latencyMs, jitterMs, failingNext, rejectingNext, rateLimit, maxSocketsPerUser } =
    faults;
  const notes: Note[] = [];
  if (clockSkewMs !== 0) notes.push({ key: 'clockSkewMs', text: `clock ${signed(clockSkewMs)}` });
  if (faults.clockFrozen) notes.push({ key: 'clockFrozen', text: 'clock frozen' });
  if (latencyMs + jitterMs > 0) {
    const jitter = jitterMs > 0 ? ` + up to ${duration(jitterMs)}` : '';
    notes.push({ key: 'latencyMs', text: `latency ${duration(latencyMs)}${jitter}` });
  }
  if (failingNext > 0) {
    notes.push({ key: 'failingNext', text: `${plural(failingNext, 'request')} to fail`, left: failingNext });
  }
  if (rejectingNext > 0) {
    const text = `${plural(rejectingNext, 'handshake')} to be refused`;
    notes.push({ key: 'rejectingNext', text, left: rejectingNext });
  }
  if (rateLimit !== undefined) {
    const text = `${plural(rateLimit.limit, 'request')} per ${duration(rateLimit.windowMs)}`;
    notes.push({ key: 'rateLimit', text });
  }
  if (maxSocketsPerUser !== undefined) {
    notes.push({ key: 'maxSocketsPerUser', text: `${plural(maxSocketsPerUser, 'socket')} per user` });
  }
  if (faults.guestsDisabled) notes.push({ key: 'guestsDisabled', text: 'no guests' });
  if (faults.authChecksDisabled) notes.push({ key: 'authChecksDisabled', text: 'no auth checks' });
  if (faults.cutSocketsAtExpiry) notes.push({ key: 'cutSocketsAtExpiry', text: 'sockets are cut at expiry' });
  if (faults.mediaFull) notes.push({ key: 'mediaFull', text: 'media server full' });
  if (faults.mediaLatencyMs > 0) {
    notes.push({ key: 'mediaLatencyMs', text: `media slower by ${duration(faults.mediaLatencyMs)}` });
  }
  return notes;
}

/** What is switched on, in words; the usual state says nothing. */
export function activeFaults(faults: LiveFaults): string[] {
  return notesOf(faults).map(({ text }) => text);
}

/** What was switched between two states, in words; what a request used up was not switched. */
export function faultChanges(before: LiveFaults, after: LiveFaults): string[] {
  const was = new Map(notesOf(before).map((note) => [note.key, note]));
  const is = new Map(notesOf(after).map((note) => [note.key, note]));
  const on = [...is.values()].filter(({ key, text, left = 1 }) => {
    const earlier = was.get(key);
    return earlier?.text !== text && left > (earlier?.left ?? 0);
  });
  const off = [...was.values()].filter(({ key, left }) => left === undefined && !is.has(key));
  return [...on.map(({ text }) => text), ...off.map(({ text }) => `over: ${text}`)];
}

function signed(ms: number): string {
  return `${ms > 0 ? '+' : '−'}${duration(Math.abs(ms))}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
