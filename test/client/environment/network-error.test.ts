import { expect, test } from 'vitest';
import { isNetworkError } from '../../../src/client/environment/network-error.js';

const nested = (depth: number): object =>
  depth === 0
    ? new TypeError('fetch failed')
    : Object.assign(new Error('outer'), { cause: nested(depth - 1) });

test.each([
  ['what Node and Bun throw', new TypeError('fetch failed')],
  ['what Chromium throws', new TypeError('Failed to fetch')],
  ['what Safari throws', new TypeError('Load failed')],
  ['what Safari throws where nobody listens', new TypeError('Could not connect to the server.')],
  [
    'what Safari throws without a name server',
    new TypeError('A server with the specified hostname could not be found.'),
  ],
  ['what Safari throws when the page is left', new TypeError('cancelled')],
  ['what Firefox throws', new TypeError('NetworkError when attempting to fetch resource.')],
  ['what Deno throws', new TypeError('error sending request for url')],
  ['what React Native throws', new TypeError('Network request failed')],
  ['what Workers throw', new Error('Network connection lost.')],
  ['a name', Object.assign(new Error('x'), { name: 'NetworkError' })],
  ['a code of the system', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
  ['a code of the resolver', Object.assign(new Error('x'), { code: 'ENOTFOUND' })],
  ['a code of undici', Object.assign(new Error('x'), { code: 'UND_ERR_SOCKET' })],
  ['its cause', Object.assign(new Error('x'), { cause: new TypeError('fetch failed') })],
  ['a cause eight deep', nested(8)],
])('%s is the fault of the network', (_name, error) => {
  expect(isNetworkError(error)).toBe(true);
});

const circle: Error & { cause?: unknown } = new Error('x');
circle.cause = circle;

test.each([
  ['a status', new Error('503')],
  ['a bug', new TypeError('x is not a function')],
  ['another code', Object.assign(new Error('x'), { code: 'EACCES' })],
  ['a numeric code', Object.assign(new Error('x'), { code: 40 })],
  ['a word', 'network'],
  ['nothing', undefined],
  ['null', null],
  ['an object whose message is none', { message: ['network'] }],
  ['a code that is a list', { code: ['ECONNREFUSED'] }],
  ['causes in a circle', circle],
  ['a cause nine deep', nested(9)],
])('%s is not', (_name, error) => {
  expect(isNetworkError(error)).toBe(false);
});
