// Stands for 'stream-video-auth' while blocks are run: the real thing, which goes to the emulator wherever a block
// leaves the address out, and to the token endpoint beside it.

import type { CreateOptions, FetchTokenProviderOptions, StreamVideoOptions } from '../../src/client/index.js';
import * as client from '../../src/client/index.js';

export * from '../../src/client/index.js';

interface World {
  apiKey: string;
  baseUrl: string;
  /** Where relative addresses lead. */
  pageUrl: string;
  /** Each client that a block made. */
  readonly clients: client.StreamVideo[];
}

export const world: World = { apiKey: '', baseUrl: '', pageUrl: '', clients: [] };

function here<Options extends { apiKey: string; baseUrl?: string | undefined }>(options: Options): Options {
  const { baseUrl = world.baseUrl, apiKey } = options;
  // A block that starts an emulator of its own means that one.
  return { logger: 'silent', ...options, baseUrl, apiKey: baseUrl === world.baseUrl ? world.apiKey : apiKey };
}

export class StreamVideo extends client.StreamVideo {
  constructor(options: StreamVideoOptions) {
    super(here(options));
    world.clients.push(this);
  }

  static override async create(options: CreateOptions): Promise<client.StreamVideo> {
    const created = await client.StreamVideo.create(here(options));
    world.clients.push(created);
    return created;
  }
}

export function fetchTokenProvider(
  url: string | URL,
  options?: FetchTokenProviderOptions,
): client.TokenProvider {
  return client.fetchTokenProvider(new URL(url, world.pageUrl), options);
}
