/** The little that is needed of React Native, which is there only where it is used. */
declare module 'react-native' {
  export const AppState: {
    addEventListener(type: 'change', listener: () => void): { remove(): void };
  };
}
