/** An app that has React and the client, before and with the React door: what the door adds is the difference. */
export const APP = `
import { StreamVideo } from 'stream-video-auth';
import { createRoot } from 'react-dom/client';
import { jsx } from 'react/jsx-runtime';
globalThis.app = [StreamVideo, createRoot, jsx];
`;

const HOOKS =
  'StreamVideoError, StreamVideoProvider, useAuthState, useCall, useCallState, useConnectionState, useCreateStreamVideo, useHasCapability, useStreamVideo';
/** Comes after `APP`. */
export const WITH_HOOKS = `
import { ${HOOKS} } from 'stream-video-auth/react';
globalThis.hooks = [${HOOKS}];
`;
