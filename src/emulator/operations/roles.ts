import { actionOf } from '../auth/permissions.js';
import { CAPABILITIES } from '../state/default-grants.js';
import type { Role } from '../state/roles.js';
import { Failure, invalidInput, notFound } from '../wire/api-failure.js';
import { required, text } from '../wire/validation.js';
import type { Context, Operation } from './operation.js';

// As in an application of the service.
export const MAX_CUSTOM_ROLES = 25;

function wireRole({ name, isCustom, createdAt }: Role): object {
  return { name, custom: isCustom, scopes: [], created_at: createdAt, updated_at: createdAt };
}

function listRoles({ coordinator }: Context): object {
  return { roles: coordinator.roles.all().map(wireRole) };
}

function searchRoles({ coordinator, query }: Context): object {
  const start = (query.get('query') ?? query.get('name') ?? '').toLowerCase();
  const found = coordinator.roles.all().filter(({ name }) => name.toLowerCase().startsWith(start));
  return { roles: found.map(wireRole) };
}

function createRole({ coordinator, body }: Context): object {
  const { roles } = coordinator;
  const name = String(body.name);
  if (roles.has(name)) throw invalidInput('name', 'is taken by another role');
  if (roles.custom().length >= MAX_CUSTOM_ROLES) {
    throw new Failure(4, `an application has at most ${MAX_CUSTOM_ROLES} custom roles`);
  }
  return { role: wireRole(roles.create(name)) };
}

function deleteRole({ coordinator, params }: Context): object {
  const { roles, grants } = coordinator;
  const role = roles.find(params.name ?? '');
  if (role === undefined) throw notFound(`role ${params.name}`);
  if (!role.isCustom) throw new Failure(4, `role ${role.name} is built in, it can't be deleted`);
  roles.remove(role.name);
  grants.forgetOfApp(role.name);
  coordinator.participants.review();
  return {};
}

// One per capability: what grants are made of here.
const PERMISSIONS = CAPABILITIES.map((id) => {
  const action = actionOf(id);
  const words = action.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return {
    id,
    name: words,
    action,
    description: `Grants ${action}`,
    custom: false,
    level: 'app',
    owner: false,
    owner_resource: '',
    same_team: false,
    tags: [],
  };
});

function getPermission({ params }: Context): object {
  const permission = PERMISSIONS.find(({ id }) => id === params.id);
  if (permission === undefined) throw notFound(`permission ${params.id}`);
  return { permission };
}

export const ROLE_OPERATIONS: readonly Operation[] = [
  { name: 'SearchRoles', method: 'GET', path: '/roles/search', mount: 'server', handle: searchRoles },
  { name: 'ListRoles', method: 'GET', path: '/roles', mount: 'server', serverOnly: true, handle: listRoles },
  {
    name: 'CreateRole',
    method: 'POST',
    path: '/roles',
    mount: 'server',
    serverOnly: true,
    fields: { name: required(text(64, 1)) },
    handle: createRole,
  },
  {
    name: 'DeleteRole',
    method: 'DELETE',
    path: '/roles/:name',
    mount: 'server',
    serverOnly: true,
    handle: deleteRole,
  },
  {
    name: 'ListPermissions',
    method: 'GET',
    path: '/permissions',
    mount: 'server',
    serverOnly: true,
    handle: () => ({ permissions: PERMISSIONS }),
  },
  {
    name: 'GetPermission',
    method: 'GET',
    path: '/permissions/:id',
    mount: 'server',
    serverOnly: true,
    handle: getPermission,
  },
];
