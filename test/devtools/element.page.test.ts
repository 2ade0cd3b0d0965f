import { StreamVideo, User } from 'stream-video-auth';
import {
  devtoolsPlugin,
  mountDevtools,
  type StreamVideoAuthDevtoolsElement,
} from 'stream-video-auth/devtools';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VALUES } from '../support/unreadable.js';

const clients: StreamVideo[] = [];

afterEach(async () => {
  document.body.replaceChildren();
  for (const client of clients.splice(0)) await client.disconnect();
});

const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, '');
const token = (id: string) =>
  [part({ alg: 'HS256' }), part({ user_id: id, exp: Math.ceil(Date.now() / 1000) + 600 }), 'c2ln'].join('.');

function clientOf(id: string, tokenProvider = vi.fn(() => token(id))): StreamVideo {
  const client = new StreamVideo({
    apiKey: 'key',
    user: { id },
    token: token(id),
    tokenProvider,
    logger: 'silent',
  });
  clients.push(client);
  return client;
}

function anonymous(): StreamVideo {
  const client = new StreamVideo({ apiKey: 'key', user: User.anonymous, logger: 'silent' });
  clients.push(client);
  return client;
}

async function shadowOf(target: HTMLElement): Promise<ShadowRoot> {
  const element = target.querySelector('stream-video-auth-devtools') as StreamVideoAuthDevtoolsElement & {
    updateComplete: Promise<unknown>;
  };
  await element.updateComplete;
  return element.shadowRoot as ShadowRoot;
}

