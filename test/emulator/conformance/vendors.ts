/**
 * For humans: an emulator to run the vendors' own suites against, and how. Nothing of theirs is in this repository.
 * What passed last stands in docs/emulator.md.
 */
import { startEmulator } from '../../../src/emulator/index.js';

const emulator = await startEmulator({ apiKey: 'vendors', port: Number(process.argv[2] ?? 0) });
const { url, apiKey, apiSecret } = emulator;

process.stdout.write(`
An emulator for the vendors' suites listens until Ctrl-C.

  export STREAM_API_KEY=${apiKey}
  export STREAM_SECRET=${apiSecret}        # stream-node
  export STREAM_API_SECRET=${apiSecret}    # stream-py, getstream-go, getstream-ruby
  export STREAM_BASE_URL=${url}

Check a suite out, install its dependencies, then:

  stream-node      its test client has no base URL: in your copy of __tests__/create-test-client.ts
                   pass { basePath: process.env.STREAM_BASE_URL }, then: npx vitest run __tests__/call*.test.ts ...
  stream-py        uv run pytest -m "not integration_external"
  getstream-go     go test ./...
  getstream-ruby   bundle exec rspec
  stream-video-js  packages/client: npx vitest run

Each run should meet a fresh emulator. Requests that were refused: ${url}/ (Requests, "refused or failed").
Enter what passed, with date and revision, in docs/emulator.md.

`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.stop());
