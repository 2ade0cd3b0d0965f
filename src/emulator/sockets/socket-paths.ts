const SOCKET_PATHS = new Set(['/video/connect', '/api/v2/video/connect', '/connect']);

/** Whether a coordinator socket may open on this path; the last one is the chat clients'. */
export function isSocketPath(path: string): boolean {
  return SOCKET_PATHS.has(path);
}
