import { StreamVideo } from 'stream-video-auth';

/** Joins the stand-up. What the user types as its topic is seen by everybody. */
export async function joinStandup(settings) {
  const streamVideo = new StreamVideo(settings);
  const call = streamVideo.call('default', 'standup');
  await call.join({ create: true });
  return {
    setTopic: (topic) => call.update({ custom: { topic } }),
    leave: () => streamVideo.disconnect(),
  };
}
