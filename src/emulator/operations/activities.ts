import { announce } from '../announcements/call-events.js';
import type { Activity } from '../state/call.js';
import type { Capability } from '../state/grants.js';
import { wireCall } from '../wire/call.js';
import { callWith } from './call-context.js';
import type { Context, Operation } from './operation.js';

interface Switch {
  readonly name: string;
  readonly path: string;
  readonly activity: Activity;
  readonly isOn: boolean;
  readonly capability: Capability;
  readonly event: string;
}

function pair(
  activity: Activity,
  {
    name,
    paths,
    capability,
    event,
  }: { name: string; paths: [string, string][]; capability: string; event: string },
): Switch[] {
  return paths.flatMap(([start, stop]) => [
    {
      name: `Start${name}`,
      path: start,
      activity,
      isOn: true,
      capability: `start-${capability}` as Capability,
      event: `${event}_started`,
    },
    {
      name: `Stop${name}`,
      path: stop,
      activity,
      isOn: false,
      capability: `stop-${capability}` as Capability,
      event: `${event}_stopped`,
    },
  ]);
}

// Nothing is recorded or transcribed: the flags of the call and the events are what clients react to.
const SWITCHES: readonly Switch[] = [
  ...pair('recording', {
    name: 'Recording',
    paths: [
      ['/recordings/:recordingType/start', '/recordings/:recordingType/stop'],
      ['/start_recording', '/stop_recording'],
    ],
    capability: 'record-call',
    event: 'call.recording',
  }),
  ...pair('transcribing', {
    name: 'Transcription',
    paths: [['/start_transcription', '/stop_transcription']],
    capability: 'transcription-call',
    event: 'call.transcription',
  }),
  ...pair('captioning', {
    name: 'ClosedCaptions',
    paths: [['/start_closed_captions', '/stop_closed_captions']],
    capability: 'closed-captions-call',
    event: 'call.closed_captions',
  }),
  ...pair('broadcasting', {
    name: 'HLSBroadcasting',
    paths: [['/start_broadcasting', '/stop_broadcasting']],
    capability: 'broadcast-call',
    event: 'call.hls_broadcasting',
  }),
];

function turn(context: Context, { activity, isOn, capability, event }: Switch): object {
  const { coordinator, dialect } = context;
  const call = callWith(context, capability);
  if (isOn) call.activities.add(activity);
  else call.activities.delete(activity);
  const details = activity === 'broadcasting' && isOn ? { hls_playlist_url: '' } : {};
  const recording = activity === 'recording' ? { egress_id: call.cid, recording_type: 'composite' } : {};
  announce(coordinator, call, event, { ...details, ...recording });
  // Only broadcasting and recording answer with more than a duration.
  if (activity === 'broadcasting' && isOn) return { playlist_url: '' };
  return activity === 'broadcasting' ? { call: wireCall(call, coordinator, dialect) } : {};
}

export const ACTIVITY_OPERATIONS: readonly Operation[] = [
  ...SWITCHES.map(
    (one): Operation => ({
      name: one.name,
      method: 'POST',
      path: `/call/:type/:id${one.path}`,
      mount: 'video',
      handle: (context) => turn(context, one),
    }),
  ),
  {
    name: 'ListRecordings',
    method: 'GET',
    path: '/call/:type/:id/recordings',
    mount: 'video',
    handle: (context) => {
      callWith(context, 'read-call');
      return { recordings: [] };
    },
  },
  {
    name: 'ListTranscriptions',
    method: 'GET',
    path: '/call/:type/:id/transcriptions',
    mount: 'video',
    handle: (context) => {
      callWith(context, 'read-call');
      return { transcriptions: [] };
    },
  },
];
