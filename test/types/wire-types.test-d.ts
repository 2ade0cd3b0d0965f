import type {
  CallResponse as OfficialCall,
  GetCallResponse as OfficialEnvelope,
  JoinCallResponse as OfficialJoin,
  MemberResponse as OfficialMember,
  QueryCallMembersResponse as OfficialMembers,
  OwnUserResponse as OfficialOwnUser,
  CallParticipantResponse as OfficialParticipant,
  CallSessionResponse as OfficialSession,
  CallSettingsResponse as OfficialSettings,
  UserResponse as OfficialUser,
} from '@stream-io/video-client';
import type {
  Call,
  CallEnvelope,
  CallResponse,
  CallSessionResponse,
  CallSettingsResponse,
  JoinCallResponse,
  MemberResponse,
  OwnUserResponse,
  ParticipantResponse,
  QueryMembersResponse,
  StreamVideo,
  StreamVideoEvent,
  UserResponse,
} from 'stream-video-auth';
import { describe, expectTypeOf, test } from 'vitest';

/** The fields that are always there, an index signature aside. */
type Required<T> = keyof {
  [K in keyof T as string extends K ? never : object extends Pick<T, K> ? never : K]: T[K];
};

describe('what the coordinator sends has the fields that the official client calls required:', () => {
  test('users', () => {
    expectTypeOf<Required<UserResponse>>().toEqualTypeOf<Required<OfficialUser>>();
    expectTypeOf<Required<OwnUserResponse>>().toEqualTypeOf<Required<OfficialOwnUser>>();
  });

  test('calls, their sessions and participants', () => {
    expectTypeOf<Required<CallResponse>>().toEqualTypeOf<Required<OfficialCall>>();
    expectTypeOf<Required<CallSessionResponse>>().toEqualTypeOf<Required<OfficialSession>>();
    expectTypeOf<Required<ParticipantResponse>>().toEqualTypeOf<Required<OfficialParticipant>>();
    expectTypeOf<Required<MemberResponse>>().toEqualTypeOf<Required<OfficialMember>>();
  });

  test('settings, group by group', () => {
    expectTypeOf<Required<CallSettingsResponse>>().toEqualTypeOf<Required<OfficialSettings>>();
    type Group = Required<OfficialSettings>;
    type Ours = { [Name in Group]: Required<CallSettingsResponse[Name]> };
    type Theirs = { [Name in Group]: Required<OfficialSettings[Name]> };
    expectTypeOf<Ours>().toEqualTypeOf<Theirs>();
  });

  test('answers', () => {
    expectTypeOf<Required<CallEnvelope>>().toEqualTypeOf<Required<OfficialEnvelope>>();
    expectTypeOf<Required<JoinCallResponse>>().toEqualTypeOf<Required<OfficialJoin>>();
    expectTypeOf<Required<JoinCallResponse['credentials']>>().toEqualTypeOf<
      Required<OfficialJoin['credentials']>
    >();
    expectTypeOf<Required<QueryMembersResponse>>().toEqualTypeOf<Required<OfficialMembers>>();
  });
});

test('an answer of ours is one to the official client, too', () => {
  expectTypeOf<UserResponse>().toExtend<OfficialUser>();
  expectTypeOf<ParticipantResponse>().toExtend<OfficialParticipant>();
});

test('events have their payloads by name', () => {
  expectTypeOf<StreamVideoEvent<'call.member_removed'>['members']>().toEqualTypeOf<string[]>();
  expectTypeOf<StreamVideoEvent<'call.ring_ended'>['outcome']>().toEqualTypeOf<
    'accepted' | 'rejected' | 'missed' | 'ended'
  >();
  expectTypeOf<StreamVideoEvent<'call.watch_lost'>['call_cid']>().toEqualTypeOf<string>();
});

test('queries are functions, and iterate', () => {
  expectTypeOf<StreamVideo['queryCalls']>().toBeCallableWith({ filter: {}, watch: true });
  expectTypeOf<ReturnType<StreamVideo['queryCalls']['all']>>().toExtend<AsyncIterable<Call>>();
  expectTypeOf<ReturnType<Call['queryMembers']['all']>>().toExtend<AsyncIterable<MemberResponse>>();
});
