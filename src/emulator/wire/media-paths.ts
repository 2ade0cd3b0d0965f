// Where the stand-in of a media server listens, and where a join's answer says that it does.

/** Where the calls of clients arrive; the path says which. */
export const RPC_PATH = '/twirp';
export const SOCKET_PATH = '/sfu';
