import { duration, shown, shownJson, timeOfDay } from '../../../timeline/format.js';
import type { LiveToken } from '../../state/live.js';
import type { DetailSection, Fact } from './detail.js';

const SECOND_MS = 1000;
const DATES: Readonly<Record<string, string>> = { iat: 'issued', exp: 'expires', nbf: 'not before' };

/** Decoded claims, their times as times. */
export function claimsSection(
  claims: Readonly<Record<string, unknown>>,
  title: string,
  link?: DetailSection['link'],
): DetailSection {
  return { title, link, facts: Object.entries(claims).slice(0, 60).map(claimFact) };
}

function claimFact([name, value]: readonly [string, unknown]): Fact {
  const meaning = Object.hasOwn(DATES, name) ? DATES[name] : undefined;
  if (meaning !== undefined && typeof value === 'number') {
    return [name, `${value} (${meaning} ${timeOfDay(value * SECOND_MS)})`];
  }
  return [shown(name, 60), typeof value === 'string' ? shown(value, 400) : shownJson(value)];
}

/** When a token's windows open and what ended it. */
export function lifeFacts(token: LiveToken, now: number): Fact[] {
  const { firstSeenAt, expiresAt, advisoryAt, mandatoryAt, ended, endedAt } = token;
  const facts: Fact[] = [['first seen', timeOfDay(firstSeenAt, { withMs: true })]];
  if (advisoryAt !== undefined) facts.push(['refresh from', timeOfDay(advisoryAt)]);
  if (mandatoryAt !== undefined) facts.push(['callers wait from', timeOfDay(mandatoryAt)]);
  facts.push(['expires', expiresAt === undefined ? 'never' : whenFrom(now, expiresAt)]);
  if (ended !== undefined) {
    const how = ended === 'revoked' ? 'revoked' : 'expired on demand';
    facts.push([how, endedAt === undefined ? 'yes' : timeOfDay(endedAt, { withMs: true })]);
  }
  return facts;
}

function whenFrom(now: number, at: number): string {
  const left = at - now;
  return `${timeOfDay(at)} (${left > 0 ? `in ${duration(left)}` : `${duration(-left)} ago`})`;
}
