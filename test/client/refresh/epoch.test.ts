import { expect, test, vi } from 'vitest';
import { LISTEN } from '../../../src/client/environment/abortable.js';
import { Epoch, tellInTurn } from '../../../src/client/refresh/epoch.js';

test('an epoch tells all who listen of its end, with the reason already there', () => {
  const epoch = new Epoch();
  const seen: unknown[] = [];
  epoch.addEventListener('abort', () => seen.push([epoch.aborted, epoch.reason]));
  epoch.addEventListener('abort', () => seen.push('second'));
  expect([epoch.aborted, epoch.reason]).toEqual([false, undefined]);
  epoch.end('over');
  expect(seen).toEqual([[true, 'over'], 'second']);
});

test('an epoch ends once: the first reason stays, and nobody is told again', () => {
  const epoch = new Epoch();
  const listener = vi.fn();
  epoch.addEventListener('abort', listener);
  epoch.end('first');
  epoch.addEventListener('abort', listener);
  epoch.end('second');
  expect(epoch.reason).toBe('first');
  expect(listener).toHaveBeenCalledTimes(1);
});

test('an epoch tells nobody who has stopped listening', () => {
  const epoch = new Epoch();
  const [stays, leaves] = [vi.fn(), vi.fn()];
  epoch.addEventListener('abort', stays);
  epoch.addEventListener('abort', leaves);
  epoch.removeEventListener('abort', leaves);
  epoch.end('over');
  expect(stays).toHaveBeenCalledTimes(1);
  expect(leaves).not.toHaveBeenCalled();
});

test('an epoch may lose a listener while it tells the others', () => {
  const epoch = new Epoch();
  const second = vi.fn();
  epoch.addEventListener('abort', () => epoch.removeEventListener('abort', second));
  epoch.addEventListener('abort', second);
  epoch.end('over');
  expect(second).toHaveBeenCalledTimes(1);
});

test('an epoch that nobody listens to takes it that somebody stops', () => {
  expect(() => new Epoch().removeEventListener('abort', () => {})).not.toThrow();
});

test('an epoch tells nobody whom another listener has just stopped', () => {
  const epoch = new Epoch();
  const second = vi.fn();
  let stop = () => {};
  epoch[LISTEN](() => stop());
  stop = epoch[LISTEN](second);
  epoch.end('over');
  expect(second).not.toHaveBeenCalled();
});

test('what is told in turn ends with the epoch', () => {
  const epoch = new Epoch();
  const [first, last] = [vi.fn(() => epoch.end('over')), vi.fn()];
  tellInTurn({ epoch }, first, last);
  expect([first.mock.calls.length, last.mock.calls.length]).toEqual([1, 0]);
});
