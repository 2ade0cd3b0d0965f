import { describe, expect, test } from 'vitest';
import { callSafely } from '../../src/shared/call-safely.js';

describe("a call of the app's code", () => {
  test('tells what it throws at once, and what it rejects with later', async () => {
    const told: unknown[] = [];
    callSafely(
      () => {
        throw 1;
      },
      (error) => told.push(error),
    );
    expect(told).toEqual([1]);
    callSafely(
      () => Promise.reject(2),
      (error) => told.push(error),
    );
    await Promise.resolve();
    await Promise.resolve();
    expect(told).toEqual([1, 2]);
  });

  test('does not trust the methods of what it returns', async () => {
    const told: unknown[] = [];
    const promise = Object.assign(Promise.reject(3), {
      catch: () => {
        throw new Error('not here');
      },
    });
    callSafely(
      () => promise,
      (error) => told.push(error),
    );
    await new Promise((resolve) => setTimeout(resolve));
    expect(told).toEqual([3]);
  });
});
