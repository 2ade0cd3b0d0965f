import { announce, eventParts } from '../announcements/call-events.js';
import { type Activity, type Call, isOngoing } from '../state/call.js';
import type { Capability } from '../state/default-grants.js';
import { Instant } from '../state/instant.js';
import { Failure, invalidInput, notFound } from '../wire/api-failure.js';
import { wireCall } from '../wire/call.js';
import { type Body, listOf, readList, required, shape, text } from '../wire/validation.js';
import { callWith } from './call-context.js';
import type { Context, Operation } from './operation.js';

/** Something that runs beside the media of a call, and the endpoints that start and stop it. */
interface Runner {
  readonly activity: Activity;
  /** In the names of the two operations. */
  readonly name: string;
  readonly paths: readonly (readonly [start: string, stop: string])[];
  /** In `start-` and `stop-` capabilities. */
  readonly capability: string;
  readonly event: string;
  /** The refusal of a stop while it does not run; undefined where that is no mistake. */
  readonly notRunning?: string;
  readonly details?: (call: Call, context: Context) => object;
}

const RECORDING_TYPES = ['composite', 'individual', 'raw'];

function recordingTypeOf({ recordingType = 'composite' }: Context['params']): string {
  if (RECORDING_TYPES.includes(recordingType)) return recordingType;
  throw invalidInput('recording_type', `must be one of: ${RECORDING_TYPES.join(', ')}`);
}

// Nothing is recorded or transcribed: the flags of the call and the events are what clients react to.
const RUNNERS: readonly Runner[] = [
  {
    activity: 'recording',
    name: 'Recording',
    paths: [
      ['/recordings/:recordingType/start', '/recordings/:recordingType/stop'],
      ['/start_recording', '/stop_recording'],
    ],
    capability: 'record-call',
    event: 'call.recording',
    notRunning: 'call egress is not running',
    details: (call, { params }) => ({ egress_id: call.cid, recording_type: recordingTypeOf(params) }),
  },
  {
    activity: 'frame_recording',
    name: 'FrameRecording',
    paths: [['/start_frame_recording', '/stop_frame_recording']],
    capability: 'frame-record-call',
    event: 'call.frame_recording',
    notRunning: 'call egress is not running',
    details: (call, { coordinator }) => ({
      egress_id: call.cid,
      call: eventParts(call, coordinator).call(),
    }),
  },
  {
    activity: 'transcribing',
    name: 'Transcription',
    paths: [['/start_transcription', '/stop_transcription']],
    capability: 'transcription-call',
    event: 'call.transcription',
    notRunning: 'call is not being transcribed',
    details: (call) => ({ egress_id: call.cid }),
  },
  {
    activity: 'captioning',
    name: 'ClosedCaptions',
    paths: [['/start_closed_captions', '/stop_closed_captions']],
    capability: 'closed-captions-call',
    event: 'call.closed_captions',
  },
];

function start(context: Context, { activity, capability, event, details }: Runner): object {
  const { coordinator } = context;
  const call = callWith(context, `start-${capability}` as Capability);
  const payload = { ...details?.(call, context) };
  if (!isOngoing(call)) throw new Failure(4, 'there is no active session');
  call.activities.add(activity);
  announce(coordinator, call, `${event}_started`, payload);
  return {};
}

function stop(context: Context, { activity, capability, event, notRunning, details }: Runner): object {
  const { coordinator } = context;
  const call = callWith(context, `stop-${capability}` as Capability);
  if (!call.activities.delete(activity) && notRunning !== undefined) throw new Failure(4, notRunning);
  announce(coordinator, call, `${event}_stopped`, { ...details?.(call, context) });
  return {};
}

// A livestream is broadcast from its start, before anybody joins.
function startBroadcasting(context: Context): object {
  const call = callWith(context, 'start-broadcast-call');
  call.activities.add('broadcasting');
  const parts = eventParts(call, context.coordinator);
  const details = { hls_playlist_url: '', call: parts.call() };
  announce(context.coordinator, call, 'call.hls_broadcasting_started', details);
  return { playlist_url: '' };
}

function stopBroadcasting(context: Context): object {
  const { coordinator, dialect } = context;
  const call = callWith(context, 'stop-broadcast-call');
  call.activities.delete('broadcasting');
  announce(coordinator, call, 'call.hls_broadcasting_stopped', {});
  return { call: wireCall(call, coordinator, dialect) };
}

const MAX_BROADCASTS = 10;

const BROADCAST = shape({ name: required(text(255, 1)), stream_url: required(text(4096, 1)) });

function startRtmp(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'start-broadcast-call');
  for (const { name, stream_url: url } of readList<Body>(body, 'broadcasts')) {
    if (call.rtmps.size >= MAX_BROADCASTS) {
      throw new Failure(4, `a call has at most ${MAX_BROADCASTS} RTMP broadcasts`);
    }
    call.rtmps.set(String(name), { url: String(url), startedAt: new Instant(coordinator.clock.now()) });
    announce(coordinator, call, 'call.rtmp_broadcast_started', { name: String(name) });
  }
  return {};
}

function stopRtmp(context: Context): object {
  const { coordinator, params } = context;
  const call = callWith(context, 'stop-broadcast-call');
  const names = params.name === undefined ? [...call.rtmps.keys()] : [params.name];
  for (const name of names) {
    if (!call.rtmps.delete(name)) throw notFound(`RTMP broadcast ${name}`);
    announce(coordinator, call, 'call.rtmp_broadcast_stopped', { name });
  }
  return {};
}

// The files that there would be with media: none.
function list(name: string) {
  return (context: Context) => {
    callWith(context, 'read-call');
    return { [name]: [] };
  };
}

function refuseDelete(what: string) {
  return (context: Context): never => {
    callWith(context, 'read-call');
    throw new Failure(16, `${what} doesn't exist`);
  };
}

const CALL = '/call/:type/:id';

function operation(
  name: string,
  method: Operation['method'],
  path: string,
  handle: Operation['handle'],
  fields?: Operation['fields'],
): Operation {
  return { name, method, path: `${CALL}${path}`, mount: 'video', handle, ...(fields && { fields }) };
}

export const ACTIVITY_OPERATIONS: readonly Operation[] = [
  ...RUNNERS.flatMap((runner) =>
    runner.paths.flatMap(([startPath, stopPath]) => [
      operation(`Start${runner.name}`, 'POST', startPath, (context) => start(context, runner)),
      operation(`Stop${runner.name}`, 'POST', stopPath, (context) => stop(context, runner)),
    ]),
  ),
  operation('StartHLSBroadcasting', 'POST', '/start_broadcasting', startBroadcasting),
  operation('StopHLSBroadcasting', 'POST', '/stop_broadcasting', stopBroadcasting),
  operation('StartRTMPBroadcasts', 'POST', '/rtmp_broadcasts', startRtmp, {
    broadcasts: required(listOf(BROADCAST, MAX_BROADCASTS)),
  }),
  operation('StopAllRTMPBroadcasts', 'POST', '/rtmp_broadcasts/stop', stopRtmp),
  operation('StopRTMPBroadcast', 'POST', '/rtmp_broadcasts/:name/stop', stopRtmp),
  operation('ListRecordings', 'GET', '/recordings', list('recordings')),
  operation('ListTranscriptions', 'GET', '/transcriptions', list('transcriptions')),
  operation('DeleteRecording', 'DELETE', '/:session/recordings/:filename', refuseDelete('recording')),
  operation(
    'DeleteTranscription',
    'DELETE',
    '/:session/transcriptions/:filename',
    refuseDelete('transcription'),
  ),
];
