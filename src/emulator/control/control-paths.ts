/** The page's feed. */
export const LIVE_PATH = '/_emulator/live';

/** Whether a path belongs to the controls or the page, not to the emulated service. */
export function isControlPath(path: string): boolean {
  return path === '/' || path === '/page.js' || path === '/_emulator' || path.startsWith('/_emulator/');
}
