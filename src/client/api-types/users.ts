/** What the coordinator may add at any time. */
export interface Open {
  [field: string]: unknown;
}

interface UserFields extends Open {
  /** The id. */
  id: string;
  /** The application-wide role, such as `user` or `guest`. */
  role: string;
  /** Language code, such as `en`. */
  language: string;
  /** Teams that the user belongs to, in applications with several tenants. */
  teams: string[];
  /** The application's own data. */
  custom: Record<string, unknown>;
  /** When it was made. */
  created_at: string;
  /** When it was changed last. */
  updated_at: string;
  /** The name to show. */
  name?: string;
  /** Address of a picture. */
  image?: string;
  /** When the user was seen last. */
  last_active?: string;
  /** When the user was deactivated. */
  deactivated_at?: string;
  /** When the user was deleted. */
  deleted_at?: string;
  /** Tokens with an older `iat` are refused. */
  revoke_tokens_issued_before?: string;
  /** Roles by team. */
  teams_role?: Record<string, string>;
  /** In seconds. */
  avg_response_time?: number;
}

/** A user as others see it. */
export interface UserResponse extends UserFields {
  /** Users that this one has blocked. */
  blocked_user_ids: string[];
}

/** The profile in `user.updated`. */
export interface UserProfileResponse extends UserResponse {
  /** Whether the user is hidden from presence. */
  invisible?: boolean;
  /** What others may see. */
  privacy_settings?: object;
}

/** A device that gets push notifications. */
export interface DeviceResponse extends Open {
  /** The id. */
  id: string;
  /** `firebase`, `apn`, `huawei` or `xiaomi`. */
  push_provider: string;
  /** The owner. */
  user_id: string;
  /** When it was made. */
  created_at: string;
  /** The provider's configuration. */
  push_provider_name?: string;
  /** Whether it takes VoIP pushes. */
  voip?: boolean;
  /** The same for each token of one device. */
  hardware_id?: string;
  /** Whether pushes are off. */
  disabled?: boolean;
  /** Why pushes are off. */
  disabled_reason?: string;
}

/** The signed-in user's own view of itself. */
export interface OwnUserResponse extends UserFields {
  /** Devices that get this user's push notifications. */
  devices: DeviceResponse[];
  /** Users that this one has blocked. */
  blocked_user_ids?: string[];
  /** What others may see. */
  privacy_settings?: object;
  /** What is pushed. */
  push_preferences?: object;
}
