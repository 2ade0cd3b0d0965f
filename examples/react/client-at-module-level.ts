/// <reference types="vite/client" />
import { fetchTokenProvider, StreamVideo } from 'stream-video-auth';

// A client outside of React, for <StreamVideoProvider client={streamVideo}>: the app connects and ends it itself.
export const streamVideo = new StreamVideo({
  apiKey: import.meta.env.VITE_STREAM_API_KEY,
  user: { id: 'martin' },
  tokenProvider: fetchTokenProvider('/token'),
});

// Each save of this file makes another client: the former one would keep its socket.
import.meta.hot?.dispose(() => streamVideo.disconnect());
