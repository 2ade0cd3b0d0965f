import { Instant } from '../state/instant.js';
import { invalidInput, notFound } from '../wire/api-failure.js';
import { wireDevice } from '../wire/user.js';
import { bool, oneOf, optional, required, text, textOf } from '../wire/validation.js';
import { type Context, type Operation, requireUser } from './operation.js';

function actingUser(context: Context) {
  const userId = textOf(context.body, 'user_id');
  // A server token acts for the user that its body names.
  const id = context.caller.kind === 'server' && userId !== undefined ? userId : requireUser(context);
  return context.coordinator.users.find(id) ?? context.coordinator.users.create(id);
}

function createDevice(context: Context): object {
  const { body, coordinator } = context;
  const user = actingUser(context);
  const id = String(body.id);
  user.devices.set(id, {
    id,
    pushProvider: String(body.push_provider),
    pushProviderName: textOf(body, 'push_provider_name'),
    hardwareId: textOf(body, 'hardware_id'),
    voip: body.voip_token === true,
    createdAt: new Instant(coordinator.clock.now()),
  });
  return {};
}

function listDevices(context: Context): object {
  const user = actingUser(context);
  return { devices: [...user.devices.values()].map((device) => wireDevice(device, user.id)) };
}

function deleteDevice(context: Context): object {
  const id = context.query.get('id');
  if (id === null || id === '') throw invalidInput('id', 'is required');
  if (!actingUser(context).devices.delete(id)) throw notFound('device');
  return {};
}

export const DEVICE_OPERATIONS: readonly Operation[] = [
  {
    name: 'CreateDevice',
    method: 'POST',
    path: '/devices',
    mount: 'shared',
    fields: {
      id: required(text(255, 1)),
      push_provider: required(oneOf(['firebase', 'apn', 'huawei', 'xiaomi'])),
      push_provider_name: optional(text(255)),
      voip_token: optional(bool),
      hardware_id: optional(text(255)),
      user_id: optional(text(255, 1)),
    },
    handle: createDevice,
  },
  { name: 'ListDevices', method: 'GET', path: '/devices', mount: 'shared', handle: listDevices },
  { name: 'DeleteDevice', method: 'DELETE', path: '/devices', mount: 'shared', handle: deleteDevice },
];
