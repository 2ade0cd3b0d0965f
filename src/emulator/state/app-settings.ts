import type { Instant } from './instant.js';

/** The switches of the application, as `PATCH /api/v2/app` and the faults set them. */
export interface AppSettings {
  disableAuthChecks: boolean;
  disablePermissionsChecks: boolean;
  guestUserCreationDisabled: boolean;
  multiTenantEnabled: boolean;
  revokeTokensIssuedBefore: Instant | undefined;
  /** Push `connection.error` 40 and close when the token of an open socket ends. */
  cutSocketsAtExpiry: boolean;
  /** Sockets per user; more are refused with 71. */
  maxSocketsPerUser: number | undefined;
}

export function defaultAppSettings(): AppSettings {
  return {
    disableAuthChecks: false,
    disablePermissionsChecks: false,
    guestUserCreationDisabled: false,
    multiTenantEnabled: false,
    revokeTokensIssuedBefore: undefined,
    cutSocketsAtExpiry: false,
    maxSocketsPerUser: undefined,
  };
}
