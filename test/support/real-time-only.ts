import { vi } from 'vitest';

const { useFakeTimers } = vi;

/** Connections kept open by earlier files would set their timers in virtual time, and be taken for the client's. */
vi.useFakeTimers = (options) => {
  if (options?.toFake?.includes('setTimeout') ?? true) {
    throw new Error('this project speaks to real servers: name the file among those in virtual time');
  }
  return useFakeTimers.call(vi, options);
};
