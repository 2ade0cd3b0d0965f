import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { prepareBody, type RequestBody } from '../../../src/client/http/body.js';

const bytesOf = async ({ content }: RequestBody) => Buffer.from(await new Response(content).arrayBuffer());

async function* generator() {
  yield 'hello';
}

describe('a body that can be sent again', () => {
  it.each<[string, () => unknown, string, string]>([
    ['an object', () => ({ a: 1, b: undefined }), '{"a":1}', 'application/json'],
    ['an array', () => [1, 'é'], '[1,"é"]', 'application/json'],
    ['null', () => null, 'null', 'application/json'],
    ['a number', () => 7, '7', 'application/json'],
    ['false', () => false, 'false', 'application/json'],
    ['an object with toJSON', () => ({ toJSON: () => 'x' }), '"x"', 'application/json'],
    ['a Date', () => new Date(0), '"1970-01-01T00:00:00.000Z"', 'application/json'],
    ['a string', () => 'raw "text" é', 'raw "text" é', 'text/plain;charset=UTF-8'],
    ['an empty string', () => '', '', 'text/plain;charset=UTF-8'],
    [
      'URLSearchParams',
      () => new URLSearchParams({ a: '1 é' }),
      'a=1+%C3%A9',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['a Blob', () => new Blob(['blob'], { type: 'text/x' }), 'blob', 'text/x'],
    ['a Blob without type', () => new Blob(['blob']), 'blob', 'application/octet-stream'],
    ['a File', () => new File(['file'], 'a.txt', { type: 'text/x' }), 'file', 'text/x'],
    ['an ArrayBuffer', () => new TextEncoder().encode('bytes').buffer, 'bytes', 'application/octet-stream'],
    ['a typed array', () => new TextEncoder().encode('bytes'), 'bytes', 'application/octet-stream'],
    [
      'a window on a buffer',
      () => new Uint8Array(new TextEncoder().encode('xxbytesxx').buffer, 2, 5),
      'bytes',
      'application/octet-stream',
    ],
    [
      'a DataView',
      () => new DataView(new TextEncoder().encode('xbytes').buffer, 1),
      'bytes',
      'application/octet-stream',
    ],
    ['a Buffer', () => Buffer.from('bytes'), 'bytes', 'application/octet-stream'],
    [
      'bytes of another realm',
      () => runInNewContext('new Uint8Array([98, 121])'),
      'by',
      'application/octet-stream',
    ],
    [
      'an ArrayBuffer of another realm',
      () => runInNewContext('new Uint8Array([98, 121]).buffer'),
      'by',
      'application/octet-stream',
    ],
    ['an object of another realm', () => runInNewContext('({ a: 1 })'), '{"a":1}', 'application/json'],
  ])('%s', async (_name, make, text, contentType) => {
    const body = (await prepareBody(make())) as RequestBody;
    expect(body.isOneShot).toBe(false);
    expect(body.contentType).toBe(contentType);
    expect((await bytesOf(body)).toString()).toBe(text);
    expect((await bytesOf(body)).toString()).toBe(text);
  });

  it('a form is serialised once, so that its boundary stays', async () => {
    const form = new FormData();
    form.append('a', '1');
    form.append('file', new Blob(['content']), 'é.txt');
    const body = (await prepareBody(form)) as RequestBody;
    const boundary = /boundary=(.+)$/.exec(body.contentType ?? '')?.[1] as string;
    const [one, two] = [await bytesOf(body), await bytesOf(body)];
    expect(body.isOneShot).toBe(false);
    expect(one.equals(two)).toBe(true);
    expect(one.toString()).toContain(boundary);
    expect(one.toString()).toContain('content');
  });

  it.each<[string, () => { value: unknown; spoil(): void }]>([
    [
      'bytes',
      () => {
        const value = new TextEncoder().encode('bytes');
        return { value, spoil: () => value.fill(0) };
      },
    ],
    [
      'an object',
      () => {
        const value = { text: 'bytes' };
        return { value, spoil: () => Object.assign(value, { text: 'other' }) };
      },
    ],
    [
      'URLSearchParams',
      () => {
        const value = new URLSearchParams({ text: 'bytes' });
        return { value, spoil: () => value.set('text', 'other') };
      },
    ],
    [
      'a form',
      () => {
        const value = new FormData();
        value.set('text', 'bytes');
        return { value, spoil: () => value.set('text', 'other') };
      },
    ],
  ])('%s that the caller changes afterwards stays as it was handed in', async (_name, make) => {
    const { value, spoil } = make();
    const preparing = prepareBody(value);
    spoil();
    const text = (await bytesOf((await preparing) as RequestBody)).toString();
    expect(text).toContain('bytes');
    expect(text).not.toContain('other');
  });
});

describe('a form where the runtime cannot serialise it', () => {
  it.each<[string, unknown]>([
    ['without Response', undefined],
    ['with a Response that reads no bytes', class {}],
    [
      'with the Response of React Native',
      class {
        headers = new Headers({ 'content-type': 'multipart/form-data; boundary=x' });
        arrayBuffer = () => Promise.reject(new Error('could not read FormData body as blob'));
      },
    ],
  ])('%s is handed on as it is', async (_name, Response) => {
    vi.stubGlobal('Response', Response);
    const form = new FormData();
    expect(await prepareBody(form)).toEqual({ content: form, contentType: undefined, isOneShot: false });
    vi.unstubAllGlobals();
  });

  it('of another package is handed on as it is, and not as the text of its name', async () => {
    const form = { [Symbol.toStringTag]: 'FormData' };
    const body = await prepareBody(form);
    expect(body).toEqual({ content: form, contentType: undefined, isOneShot: false });
  });
});

describe('a body that can be sent once', () => {
  it.each<[string, () => unknown]>([
    ['a ReadableStream', () => new Blob(['hello']).stream()],
    ['a Node stream', () => Readable.from(['hello'])],
    ['a stream of another make, by its reader', () => ({ getReader() {} })],
    ['a stream of another make, by its pipe', () => ({ pipe() {} })],
    ['a stream of another realm, by its tag', () => ({ [Symbol.toStringTag]: 'ReadableStream' })],
    ['an async generator', () => generator()],
    ['any async iterable', () => ({ [Symbol.asyncIterator]: generator })],
  ])('%s', async (_name, make) => {
    const value = make();
    const body = (await prepareBody(value)) as RequestBody;
    expect(body).toEqual({ content: value, contentType: 'application/octet-stream', isOneShot: true });
    expect(body.content).toBe(value);
  });
});

describe('no body', () => {
  it('undefined is none', async () => {
    expect(await prepareBody(undefined)).toBeUndefined();
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;

  it.each<[string, unknown]>([
    ['a function', () => {}],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['a circle', circular],
    ['an object that serialises to nothing', { toJSON: () => undefined }],
    [
      'an object that throws when written',
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ],
  ])('%s is refused', async (_name, value) => {
    await expect(prepareBody(value)).rejects.toMatchObject({ code: 'invalid_option' });
  });
});
