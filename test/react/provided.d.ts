import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The major version of React that a project tests against. */
    reactMajor: string;
  }
}
