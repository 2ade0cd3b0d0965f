import type { CallData, MemberResponse, QueryMembersResponse, SortParam } from '../api-types.js';

/** What every method takes. */
export interface CallOptions {
  /** Ends the caller's wait; what was asked for may happen all the same. */
  signal?: AbortSignal | undefined;
}

/** What `get()` takes. */
export interface GetCallOptions extends CallOptions {
  /** Have events of this call delivered; needs a connection. @default false */
  watch?: boolean | undefined;
  /** How many members come along, 0 to 100. @default 25, by the coordinator */
  membersLimit?: number | undefined;
}

/** What `getOrCreate()` takes besides the data. */
export interface GetOrCreateCallOptions extends GetCallOptions {
  /** Ring the members. @default false */
  ring?: boolean | undefined;
  /** Send the members a push notification that does not ring. @default false */
  notify?: boolean | undefined;
  /** Whether it rings as a video call. */
  video?: boolean | undefined;
}

/** What `join()` takes. */
export interface JoinCallOptions extends CallOptions {
  /** Create the call where it does not exist. @default false */
  create?: boolean | undefined;
  /** Where the user is, as the location hint service names it, such as `FRA`. @default what the service says */
  location?: string | undefined;
  /** Ring the members. @default false */
  ring?: boolean | undefined;
  /** Send the members a push notification that does not ring. @default false */
  notify?: boolean | undefined;
  /** Whether it rings as a video call. */
  video?: boolean | undefined;
  /** What the call is created with, where it does not exist. */
  data?: CallData | undefined;
}

/** What `ring()` takes. */
export interface RingCallOptions extends CallOptions {
  /** Whom to ring. @default all members */
  memberIds?: readonly string[] | undefined;
  /** Whether it rings as a video call. */
  video?: boolean | undefined;
}

/** What `queryMembers()` takes. */
export interface QueryMembersOptions extends CallOptions {
  /** Conditions on fields of the members, such as `{ role: 'host' }`. */
  filter?: Readonly<Record<string, unknown>> | undefined;
  /** By `created_at`, `user_id` or both. */
  sort?: readonly SortParam[] | undefined;
  /** How many members a page has, up to 100. @default 25, by the coordinator */
  limit?: number | undefined;
  /** Where the page begins: `next` of the page before. */
  next?: string | undefined;
  /** Where the page ends: `prev` of the page after. */
  prev?: string | undefined;
}

/** Finds members of one call, a page or all of them. */
export interface QueryMembers {
  /** One page. */
  (options?: QueryMembersOptions): Promise<QueryMembersResponse>;
  /** All of them, page by page as they are asked for. */
  all(options?: QueryMembersOptions): AsyncGenerator<MemberResponse, void, undefined>;
}
