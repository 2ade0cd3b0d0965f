import type { Synonyms } from '../shared/known-options.js';

/** What other packages that mint and verify tokens call our options, and the claims behind them. */
export const MINTING_SYNONYMS: Synonyms = {
  exp: 'expiresInSeconds',
  expires: 'expiresInSeconds',
  expiresat: 'expiresInSeconds',
  expiresin: 'expiresInSeconds',
  lifetime: 'expiresInSeconds',
  ttl: 'expiresInSeconds',
  validityinseconds: 'expiresInSeconds',
  calls: 'callCids',
  cids: 'callCids',
  key: 'apiSecret',
  secret: 'apiSecret',
  secretkey: 'apiSecret',
  id: 'userId',
  sub: 'userId',
  user: 'userId',
  clocktimestamp: 'now',
  currentdate: 'now',
};
