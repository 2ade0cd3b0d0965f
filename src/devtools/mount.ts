import type { StreamVideo } from 'stream-video-auth';

/** Whose tokens' lives are drawn. */
export type DevtoolsClients = StreamVideo | readonly StreamVideo[];

/** What `mountDevtools` takes besides the place and the clients. */
export interface DevtoolsOptions {
  /** Its colours. @default 'auto', what the system prefers */
  readonly theme?: 'light' | 'dark' | 'auto' | undefined;
}

/**
 * `<stream-video-auth-devtools>`: the lives of the tokens of some clients, as a picture and in words.
 *
 * @example
 * const devtools = document.createElement('stream-video-auth-devtools');
 * devtools.clients = [streamVideo];
 * document.body.append(devtools);
 */
export interface StreamVideoAuthDevtoolsElement extends HTMLElement {
  /** Whose lives are shown; what is no client is passed over. @default [] */
  clients: readonly StreamVideo[];
  /** Its colours. @default 'auto', what the system prefers */
  theme: 'light' | 'dark' | 'auto';
}

/** What was mounted. */
export interface Devtools {
  /** Takes it off the page, and stops watching the clients. Does no harm twice. */
  destroy(): void;
}

export type Mount = (target: HTMLElement, clients: DevtoolsClients, options?: DevtoolsOptions) => Devtools;

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-auth-devtools': StreamVideoAuthDevtoolsElement;
  }
}
