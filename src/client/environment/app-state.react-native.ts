import { AppState } from 'react-native';

/** Takes the place of `app-state.ts` in the build for React Native, whose timers sleep in the background. */
export function watchAppState(listener: () => void): () => void {
  const subscription = AppState.addEventListener('change', listener);
  return () => subscription.remove();
}
