// An app in TypeScript, and settings of apps that are strict about something.

export const TYPED = `
import { StreamVideo, type WebSocketConstructor } from 'stream-video-auth';
import { createUserToken } from 'stream-video-auth/server';
import { startEmulator } from 'stream-video-auth/emulator';
import { useCreateStreamVideo } from 'stream-video-auth/react';
declare const maybe: string | undefined;
declare const WebSocketClass: WebSocketConstructor | undefined;
const wrapper = (input: string, init?: RequestInit) => fetch(input, init);
export async function main(): Promise<void> {
  await using streamVideo = new StreamVideo({
    apiKey: 'k', user: { id: 'martin', name: maybe }, token: maybe, tokenProvider: async () => 'token',
    fetch: wrapper, WebSocket: WebSocketClass, baseUrl: maybe,
  });
  await streamVideo.connect();
  void createUserToken; void startEmulator;
}
export function useApp(): StreamVideo | null {
  const { client, error } = useCreateStreamVideo({
    apiKey: 'k', user: { id: 'martin', name: maybe }, token: maybe, tokenProvider: async () => 'token', connect: false,
  });
  if (error?.code === 'unauthorized') return null;
  return client;
}
`;

export function tsconfig(options: object): string {
  const base = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', skipLibCheck: false };
  return JSON.stringify({ compilerOptions: { ...base, ...options }, files: ['typed.ts'] });
}

export const SETTINGS: Record<string, object> = {
  'exactOptionalPropertyTypes, lib es2022 + dom': {
    lib: ['es2022', 'dom', 'esnext.disposable'],
    exactOptionalPropertyTypes: true,
    types: [],
  },
  'verbatimModuleSyntax + isolatedModules, node types only': {
    lib: ['es2022', 'esnext.disposable'],
    verbatimModuleSyntax: true,
    isolatedModules: true,
    types: ['node'],
  },
};
