import { NOTHING_TO_STOP } from './listen.js';

/** React Native tells of an app coming back; elsewhere the page does. See `app-state.react-native.ts`. */
export function watchAppState(_listener: () => void): () => void {
  return NOTHING_TO_STOP;
}
