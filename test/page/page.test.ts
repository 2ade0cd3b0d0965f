import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Locator, Page } from 'playwright-core';
import { StreamVideo } from 'stream-video-auth';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TRACK_TYPE } from '../../src/emulator/media/messages.js';
import { type Credentials, MediaClient } from '../emulator/media/media-client.js';
import { type Complaints, everythingIn, launch, watch } from './browser.js';

const { TRACK_TYPE_AUDIO: AUDIO, TRACK_TYPE_VIDEO: VIDEO } = TRACK_TYPE;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let emulator: Emulator;
let page: Page;
let complaints: Complaints;
let clients: StreamVideo[];
let minted: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  emulator = await startEmulator();
  clients = [];
  minted = [];
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  complaints = await watch(page, emulator.url);
  await page.goto(emulator.url);
  await page.getByText('live', { exact: true }).waitFor();
});
afterEach(async () => {
  const dom = await everythingIn(page);
  await page.close();
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  await emulator.stop();
  expect(complaints.all).toEqual([]);
  for (const token of minted) {
    for (const segment of token.split('.')) expect(dom).not.toContain(segment);
  }
});

/** A client whose tokens live so long, connected. */
async function connected(id: string, expiresInSeconds = 600): Promise<StreamVideo> {
  const client = new StreamVideo({
    apiKey: emulator.apiKey,
    baseUrl: emulator.url,
    user: { id, name: id },
    logger: 'silent',
    tokenProvider: async () => {
      const token = await emulator.userToken(id, { expiresInSeconds, claims: { plan: 'gold' } });
      minted.push(token);
      return token;
    },
  });
  clients.push(client);
  await client.connect();
  return client;
}

/** A presence in a call without a browser of its own: what signals is all that the page knows. */
async function inCall(userId: string): Promise<MediaClient> {
  const token = await emulator.userToken(userId);
  minted.push(token);
  const response = await fetch(`${emulator.url}/video/call/default/standup/join?api_key=${emulator.apiKey}`, {
    method: 'POST',
    headers: { authorization: token, 'stream-auth-type': 'jwt', 'content-type': 'application/json' },
    body: JSON.stringify({ location: 'FRA', create: true }),
  });
  const { credentials } = (await response.json()) as { credentials: Credentials };
  const client = await MediaClient.open(credentials, `${userId}-1`);
  client.say({ joinRequest: { token: credentials.token, sessionId: `${userId}-1` } });
  await client.next('joinResponse');
  return client;
}
const mute = (client: MediaClient, trackType: number, muted: boolean) =>
  client.call('UpdateMuteStates', { sessionId: client.sessionId, muteStates: [{ trackType, muted }] });

function lane(title: string): Locator {
  return page.locator('stream-video-timeline').getByRole('region', { name: title, exact: true });
}

function itemOf(title: string, name: RegExp): Locator {
  return lane(title).getByRole('button', { name });
}

const details = () => page.getByRole('region', { name: 'Details' });
const form = (name: string) => page.getByRole('form', { name });

