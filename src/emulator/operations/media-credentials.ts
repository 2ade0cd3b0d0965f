import type { Call, CallSession } from '../state/call.js';
import { RPC_PATH, SOCKET_PATH } from '../wire/media-paths.js';
import type { Context } from './operation.js';

const TOKEN_LIFE_SECONDS = 6 * 3600;
const EDGE = 'sfu-emulator-01';
// Who says that it leaves one server is sent to the other; both are the same.
const OTHER_EDGE = 'sfu-emulator-02';

const UNREACHABLE = {
  url: `https://media.emulator.invalid${RPC_PATH}`,
  ws_endpoint: 'wss://media.emulator.invalid/ws',
};

/** Where the media server is and the token for it, as the answer to a join carries them. */
export async function mediaCredentials(
  { coordinator, caller, body, origin }: Context,
  call: Call,
  session: CallSession,
): Promise<object> {
  const nowSeconds = Math.floor(coordinator.clock.now() / 1000);
  const token = await coordinator.tokens.signForMedia({
    user_id: caller.userId ?? call.createdById,
    call_cid: call.cid,
    session_id: session.id,
    // What a call token gives holds on the media side, too.
    call_cids: caller.callCids.has(call.cid) ? [call.cid] : undefined,
    role: caller.claims?.role,
    iat: nowSeconds,
    exp: nowSeconds + TOKEN_LIFE_SECONDS,
  });
  const edge = body.migrating_from === EDGE ? OTHER_EDGE : EDGE;
  if (!coordinator.hasMedia) {
    return {
      server: { edge_name: edge, ...UNREACHABLE },
      token,
      ice_servers: [
        { urls: ['stun:media.emulator.invalid:3478'], username: 'emulator', password: 'emulator' },
      ],
    };
  }
  return {
    server: {
      edge_name: edge,
      url: `${origin}${RPC_PATH}`,
      ws_endpoint: `${origin.replace(/^http/, 'ws')}${SOCKET_PATH}`,
    },
    token,
    // Two browsers on one machine, or in one network, find each other without.
    ice_servers: [],
  };
}
