/** The events of the client itself that are about no call. */
export const LOCAL_EVENTS = [
  'connection.changed',
  'token.refreshed',
  'token.refresh_failed',
  'token.expiring',
  'token.expired',
  'auth.suspended',
  'auth.resumed',
  'user.changed',
  'clock.skew',
] as const;
