import { Instant } from '../state/instant.js';
import { Failure, invalidInput, notFound } from '../wire/api-failure.js';
import { wireDevice } from '../wire/user.js';
import { bool, oneOf, optional, readText, required, text } from '../wire/validation.js';
import { ACTING_USER, type Context, type Operation, requireUser } from './operation.js';

const MAX_DEVICES = 25;

function ownerOf(context: Context) {
  return context.coordinator.users.require(requireUser(context));
}

function createDevice(context: Context): object {
  const { body, coordinator } = context;
  const user = ownerOf(context);
  const id = String(body.id);
  if (user.devices.size >= MAX_DEVICES && !user.devices.has(id)) {
    throw new Failure(4, `a user has at most ${MAX_DEVICES} devices`);
  }
  user.devices.set(id, {
    id,
    pushProvider: String(body.push_provider),
    pushProviderName: readText(body, 'push_provider_name'),
    hardwareId: readText(body, 'hardware_id'),
    voip: body.voip_token === true,
    createdAt: new Instant(coordinator.clock.now()),
  });
  return {};
}

function listDevices(context: Context): object {
  const user = ownerOf(context);
  return { devices: [...user.devices.values()].map((device) => wireDevice(device, user.id)) };
}

function deleteDevice(context: Context): object {
  const id = context.query.get('id');
  if (id === null || id === '') throw invalidInput('id', 'is required');
  if (!ownerOf(context).devices.delete(id)) throw notFound('device');
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
      ...ACTING_USER,
    },
    handle: createDevice,
  },
  { name: 'ListDevices', method: 'GET', path: '/devices', mount: 'shared', handle: listDevices },
  { name: 'DeleteDevice', method: 'DELETE', path: '/devices', mount: 'shared', handle: deleteDevice },
];