describe('the time line', () => {
  test('a client that connects is a lane with its token, its handshake and its open socket', async () => {
    await connected('martin');
    await itemOf('martin', /^Handshake, 101/).waitFor();
    await itemOf('martin', /^Socket \(video\) since .* open$/).waitFor();
    await itemOf('martin', /^Token 1, 10 min, of martin/).waitFor();
    await lane('martin').getByText('connected').waitFor();
    expect(await lane('martin').count()).toBe(1);
  });

  test('a page that is opened later shows the same', async () => {
    await connected('martin');
    await page.reload();
    await itemOf('martin', /^Handshake, 101/).waitFor();
    await itemOf('martin', /^Token 1, .*, of martin/).waitFor();
    expect(await itemOf('martin', /^Refused/).count()).toBe(0);
  });

  test('a token has its windows drawn where a client begins to refresh and to wait', async () => {
    await connected('martin', 60);
    const bar = itemOf('martin', /^Token 1, .*, of martin/);
    const widthOf = async (part: string) => Number(await bar.locator(`.${part}`).getAttribute('width'));
    await bar.waitFor();
    const life = await widthOf('life');
    // 15 s of advisory window, of which the last 3.75 s are mandatory, in a view of two minutes.
    expect((await widthOf('advisory')) + (await widthOf('mandatory'))).toBeGreaterThan(0);
    await page.getByRole('combobox', { name: 'In view' }).selectOption('300000');
    await expect.poll(() => widthOf('life')).toBeLessThan(life);
    const narrow = { life: await widthOf('life'), advisory: await widthOf('advisory') };
    expect(narrow.advisory / narrow.life).toBeCloseTo((15 - 3.75) / 60, 1);
  });

  test('a token without expiry has no windows', async () => {
    await emulator.userToken('martin', { expiresInSeconds: null });
    const bar = itemOf('martin', /^Token 1, no expiry, of martin/);
    await bar.waitFor();
    expect(await bar.locator('.advisory, .mandatory').count()).toBe(0);
  });

  test('an expired token shows as a refused request, a refresh and a replay', async () => {
    const client = await connected('martin');
    emulator.faults.expireTokens('martin');
    await client.call('default', 'standup').getOrCreate();
    await itemOf('martin', /^Refused: POST .*401 \/ 40/).waitFor();
    await itemOf('martin', /^Replay of \d+: POST .*201/).waitFor();
    const second = itemOf('martin', /^Token 2, .*, of martin, a refresh/);
    await second.waitFor();
    expect(await second.locator('.refresh').count()).toBe(1);
    const first = itemOf('martin', /^Token 1, .*of martin.*expired on demand$/);
    await first.waitFor();
    expect(await first.locator('.ended').count()).toBe(1);
    await itemOf('Emulator', /^tokens expired on demand/).waitFor();
  });

  test('a dropped socket shows as a drop, and its successor as a second handshake', async () => {
    await connected('martin');
    await itemOf('martin', /^Handshake/).waitFor();
    emulator.faults.dropConnections(4000);
    await itemOf('martin', /^Socket ended by the emulator, code 4000/).waitFor();
    await expect.poll(() => emulator.requests.filter(({ kind }) => kind === 'socket').length).toBe(2);
    await itemOf('martin', /^Socket .* open$/).waitFor();
  });

  test('a refused handshake is told apart from an accepted one', async () => {
    await connected('martin');
    emulator.faults.rejectNext(43);
    await expect(connected('ada')).rejects.toThrow();
    await itemOf('ada', /^Refused: Handshake, 401 \/ 43/).waitFor();
    expect(await itemOf('martin', /^Refused/).count()).toBe(0);
  });

  test('clients of one name but different users have lanes of their own, ids of objects included', async () => {
    await connected('__proto__');
    await connected('<b>bold</b>');
    await lane('__proto__').waitFor();
    await lane('<b>bold</b>').waitFor();
    expect(await page.locator('b').count()).toBe(0);
  });
});

