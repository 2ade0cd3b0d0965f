import { Failure, notFound } from '../wire/api-failure.js';
import { oneOf, optional, readRecord, readText, required, shape, text } from '../wire/validation.js';
import type { Context, Operation } from './operation.js';

const MAX_STORAGES = 50;

function listStorage({ coordinator }: Context): object {
  return { external_storages: Object.fromEntries(coordinator.externalStorages) };
}

function createStorage({ coordinator, body }: Context): object {
  const { externalStorages } = coordinator;
  const name = String(body.name);
  if (name.startsWith('stream-')) throw new Failure(4, `${name} name reserved for internal use`);
  if (externalStorages.size >= MAX_STORAGES) {
    throw new Failure(4, `an application has at most ${MAX_STORAGES} external storages`);
  }
  // The keys to the storage are not kept: nothing is ever stored there.
  const path = readText(body, 'path') ?? '';
  externalStorages.set(name, { name, bucket: String(body.bucket), path, type: String(body.storage_type) });
  return {};
}

function deleteStorage({ coordinator, params }: Context): object {
  const name = params.name ?? '';
  if (!coordinator.externalStorages.delete(name)) throw notFound(`external storage ${name}`);
  return {};
}

// Credentials can only be checked by the push service itself.
function refuseProvider({ body }: Context): never {
  const provider = readRecord(body, 'push_provider') ?? {};
  throw new Failure(4, `${readText(provider, 'type')} credentials are invalid`);
}

/** What an application is connected to: nothing that is reached from here. */
export const INTEGRATION_OPERATIONS: readonly Operation[] = [
  {
    name: 'ListExternalStorage',
    method: 'GET',
    path: '/external_storage',
    mount: 'server',
    serverOnly: true,
    handle: listStorage,
  },
  {
    name: 'CreateExternalStorage',
    method: 'POST',
    path: '/external_storage',
    mount: 'server',
    serverOnly: true,
    fields: {
      name: required(text(255, 1)),
      bucket: required(text(255, 1)),
      storage_type: required(oneOf(['s3', 'gcs', 'abs'])),
      path: optional(text(1024)),
    },
    handle: createStorage,
  },
  {
    name: 'DeleteExternalStorage',
    method: 'DELETE',
    path: '/external_storage/:name',
    mount: 'server',
    serverOnly: true,
    handle: deleteStorage,
  },
  {
    name: 'ListPushProviders',
    method: 'GET',
    path: '/push_providers',
    mount: 'server',
    serverOnly: true,
    handle: () => ({ push_providers: [] }),
  },
  {
    name: 'UpsertPushProvider',
    method: 'POST',
    path: '/push_providers',
    mount: 'server',
    serverOnly: true,
    fields: {
      push_provider: required(
        shape({
          name: required(text(255, 1)),
          type: required(oneOf(['firebase', 'apn', 'huawei', 'xiaomi'])),
        }),
      ),
    },
    handle: refuseProvider,
  },
];
