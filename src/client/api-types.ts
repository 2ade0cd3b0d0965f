/** Objects as the coordinator sends and takes them: snake_case names, RFC 3339 times. */
export type {
  CallData,
  CallDetails,
  CallEnvelope,
  DurationResponse,
  GetOrCreateCallResponse,
  GoLiveRequest,
  JoinCallResponse,
  JoinCredentials,
  LiveResponse,
  MemberRequest,
  MembersResponse,
  Page,
  QueryCallsResponse,
  QueryMembersResponse,
  RingCallResponse,
  SortParam,
  StopLiveRequest,
  UpdateCallRequest,
} from './api-types/call-requests.js';
export type { CallSettingsResponse, SettingMode } from './api-types/call-settings.js';
export type {
  CallPermission,
  CallResponse,
  CallSessionResponse,
  MemberResponse,
  OwnCapability,
  ParticipantResponse,
  RingOutcomes,
} from './api-types/calls.js';
export type { WireEvents } from './api-types/events.js';
export type { DeviceResponse, OwnUserResponse, UserResponse } from './api-types/users.js';