describe('the media side', () => {
  test('a participation is a bar with a line per time of a track, that ends with its leave, for late pages too', async () => {
    const client = await inCall('martin');
    await itemOf('martin', /^In default:standup since .*, no track$/).waitFor();
    for (const muted of [false, true, false]) await mute(client, AUDIO, muted);
    await mute(client, VIDEO, false);
    const shown = itemOf('martin', /^In default:standup since .*, audio, video$/);
    await shown.waitFor();
    expect(await shown.locator('.track.audio').count()).toBe(2);
    expect(await shown.locator('.track.video').count()).toBe(1);
    expect(await shown.locator('.reconnect').count()).toBe(0);
    await lane('martin').getByText('video', { exact: true }).waitFor();
    client.say({ leaveCallRequest: { sessionId: client.sessionId } });
    const over = itemOf('martin', /^In default:standup since .*, left [\d:]+$/);
    await over.waitFor();
    await page.reload();
    await over.waitFor();
    expect(await over.locator('.track').count()).toBe(3);
    await over.click();
    await details().getByRole('heading', { name: 'martin in default:standup' }).waitFor();
    client.end();
  });

  test('a client that comes back has a mark in its bar, and the legend says what it is', async () => {
    const first = await inCall('martin');
    const legend = page.getByRole('list', { name: 'Legend' });
    await itemOf('martin', /no track$/).waitFor();
    first.cut();
    const second = await inCall('martin');
    const shown = itemOf('martin', /, no track, reconnected once$/);
    await shown.waitFor();
    expect(await shown.locator('.reconnect').count()).toBe(1);
    await legend.getByText('reconnected to the call').waitFor();
    expect(await legend.getByText('fault switched').count()).toBe(0);
    emulator.faults.latency({ ms: 1 });
    await legend.getByText('fault switched, or tokens ended').waitFor();
    second.end();
  });
});

describe('clients that come and go', () => {
  const folded = () => page.getByRole('region', { name: 'Ended or idle clients' });

  // case 258
  test('connected ones come first, those that left are one line until it is opened', async () => {
    for (const id of ['ada', 'ben', 'cleo']) await connected(id);
    await lane('cleo').waitFor();
    await clients[0]?.disconnect();
    await folded().getByRole('button', { name: '1 ended or idle client' }).waitFor();
    expect(await lane('ada').count()).toBe(0);
    const lanes = page.locator('stream-video-timeline section.lane');
    expect(await lanes.locator('h3').allTextContents()).toEqual(['ben', 'cleo']);
    await folded().getByRole('button').first().focus();
    await page.keyboard.press('Enter');
    const row = folded().getByRole('button', { name: /^ada/ }).first();
    expect(await row.getAttribute('aria-expanded')).toBe('false');
    await row.focus();
    await page.keyboard.press('Enter');
    await itemOf('ada', /^Socket ended by the client/).waitFor();
    expect(await row.getAttribute('aria-expanded')).toBe('true');
  });

  test('one that was cut off and comes back is not folded', async () => {
    await connected('martin');
    await lane('martin').waitFor();
    emulator.faults.dropConnections(4000);
    await itemOf('martin', /^Socket ended by the emulator/).waitFor();
    expect(await folded().count()).toBe(0);
  });

  // case 258
  test('a page that is opened or loaded later draws sockets that ended and what was switched', async () => {
    await connected('martin');
    emulator.faults.dropConnections(4000);
    emulator.faults.latency({ ms: 50 });
    await expect
      .poll(() => emulator.requests.filter(({ kind }) => kind === 'socket').length)
      .toBeGreaterThan(1);
    for (let visit = 0; visit < 2; visit += 1) {
      await page.reload();
      await itemOf('martin', /^Socket ended by the emulator, code 4000/).waitFor();
      await itemOf('Emulator', /latency 50 ms/).waitFor();
    }
    await page.getByRole('button', { name: 'Requests', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'handshake' }).first().waitFor();
  });

  // case 257
  test('a token that had expired before a revocation stays expired', async () => {
    await emulator.userToken('martin', { expiresInSeconds: -5 });
    await emulator.userToken('martin');
    emulator.faults.revoke('martin');
    await page.getByRole('button', { name: 'Tokens', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'revoked' }).waitFor();
    const states = await page.locator('td.answer').allTextContents();
    expect(states).toEqual(['revoked', 'expired']);
  });
});

