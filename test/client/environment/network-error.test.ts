import { expect, test } from 'vitest';
import { isNetworkError } from '../../../src/client/environment/network-error.js';

const nested = (depth: number): object =>
  depth === 0
    ? new TypeError('fetch failed')
    : Object.assign(new Error('outer'), { cause: nested(depth - 1) });

test.each([
  ['what Node and Bun throw', new TypeError('fetch failed')],
  ['what Chromium throws', new TypeError('Failed to fetch')],
  ['what Node throws while a body is read', new TypeError('terminated')],
  ['what Deno throws while a body is read', new TypeError('error reading a body from connection')],
  ['what Chromium throws while a body is read', new TypeError('network error')],
  ['what Firefox throws while a body is read', new TypeError('Error in input stream')],
  ['what Bun throws', Object.assign(new TypeError('x'), { code: 'FailedToOpenSocket' })],
  ['what Bun threw', Object.assign(new Error('x'), { code: 'ConnectionRefused' })],
  ['what Expo throws', new TypeError('fetch failed: Could not connect to the server.')],
  ['what React Native throws in time', new TypeError('Network request timed out')],
  ['what a reporter made of it', new TypeError('Failed to fetch (app.example)')],
  ['what axios throws', Object.assign(new Error('Network Error'), { code: 'ERR_NETWORK' })],
  ['what Safari throws', new TypeError('Load failed')],
  ['what Safari throws where nobody listens', new TypeError('Could not connect to the server.')],
  [
    'what Safari throws without a name server',
    new TypeError('A server with the specified hostname could not be found.'),
  ],
  ['what Safari throws when the page is left', new TypeError('cancelled')],
  ['what Firefox throws', new TypeError('NetworkError when attempting to fetch resource.')],
  [
    'what Deno throws',
    new TypeError('error sending request for url (http://127.0.0.1/): client error (Connect)'),
  ],
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
  ['an error of an app in the words of a platform', new Error('Load failed')],
  ['a fault in the options of undici', Object.assign(new Error('x'), { code: 'UND_ERR_INVALID_ARG' })],
  ['a code that begins like one', Object.assign(new Error('x'), { code: 'EPIPELINE' })],
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

// case 226
test.each([
  'Could not connect user to billing plan',
  'Could not connect to the server of the billing plan.',
  'Social network is not linked',
  'Load failed for plan premium',
  'The upload was cancelled',
  'socket type not supported',
  'Failed to fetch the plan',
  'timed out',
])('"%s" is an app\'s own sentence', (message) => {
  expect(isNetworkError(new TypeError(message))).toBe(false);
});
