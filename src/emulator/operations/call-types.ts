import type { CallTypeChange } from '../state/call-types.js';
import { Failure, invalidInput } from '../wire/api-failure.js';
import { wireCallType } from '../wire/call-type.js';
import {
  type Body,
  optional,
  type Rule,
  readRecord,
  readText,
  recordWithin,
  required,
  text,
} from '../wire/validation.js';
import { callTypeNamed } from './call-context.js';
import { checkGrants, GRANTS, type GrantsByRole } from './grant-fields.js';
import type { Context, Operation } from './operation.js';

export const MAX_CALL_TYPES = 100;

/** The name of a call type in a request. */
export const CALL_TYPE_NAME: Rule = (value) =>
  typeof value === 'string' && /^[\w-]{1,64}$/.test(value)
    ? undefined
    : 'must be 1 to 64 letters, digits, _ and -';

const FIELDS = {
  settings: optional(recordWithin),
  grants: optional(GRANTS),
  notification_settings: optional(recordWithin),
  external_storage: optional(text(255)),
};

function readChange(body: Body): CallTypeChange {
  return {
    settings: body.settings,
    grants: readRecord(body, 'grants') as GrantsByRole | undefined,
    notificationSettings: readRecord(body, 'notification_settings'),
    externalStorage: readText(body, 'external_storage'),
  };
}

function namedInPath({ params, coordinator }: Context) {
  return callTypeNamed(params.name ?? '', coordinator);
}

function createCallType({ coordinator, body }: Context): object {
  const { callTypes } = coordinator;
  const newName = String(body.name);
  if (callTypes.find(newName) !== undefined) throw invalidInput('name', 'is taken by another call type');
  if (callTypes.size >= MAX_CALL_TYPES) {
    throw new Failure(4, `an application has at most ${MAX_CALL_TYPES} call types`);
  }
  return wireCallType(callTypes.create(newName, readChange(body)));
}

function updateCallType(context: Context): object {
  const { coordinator, body } = context;
  const type = namedInPath(context);
  const change = readChange(body);
  checkGrants(change.grants ?? {}, type.grants.keys());
  coordinator.callTypes.update(type, change);
  coordinator.calls.follow(type);
  coordinator.participants.review();
  return wireCallType(type);
}

function deleteCallType(context: Context): object {
  context.coordinator.callTypes.remove(namedInPath(context));
  return {};
}

function listCallTypes({ coordinator }: Context): object {
  const types = coordinator.callTypes.all().map((type) => [type.name, wireCallType(type)] as const);
  return { call_types: Object.fromEntries(types) };
}

export const CALL_TYPE_OPERATIONS: readonly Operation[] = [
  {
    name: 'ListCallTypes',
    method: 'GET',
    path: '/calltypes',
    mount: 'video',
    serverOnly: true,
    handle: listCallTypes,
  },
  {
    name: 'CreateCallType',
    method: 'POST',
    path: '/calltypes',
    mount: 'video',
    serverOnly: true,
    fields: { ...FIELDS, name: required(CALL_TYPE_NAME) },
    handle: createCallType,
  },
  {
    name: 'GetCallType',
    method: 'GET',
    path: '/calltypes/:name',
    mount: 'video',
    serverOnly: true,
    handle: (context) => wireCallType(namedInPath(context)),
  },
  {
    name: 'UpdateCallType',
    method: 'PUT',
    path: '/calltypes/:name',
    mount: 'video',
    serverOnly: true,
    fields: FIELDS,
    handle: updateCallType,
  },
  {
    name: 'DeleteCallType',
    method: 'DELETE',
    path: '/calltypes/:name',
    mount: 'video',
    serverOnly: true,
    handle: deleteCallType,
  },
];