describe('the devtools', () => {
  test('each client is a card with its name, its state and what comes next', async () => {
    const devtools = mountDevtools(document.body, [clientOf('martin'), anonymous()]);
    const shadow = await shadowOf(document.body);
    const cards = [...shadow.querySelectorAll('.card')].map(({ textContent }) =>
      textContent.replace(/\s+/g, ' '),
    );
    expect(cards).toHaveLength(2);
    expect(cards[0]).toMatch(/martin signed in fresh idle Next: /);
    expect(cards[1]).toMatch(/anonymous viewer no token needed idle Next: /);
    devtools.destroy();
  });

  test('a moment before which nothing happens is told as the earliest', async () => {
    mountDevtools(document.body, clientOf('martin'));
    const shadow = await shadowOf(document.body);
    const next = shadow.querySelector('.next')?.textContent.replace(/\s+/g, ' ');
    expect(next).toMatch(/the next request has the token renewed in .+ at the earliest, because nobody has/);
  });

  test('a number is not parted from its unit where a line ends', async () => {
    mountDevtools(document.body, clientOf('martin'));
    const shadow = await shadowOf(document.body);
    const expires = [...shadow.querySelectorAll('dd')].map(({ textContent }) => textContent);
    expect(expires).toContainEqual(expect.stringMatching(/^in \d+\u00a0min( \d+\u00a0s)?$/));
  });

  test('what the picture shows stands beside it as a table and as the text of explain()', async () => {
    mountDevtools(document.body, clientOf('martin'));
    const shadow = await shadowOf(document.body);
    expect(shadow.querySelector('table')?.textContent).toContain('generation 1 is in use');
    expect(shadow.querySelector('pre')?.textContent).toContain('Token: generation 1');
  });

  test('no token is shown, and none is asked for', async () => {
    const tokenProvider = vi.fn(() => token('martin'));
    const client = clientOf('martin', tokenProvider);
    mountDevtools(document.body, client);
    const shadow = await shadowOf(document.body);
    for (const piece of String(client.token).split('.')) expect(shadow.innerHTML).not.toContain(piece);
    expect(tokenProvider).not.toHaveBeenCalled();
  });

  test('its button asks for a new token, and says what came of it', async () => {
    mountDevtools(document.body, clientOf('martin'));
    const shadow = await shadowOf(document.body);
    shadow.querySelector<HTMLButtonElement>('button[aria-label="Refresh the token of martin"]')?.click();
    await vi.waitFor(() => expect(shadow.querySelector('output')?.textContent).toBe('a new token is in use'));
  });

  test('a client without anything to refresh has no button to press', async () => {
    mountDevtools(document.body, anonymous());
    const shadow = await shadowOf(document.body);
    expect(shadow.querySelector<HTMLButtonElement>('.card button')?.disabled).toBe(true);
  });

  test.each([{ them: 'dark' }, { colorScheme: 'dark' }])(
    '%j is refused, says that it is theme, and mounts nothing',
    (slip) => {
      expect(() => mountDevtools(document.body, anonymous(), slip as never)).toThrow(
        expect.objectContaining({ code: 'invalid_option', remediation: 'Write theme.' }),
      );
      expect(document.body.children).toHaveLength(0);
      mountDevtools(document.body, anonymous(), { them: undefined } as never).destroy();
    },
  );

  test.each(Object.entries(VALUES))(
    '%s for a target or a client is refused, and mounts nothing',
    (_, make) => {
      const refused = expect.objectContaining({ code: 'invalid_option' });
      expect(() => mountDevtools(make() as never, anonymous())).toThrow(refused);
      expect(() => mountDevtools(document.body, make() as never)).toThrow(refused);
      expect(() => mountDevtools(document.body, [anonymous(), make()] as never)).toThrow(refused);
      expect(document.body.children).toHaveLength(0);
    },
  );

  test.each([
    ...Object.entries(VALUES),
    ...Object.entries(VALUES).map(([name, make]) => [`a list with ${name}`, () => [make()]] as const),
  ])('%s for the clients of the element is passed over, and the next ones are drawn', async (_, make) => {
    const element = document.createElement('stream-video-auth-devtools');
    element.clients = make() as never;
    document.body.append(element);
    const shadow = await shadowOf(document.body);
    expect(shadow.querySelector('.empty')?.textContent).toContain('No client yet');
    expect(shadow.querySelector('stream-video-timeline')).toBeNull();
    element.clients = [clientOf('martin')];
    await shadowOf(document.body);
    expect(shadow.querySelectorAll('.card')).toHaveLength(1);
  });

  test('a client that cannot explain itself has a card, and disturbs no other', async () => {
    const explain = () => {
      throw new Error('not in this test');
    };
    const auth = { explain, subscribe: () => () => {} };
    const mute = { user: { type: 'guest', id: 'mute' }, auth, on: () => () => {} } as unknown as StreamVideo;
    mountDevtools(document.body, [mute, clientOf('martin')]);
    const shadow = await shadowOf(document.body);
    expect(shadow.querySelectorAll('.card')).toHaveLength(2);
    expect(shadow.querySelectorAll('.next')).toHaveLength(1);
  });

  test('destroy takes it off the page and ends its watch, twice without harm', async () => {
    const client = clientOf('martin');
    const explain = vi.spyOn(Object.getPrototypeOf(client.auth), 'explain');
    const devtools = mountDevtools(document.body, client);
    devtools.destroy();
    devtools.destroy();
    explain.mockClear();
    client.auth.setToken(token('martin'));
    expect(explain).not.toHaveBeenCalled();
    expect(document.body.childElementCount).toBe(0);
    explain.mockRestore();
  });

  test('the element takes other clients later, and keeps the lives of those that stay', async () => {
    const [martin, anna] = [clientOf('martin'), clientOf('anna')];
    mountDevtools(document.body, martin);
    const element = document.querySelector('stream-video-auth-devtools') as StreamVideoAuthDevtoolsElement;
    element.clients = [anna, martin];
    const shadow = await shadowOf(document.body);
    expect([...shadow.querySelectorAll('.card h3')].map(({ textContent }) => textContent).sort()).toEqual([
      'anna',
      'martin',
    ]);
  });
});

