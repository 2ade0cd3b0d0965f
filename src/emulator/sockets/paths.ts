const SOCKET_PATHS = new Set(['/video/connect', '/api/v2/video/connect', '/connect']);

/** The page's feed. */
export const LIVE_PATH = '/_emulator/live';

/** Whether a coordinator socket may open on this path; the last one is the chat clients'. */
export function isSocketPath(path: string): boolean {
  return SOCKET_PATHS.has(path);
}

/** Whether a path belongs to the controls or the page, not to the emulated service. */
export function isControlPath(path: string): boolean {
  return path === '/' || path === '/page.js' || path === '/_emulator' || path.startsWith('/_emulator/');
}