describe('users and calls', () => {
  test('are listed with their state, follow what happens, and open as details', async () => {
    const client = await connected('martin');
    await client.call('default', 'standup').getOrCreate();
    emulator.seed({
      users: [{ id: 'eve', banned: true }],
      calls: [{ type: 'default', id: 'retro', created_by_id: 'eve', ended_at: '2026-01-01T00:00:00Z' }],
    });
    await page.getByRole('button', { name: 'Users', exact: true }).click();
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'eve' }).filter({ hasText: 'banned' }).waitFor();
    const martin = rows.filter({ hasText: 'martin' });
    await martin.getByText('connected', { exact: true }).waitFor();
    await client.disconnect();
    await martin.getByText('not connected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Calls', exact: true }).click();
    await rows.filter({ hasText: 'default:standup' }).getByText('open', { exact: true }).waitFor();
    // Anywhere on the row, not the button only.
    await rows.filter({ hasText: 'default:retro' }).getByText('ended', { exact: true }).click();
    await details().getByRole('heading', { name: 'Call default:retro' }).waitFor();
  });
});

describe('a pasted token', () => {
  const explain = async (token: string) => {
    minted.push(token);
    await form('Explain a token').getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
  };

  test('is explained with its claims, and creates nobody', async () => {
    const token = await emulator.userToken('martin', { claims: { plan: 'gold' } });
    await explain(token);
    await form('Explain a token').getByText('Accepted').waitFor();
    expect(await form('Explain a token').textContent()).toMatch(/plan\s*gold/);
    emulator.faults.revoke('martin');
    await explain(token);
    await form('Explain a token').getByText('Refused with 40: the token was revoked').waitFor();
    expect(emulator.snapshot().users).toEqual([]);
    expect(emulator.requests).toEqual([]);
  });

  test('of another secret, or that is none, is refused with the cause', async () => {
    await explain((await emulator.userToken('martin')).replace(/.{6}$/, 'AAAAAA'));
    await form('Explain a token')
      .getByText(/^Refused with 43/)
      .waitFor();
    await form('Explain a token').getByLabel('Token').fill('hello');
    await page.keyboard.press('Enter');
    await form('Explain a token')
      .getByText(/^Refused with 5: /)
      .waitFor();
  });
});

describe('details', () => {
  test('a click on a mark shows the exchange with decoded claims', async () => {
    const client = await connected('martin');
    emulator.faults.revoke('martin');
    await client.call('default', 'standup').getOrCreate();
    await itemOf('martin', /^Refused/).click();
    await details().getByText('401 / 40: token expired or revoked').waitFor();
    const text = await details().textContent();
    expect(text).toContain('POST /video/call/default/standup');
    expect(text).toMatch(/user_id\s*martin/);
    expect(text).toMatch(/plan\s*gold/);
    expect(text).toMatch(/exp\s*\d+ \(expires \d\d:\d\d:\d\d\)/);
    expect(text).toMatch(/authorization\s*<redacted>/);
  });

  test('from an exchange a button leads to its token', async () => {
    await connected('martin');
    await itemOf('martin', /^Handshake/).click();
    await details().getByRole('button', { name: 'Show token 1' }).click();
    await details().getByRole('heading', { name: 'Token 1 of martin' }).waitFor();
    expect(await details().textContent()).toContain('good to use');
  });

  test('the keyboard reaches a mark, opens it with Enter, and comes back to it with Escape', async () => {
    const client = await connected('martin');
    await client.call('default', 'standup').getOrCreate();
    await itemOf('martin', /^POST/).waitFor();
    await page.getByRole('button', { name: 'Follow' }).focus();
    await page.keyboard.press('Tab');
    const focused = () =>
      page.evaluate(
        "document.querySelector('stream-video-emulator').shadowRoot.querySelector('stream-video-timeline').shadowRoot.activeElement?.getAttribute('aria-label')",
      );
    expect(await focused()).toMatch(/^POST/);
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^Token 1/);
    await page.keyboard.press('ArrowRight');
    const second = await focused();
    expect(second).not.toMatch(/^Token 1/);
    await page.keyboard.press('Enter');
    await details().waitFor();
    await page.keyboard.press('Escape');
    expect(await details().count()).toBe(0);
    expect(await focused()).toBe(second);
  });
});

