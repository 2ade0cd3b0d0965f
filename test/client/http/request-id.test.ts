import { afterEach, describe, expect, test, vi } from 'vitest';
import { requestIds } from '../../../src/client/http/request-id.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a request's id", () => {
  test.each<[string, unknown]>([
    ['a runtime with crypto', globalThis.crypto],
    ['a page without a secure context', {}],
    ['a runtime without crypto', undefined],
  ])('has the form of a UUID in %s, and ends with a number that counts', (_name, crypto) => {
    vi.stubGlobal('crypto', crypto);
    const next = requestIds();
    const ids = [next(), next()];
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.map((id) => id.slice(-12))).toEqual(['000000000001', '000000000002']);
    expect(ids[0]?.slice(0, -12)).toBe(ids[1]?.slice(0, -12));
  });

  test.each<[string, unknown]>([
    ['with crypto', globalThis.crypto],
    ['without it', undefined],
  ])('begins otherwise for another client (%s)', (_name, crypto) => {
    vi.stubGlobal('crypto', crypto);
    expect(requestIds()().slice(0, -12)).not.toBe(requestIds()().slice(0, -12));
  });
});