describe('as a plugin of TanStack Devtools', () => {
  test('it draws into the element that it is given, in the theme that it is given, and takes itself away', async () => {
    const plugin = devtoolsPlugin(clientOf('martin'));
    plugin.render(document.body, { theme: 'dark' });
    await shadowOf(document.body);
    expect(document.querySelector('stream-video-auth-devtools')?.getAttribute('theme')).toBe('dark');
    plugin.render(document.body, 'light');
    await shadowOf(document.body);
    expect(document.querySelectorAll('stream-video-auth-devtools')).toHaveLength(1);
    expect(document.querySelector('stream-video-auth-devtools')?.getAttribute('theme')).toBe('light');
    plugin.destroy();
    expect(document.querySelector('stream-video-auth-devtools')).toBeNull();
  });
});

test.each(Object.entries(VALUES))('%s for the theme of the plugin is left to the system', (_, make) => {
  devtoolsPlugin(clientOf('martin')).render(document.body, make() as never);
  expect(document.querySelector('stream-video-auth-devtools')?.theme).toBe('auto');
});

test.each(Object.entries(VALUES))(
  '%s for the theme of the element is left to the system',
  async (_, make) => {
    const element = document.createElement('stream-video-auth-devtools');
    element.clients = [clientOf('martin')];
    document.body.append(element);
    await shadowOf(document.body);
    element.theme = make() as never;
    const shadow = await shadowOf(document.body);
    expect([element.theme, element.getAttribute('theme')]).toEqual(['auto', 'auto']);
    expect(shadow.querySelectorAll('.card')).toHaveLength(1);
    element.theme = 'dark';
    await shadowOf(document.body);
    expect(element.getAttribute('theme')).toBe('dark');
  },
);

test('a clock that jumps to and fro is drawn, without a figure that is none and nothing of a negative size', async () => {
  const client = clientOf('martin');
  mountDevtools(document.body, client);
  const shadow = await shadowOf(document.body);
  const timeline = shadow.querySelector('stream-video-timeline') as HTMLElement & {
    updateComplete: Promise<unknown>;
  };
  const start = Date.now();
  try {
    for (const minutes of [5, -5, 180, -180, 36 * 60, -36 * 60, 0, 1e7, -1e7, -2e7, 0]) {
      vi.setSystemTime(start + minutes * 60_000);
      client.auth.setToken(token('martin'));
      const element = document.querySelector('stream-video-auth-devtools') as unknown as {
        requestUpdate(): void;
      };
      element.requestUpdate();
      await shadowOf(document.body);
      await timeline.updateComplete;
      const drawn = `${shadow.innerHTML}${timeline.shadowRoot?.innerHTML}`;
      expect(drawn).not.toMatch(/NaN|Infinity|undefined|(?:width|height)="-/);
      expect(shadow.querySelectorAll('.card')).toHaveLength(1);
      expect(timeline.shadowRoot?.querySelectorAll('.lane')).toHaveLength(1);
    }
  } finally {
    vi.useRealTimers();
  }
});

describe('a second plugin', () => {
  const names = () =>
    [...document.querySelectorAll('stream-video-auth-devtools')].map(({ clients }) => clients[0]?.user.id);

  test('in the element of the first takes its place, though nobody ended the first', () => {
    devtoolsPlugin(clientOf('martin')).render(document.body);
    devtoolsPlugin(clientOf('anna')).render(document.body);
    expect(names()).toEqual(['anna']);
  });

  test('in an element of its own leaves the first alone', () => {
    const [one, other] = [document.createElement('div'), document.createElement('div')];
    document.body.append(one, other);
    devtoolsPlugin(clientOf('martin')).render(one);
    devtoolsPlugin(clientOf('anna')).render(other);
    expect(names()).toEqual(['martin', 'anna']);
  });
});

describe('without a page', () => {
  test('the door draws nothing, and says how to change that where there is one', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const none = await import('../../src/devtools/index.none.js');
    none.mountDevtools(document.body, clientOf('martin')).destroy();
    expect(document.body.childElementCount).toBe(0);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("condition 'browser'"));
    warn.mockRestore();
  });
});