describe('faults', () => {
  test('a button expires the tokens of the user that was typed', async () => {
    await connected('martin');
    await connected('ada');
    await form('End tokens now').getByLabel('User').fill('ada');
    await form('End tokens now').getByRole('button', { name: 'Expire' }).click();
    await itemOf('ada', /^Token .*expired on demand$/).waitFor();
    expect(await itemOf('martin', /expired on demand/).count()).toBe(0);
  });

  test('what is on stands above everything, until it is ended there', async () => {
    await form('Latency').getByRole('button', { name: 'Delay' }).click();
    const active = page.getByRole('list', { name: 'Faults that are on' });
    await active.getByText('latency 800 ms + up to 400 ms').waitFor();
    await page.getByRole('button', { name: 'End all faults' }).first().click();
    await active.waitFor({ state: 'detached' });
  });

  test('requests fail as the form says', async () => {
    const client = await connected('martin');
    const next = form('Fail the next requests');
    await next.getByLabel('Status').fill('502');
    await next.getByRole('button', { name: 'Fail' }).click();
    await next.getByText('Done').waitFor();
    await expect(client.call('default', 'standup').getOrCreate()).rejects.toThrow();
    await itemOf('martin', /^Failed: POST .*502/).waitFor();
  });

  test('sockets drop without a code, and with one', async () => {
    await connected('martin');
    await itemOf('martin', /^Handshake/).waitFor();
    await form('Drop sockets').getByLabel('Close code').fill('4321');
    await form('Drop sockets').getByRole('button', { name: 'Drop' }).click();
    await itemOf('martin', /^Socket ended by the emulator, code 4321/).waitFor();
  });

  test('a refusal of the emulator is shown where it belongs', async () => {
    await form('Drop sockets').getByLabel('Close code').fill('17');
    await form('Drop sockets').getByRole('button', { name: 'Drop' }).click();
    await form('Drop sockets')
      .getByText(/may not go on the wire/)
      .waitFor();
    // The browser logs every answer of 400; there is to be this one only.
    await expect.poll(() => complaints.all).toEqual([expect.stringContaining('400')]);
    complaints.all.length = 0;
  });

  test('a minted token is on the clipboard and not on the page', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await form('Mint a token').getByLabel('User').fill('grace');
    await form('Mint a token').getByRole('button', { name: 'Mint and copy' }).click();
    await form('Mint a token').getByText('Copied').waitFor();
    const token = String(await page.evaluate('navigator.clipboard.readText()'));
    minted.push(token);
    expect(token.split('.')).toHaveLength(3);
    await itemOf('grace', /^Token 1, 1 min, of grace/).waitFor();
  });

  test('every control of the emulator has a button', async () => {
    const response = await fetch(`${emulator.url}/_emulator`);
    const { post } = (await response.json()) as { post: { path: string }[] };
    const sent = new Set<string>();
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.add(new URL(request.url()).pathname);
    });
    await page.route('**/_emulator/**', (route) => route.fulfill({ json: { ok: true } }));
    for (const group of ['Clock', 'Application', 'Media'])
      await page.getByText(group, { exact: true }).click();
    await form('Mint a token').getByLabel('User').fill('martin');
    await form('Grants of a role').getByLabel('Capabilities').fill('join-call');
    const buttons = page.locator('stream-video-faults button');
    const ends = page.locator('aside .end button');
    for (const button of [...(await buttons.all()), ...(await ends.all())]) await button.click();
    await expect.poll(() => post.map(({ path }) => path).filter((path) => !sent.has(path))).toEqual([]);
  });
});

