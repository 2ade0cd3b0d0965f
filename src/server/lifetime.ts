import { describeType } from '../shared/describe-value.js';
import { refuse } from '../shared/refuse.js';
import { LAST_USABLE_SECOND } from '../shared/token-format.js';

const DEFAULT_LIFETIME_SECONDS = 3600;
const MAX_LIFETIME_SECONDS = 30 * 24 * 3600;

interface LifetimeOptions {
  expiresInSeconds?: number | null | undefined;
  allowLongLived?: boolean | undefined;
}

/** The lifetime in seconds, null for none, where a token that lives so long should be minted at all. */
export function readLifetime(options: LifetimeOptions, rule: { mayBeEndless: false }): number;
export function readLifetime(options: LifetimeOptions, rule: { mayBeEndless: boolean }): number | null;
export function readLifetime(
  { expiresInSeconds = DEFAULT_LIFETIME_SECONDS, allowLongLived = false }: LifetimeOptions,
  { mayBeEndless }: { mayBeEndless: boolean },
): number | null {
  if (expiresInSeconds === null) {
    if (mayBeEndless && allowLongLived) return null;
    return refuse(
      'invalid_option',
      'expiresInSeconds is null: the token would never expire',
      mayBeEndless
        ? 'Give a number of seconds, or allowLongLived: true if only revocation shall end this token.'
        : 'Give a number of seconds: a call token always expires.',
    );
  }
  if (typeof expiresInSeconds !== 'number' || !Number.isInteger(expiresInSeconds) || expiresInSeconds <= 0) {
    return refuse(
      'invalid_option',
      `expiresInSeconds is ${shown(expiresInSeconds)}`,
      'Give a whole number of seconds above zero, such as 3600 for an hour.',
    );
  }
  if (expiresInSeconds > MAX_LIFETIME_SECONDS && !allowLongLived) {
    return refuse(
      'invalid_option',
      `expiresInSeconds is ${expiresInSeconds}, which is more than 30 days`,
      'Give seconds, not milliseconds, or allowLongLived: true if the token shall live that long.',
    );
  }
  if (Date.now() / 1000 + expiresInSeconds > LAST_USABLE_SECOND - 1) {
    return refuse(
      'invalid_option',
      `expiresInSeconds is ${expiresInSeconds}, which ends beyond the year 9999`,
      'Give seconds, not milliseconds, or null with allowLongLived: true for a token without expiry.',
    );
  }
  return expiresInSeconds;
}

function shown(seconds: unknown): string {
  return typeof seconds === 'number' ? String(seconds) : describeType(seconds);
}

/** How much of a lifetime is left to chance, which has to leave a token some life. */
export function readJitter(
  { jitterSeconds = 0 }: { jitterSeconds?: number | undefined },
  lifetimeSeconds: number,
): number {
  if (Number.isInteger(jitterSeconds) && jitterSeconds >= 0 && jitterSeconds < lifetimeSeconds) {
    return jitterSeconds;
  }
  return refuse(
    'invalid_option',
    `jitterSeconds is ${shown(jitterSeconds)}`,
    `Give a whole number of seconds below expiresInSeconds (${lifetimeSeconds}), such as a fifth of it.`,
  );
}

/** One token's life: any whole second of the last `jitterSeconds` of `lifetimeSeconds`, each as likely. */
export function drawLifetime(lifetimeSeconds: number, jitterSeconds: number): number {
  return lifetimeSeconds - Math.floor(Math.random() * (jitterSeconds + 1));
}
