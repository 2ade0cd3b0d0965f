import type { SimulatedBrowser } from './simulated-browser.js';
import type { ProviderCall, Tab } from './tab.js';
import { claimsOf } from './token-issuer.js';

/** A provider's limit, a wait for a back-off, a second attempt with its limit, and two requests. */
const LONGEST_WISH_MS = 30_000;

export class BrokenTabRule extends Error {}

function rule(holds: boolean, name: string, tab: Tab, what: string): void {
  if (!holds) throw new BrokenTabRule(`${name}: ${tab.name} of ${tab.identity.userId}: ${what}`);
}

/** The widest window in which a token of this life is refreshed ahead of its end. */
function advisoryMs(lifeMs: number): number {
  return Math.min(Math.max(15_000, Math.min(0.2 * lifeMs, 600_000)), lifeMs / 2);
}

function remainingMs(token: string, atMs: number): number {
  return claimsOf(token).exp * 1_000 - atMs;
}

function checkCall(tab: Tab, { reason, held, atMs }: ProviderCall): void {
  if (reason === 'initial') rule(held === undefined, 'asksForAReason', tab, 'initial, though it has a token');
  if (reason === 'rejected') {
    rule(tab.refused.size > 0, 'asksForAReason', tab, 'rejected, though nothing was refused');
  }
  if (reason !== 'expiring' || held === undefined) return;
  const { iat, exp } = claimsOf(held);
  rule(
    remainingMs(held, atMs) <= advisoryMs((exp - iat) * 1_000),
    'asksForAReason',
    tab,
    `expiring, with ${remainingMs(held, atMs)} ms left`,
  );
}

/** Whether the provider was asked only as the rules say; what was looked at is not looked at again. */
export function checkCalls(tab: Tab): void {
  for (const call of tab.calls.slice(tab.callsChecked)) checkCall(tab, call);
  tab.callsChecked = tab.calls.length;
  const running = tab.calls.filter(({ isOver, signal }) => !isOver && !signal.aborted);
  rule(running.length <= 1, 'asksOnceAtATime', tab, `${running.length} calls at once`);
  const count = (name: string) => tab.calls.filter(({ reason }) => reason === name).length;
  const refreshes = tab.wishes.filter(({ what }) => what === 'refresh').length;
  rule(count('manual') <= refreshes, 'asksForAReason', tab, `${count('manual')} manual calls`);
}

/** What holds for a tab at every moment. */
export function checkTab(tab: Tab, browser: SimulatedBrowser): void {
  const { client, identity, issuer, page } = tab;
  if (page.isGone) return;
  const { token } = client;
  const wrong = tab.wronglyAdopted;
  rule(wrong === undefined, 'adoptsWhatLivesLonger', tab, `took a token, though ${wrong}`);
  tab.lastHeld = token;
  if (token !== undefined) {
    const owner = issuer.ownerOf(token);
    rule(claimsOf(token).user_id === identity.userId, 'holdsItsOwn', tab, 'a token of another user');
    rule(
      owner === undefined || owner.apiKey === identity.apiKey,
      'holdsItsOwn',
      tab,
      'a token for another api key',
    );
  }
  if (page.isAway) {
    rule(browser.channelsOf(page) === 0, 'keepsTheCache', tab, 'a channel is open while it is away');
  }
  rule(
    client.auth.state.status !== 'suspended' || tab.wasSignedOut,
    'suspensionIsNotShared',
    tab,
    'suspended, though its own provider never said so',
  );
  if (!page.isAwake || tab.isEnded) return;
  for (const { what, atAwakeMs, outcome } of tab.wishes) {
    rule(
      outcome !== undefined || tab.awakeMs - atAwakeMs < LONGEST_WISH_MS,
      'nobodyIsBlocked',
      tab,
      `a ${what} waits for ${tab.awakeMs - atAwakeMs} ms`,
    );
  }
}

/** Once all messages have arrived: a token that lives longer than the own one was taken. */
export function checkAdoption(tab: Tab): void {
  if (!tab.page.isAwake || tab.isEnded || tab.client.auth.state.status === 'suspended') return;
  const { token } = tab.client;
  rule(
    tab.bestOffer === 0 || (token !== undefined && claimsOf(token).exp >= tab.bestOffer),
    'adoptsWhatLivesLonger',
    tab,
    `an offer until ${tab.bestOffer} was not taken`,
  );
}