describe('the table', () => {
  test('tells in text what the time line draws', async () => {
    const client = await connected('martin');
    emulator.faults.expireTokens();
    await client.call('default', 'standup').getOrCreate();
    await page.getByRole('button', { name: 'Requests', exact: true }).click();
    const rows = page.getByRole('row');
    await rows.filter({ hasText: '401 / 40 token expired or revoked' }).waitFor();
    await rows.filter({ hasText: /replay of \d+/ }).waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption('tokens refused');
    await expect.poll(() => rows.count()).toBe(2);
    await rows.locator('td.answer').click();
    await details().getByText('401 / 40').first().waitFor();
  });

  test('tokens have their state in words', async () => {
    await connected('martin');
    emulator.faults.revoke();
    await page.getByRole('button', { name: 'Tokens', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'martin' }).filter({ hasText: 'revoked' }).waitFor();
  });
});

describe('the page', () => {
  test('comes under its policy, and nothing of it from elsewhere', async () => {
    const response = await page.goto(emulator.url);
    expect(response?.headers()['content-security-policy']).toMatch(/^default-src 'self'/);
    await page.getByText('live', { exact: true }).waitFor();
    expect(await page.locator('[style]').count()).toBe(0);
  });

  test.for(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await connected('martin');
    await lane('martin').waitFor();
    const [text, ground] = await page.locator('stream-video-emulator').evaluate((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return [color, backgroundColor].map((value) =>
        (value.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0),
      );
    });
    const isDark = Number(ground) < Number(text);
    expect(isDark).toBe(colorScheme === 'dark');
    expect(Math.abs(Number(ground) - Number(text))).toBeGreaterThan(400);
  });

  test.for([360, 600, 1280])('fits into %d pixels', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await connected('martin-with-a-name-that-is-longer-than-anybody-would-expect');
    await page.locator('.item').first().waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
  });

  test('a mark stays where it is when it is pointed at, on a small screen too', async () => {
    await page.setViewportSize({ width: 360, height: 900 });
    await connected('martin');
    const handshake = itemOf('martin', /^Handshake/);
    const top = async () => (await handshake.boundingBox())?.y;
    await handshake.scrollIntoViewIfNeeded();
    const before = await top();
    await handshake.hover();
    await page.getByText('held while you look').waitFor();
    expect(await top()).toBe(before);
  });

  test.for([
    ['light', 1280],
    ['dark', 360],
  ] as const)('in %s at %i pixels, axe finds nothing in any view', async ([colorScheme, width]) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await connected('martin');
    const presence = await inCall('martin');
    await mute(presence, AUDIO, false);
    emulator.faults.expireTokens();
    await page.getByRole('button', { name: /^In default:standup .*audio$/ }).click();
    await details().waitFor();
    await page.evaluate(axe);
    for (const view of ['Time line', 'Requests', 'Tokens', 'Users', 'Calls']) {
      await page.getByRole('button', { name: view, exact: true }).click();
      const found = await page.evaluate(`axe.run().then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`);
      expect([view, found]).toEqual([view, []]);
    }
    presence.end();
  });

  test('finds the emulator again after it was gone', async () => {
    const port = Number(new URL(emulator.url).port);
    const { apiKey } = emulator;
    await emulator.stop();
    await page.getByText('not connected, trying again').waitFor();
    // The browser itself logs that nobody listens.
    complaints.all.length = 0;
    emulator = await startEmulator({ port, apiKey });
    await page.getByText('live', { exact: true }).waitFor();
    complaints.all.length = 0;
    await connected('martin');
    await lane('martin').waitFor();
  });

  test('thousands of requests are a few marks', async () => {
    const client = await connected('martin');
    await client.call('default', 'standup').getOrCreate();
    const url = `${emulator.url}/video/call/default/standup?api_key=${emulator.apiKey}`;
    const token = await emulator.userToken('martin');
    const headers = { authorization: token, 'stream-auth-type': 'jwt' };
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => fetch(url, { headers })));
    }
    await page
      .locator('header')
      .getByText(/^200\d$/)
      .waitFor();
    expect(await page.locator('.item').count()).toBeLessThan(200);
    await page.getByRole('button', { name: 'Requests', exact: true }).click();
    await page.getByText(/the newest 200 of 200\d/).waitFor();
  });
});
