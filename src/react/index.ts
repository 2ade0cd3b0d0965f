/**
 * Hooks for React 18 and 19.
 *
 * @module stream-video-auth/react
 */
'use client';

export { StreamVideoError } from 'stream-video-auth';
export type { CreatedStreamVideo, CreateStreamVideoOptions } from './client-lifetime.js';
export { StreamVideoProvider, type StreamVideoProviderProps, useStreamVideo } from './provider.js';
export { useAuthState } from './use-auth-state.js';
export { type FoundCall, type UseCallOptions, useCall } from './use-call.js';
export { useCallState, useHasCapability } from './use-call-state.js';
export { useConnectionState } from './use-connection-state.js';
export { useCreateStreamVideo } from './use-create-stream-video.js';
