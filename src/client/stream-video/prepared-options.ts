import { refuse } from '../../shared/refuse.js';
import { warnOfIgnoredProvider } from '../auth/auth.js';
import { createGuest, returningGuest } from '../guest.js';
import { assertCredentials, type GivenOptions, readOptions, type StreamVideoOptions } from '../options.js';
import type { KnownUser } from '../user.js';
import { senderOf } from './from-settings.js';

interface Prepared extends GivenOptions {
  /** The guest as the app asked for it, to be asked for again. */
  readonly askedGuest?: KnownUser;
}

/** How `create` hands the constructor a guest that exists; nobody else can. */
const PREPARED = new WeakMap<object, Prepared>();

/** What the constructor takes: an app's options, which are read and checked, or those of `withGuest`. */
export function prepare(options: unknown): Prepared {
  const prepared = PREPARED.get(options as object);
  if (prepared) return prepared;
  const given = readOptions(options);
  if (given.settings.user.type === 'guest') {
    refuse(
      'guest_needs_create',
      'A guest is created by the coordinator first',
      'Use await StreamVideo.create({ apiKey, user: User.guest(id) }).',
    );
  }
  assertCredentials(given);
  return given;
}

/** Options for the constructor with a guest who exists: created now, or known by the token of an earlier visit. */
export async function withGuest(given: GivenOptions): Promise<StreamVideoOptions> {
  const { settings } = given;
  const { user: asked, logger } = settings;
  if (settings.tokenProvider) warnOfIgnoredProvider(logger);
  const { user, token } =
    given.token === undefined
      ? await createGuest(senderOf(settings), asked, new AbortController().signal)
      : { token: given.token, user: returningGuest(asked, given.token) };
  const ready = {} as StreamVideoOptions;
  PREPARED.set(ready, {
    settings: { ...settings, user, tokenProvider: undefined },
    token,
    askedGuest: asked,
  });
  return ready;
}
