/** A field of a fault's form. An empty one is left out of the body. */
export interface FaultField {
  readonly name: string;
  readonly label: string;
  readonly type: 'number' | 'text' | 'choice' | 'list' | 'check';
  readonly value?: string | number | boolean | undefined;
  readonly choices?: readonly string[] | undefined;
  /** Multiplies a number on its way: 1000 for seconds that are sent as milliseconds. */
  readonly factor?: number | undefined;
  /** Filled with the known users. */
  readonly isUser?: boolean | undefined;
  readonly isRequired?: boolean | undefined;
  readonly isWide?: boolean | undefined;
}

/** A button; its body is added to what the fields say. `fields: false` leaves the fields out. */
export interface FaultButton {
  readonly label: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly fields?: boolean | undefined;
  /** Puts the token of the answer on the clipboard. */
  readonly copies?: boolean | undefined;
}

export interface FaultForm {
  readonly title: string;
  readonly note: string;
  readonly fields: readonly FaultField[];
  readonly buttons: readonly FaultButton[];
}

export interface FaultGroup {
  readonly title: string;
  readonly forms: readonly FaultForm[];
}

const USER: FaultField = {
  name: 'user_id',
  label: 'User (all if empty)',
  type: 'text',
  isUser: true,
  isWide: true,
};

const TOKENS: FaultGroup = {
  title: 'Tokens',
  forms: [
    {
      title: 'End tokens now',
      note: 'Those seen so far are refused with 401 / 40; later ones work.',
      fields: [USER],
      buttons: [
        { label: 'Expire', path: '/faults/expire_tokens' },
        { label: 'Revoke', path: '/faults/revoke' },
      ],
    },
    {
      title: 'Mint a token',
      note: 'It goes to the clipboard and is not shown here.',
      fields: [
        { name: 'user_id', label: 'User', type: 'text', isUser: true, isRequired: true },
        { name: 'expires_in_seconds', label: 'Life, s', type: 'number', value: 60 },
        { name: 'call_cids', label: 'Calls (type:id, …)', type: 'list' },
        { name: 'role', label: 'Role', type: 'text' },
      ],
      buttons: [{ label: 'Mint and copy', path: '/token', copies: true }],
    },
  ],
};

const REQUESTS: FaultGroup = {
  title: 'Requests',
  forms: [
    {
      title: 'Fail the next requests',
      note: '',
      fields: [
        { name: 'count', label: 'How many', type: 'number', value: 1 },
        {
          name: 'kind',
          label: 'How',
          type: 'choice',
          choices: ['error', 'reset', 'hang', 'truncate', 'html'],
        },
        { name: 'status', label: 'Status', type: 'number', value: 503 },
        { name: 'code', label: 'Code', type: 'number' },
        { name: 'method', label: 'Method', type: 'text' },
        { name: 'path', label: 'Path contains', type: 'text' },
      ],
      buttons: [{ label: 'Fail', path: '/faults/fail_next' }],
    },
    {
      title: 'Latency',
      note: 'Delays each answer and handshake.',
      fields: [
        { name: 'ms', label: 'Delay, ms', type: 'number', value: 800 },
        { name: 'jitter_ms', label: 'Jitter up to, ms', type: 'number', value: 400 },
      ],
      buttons: [
        { label: 'Delay', path: '/faults/latency' },
        { label: 'None', path: '/faults/latency', body: { ms: 0 }, fields: false },
      ],
    },
    {
      title: 'Rate limit',
      note: 'Per user and endpoint; beyond it 429 / 9.',
      fields: [
        { name: 'limit', label: 'Requests', type: 'number', value: 5 },
        { name: 'window_ms', label: 'Per, s', type: 'number', value: 60, factor: 1000 },
      ],
      buttons: [
        { label: 'Limit', path: '/faults/limit_rates' },
        { label: 'Lift', path: '/faults/limit_rates', fields: false },
      ],
    },
  ],
};

const SOCKETS: FaultGroup = {
  title: 'Sockets',
  forms: [
    {
      title: 'Drop sockets',
      note: 'Without a code the line is cut.',
      fields: [{ name: 'code', label: 'Close code', type: 'number' }, USER],
      buttons: [{ label: 'Drop', path: '/faults/drop_connections' }],
    },
    {
      title: 'Push connection.error',
      note: '',
      fields: [
        { name: 'code', label: 'Code', type: 'number', value: 40, isRequired: true },
        { name: 'close', label: 'Close after it', type: 'check', value: true },
        USER,
      ],
      buttons: [{ label: 'Push', path: '/faults/push_connection_error' }],
    },
    {
      title: 'Refuse the next handshakes',
      note: '',
      fields: [
        { name: 'code', label: 'Code', type: 'number', value: 40, isRequired: true },
        { name: 'count', label: 'How many', type: 'number', value: 1 },
      ],
      buttons: [{ label: 'Refuse', path: '/faults/reject_next' }],
    },
    {
      title: 'Sockets per user',
      note: 'Beyond it 71.',
      fields: [{ name: 'per_user', label: 'How many', type: 'number', value: 3, isRequired: true }],
      buttons: [
        { label: 'Limit', path: '/faults/limit_sockets' },
        { label: 'Lift', path: '/faults/limit_sockets', fields: false },
      ],
    },
  ],
};

const MEDIA: FaultGroup = {
  title: 'Media',
  forms: [
    {
      title: 'Ask to reconnect',
      note: 'As the media server does.',
      fields: [
        { name: 'strategy', label: 'How', type: 'choice', choices: ['fast', 'rejoin', 'migrate'] },
        USER,
      ],
      buttons: [{ label: 'Ask', path: '/faults/ask_to_reconnect' }],
    },
    {
      title: 'Drop media sockets',
      note: 'Clients come back with their session.',
      fields: [USER],
      buttons: [{ label: 'Drop', path: '/faults/drop_media' }],
    },
    {
      title: 'Slow media server',
      note: 'Delays joins and answers.',
      fields: [{ name: 'ms', label: 'Delay, ms', type: 'number', value: 2000, isRequired: true }],
      buttons: [
        { label: 'Delay', path: '/faults/delay_media' },
        { label: 'None', path: '/faults/delay_media', body: { ms: 0 }, fields: false },
      ],
    },
    onOff('Media server full', 'Nobody joins; who is there stays.', '/faults/fill_media_server', 'full', [
      'Full',
      'Free',
    ]),
  ],
};

const CLOCK: FaultGroup = {
  title: 'Clock',
  forms: [
    {
      title: 'Move the server’s clock',
      note: 'Against this machine’s; negative is behind.',
      fields: [{ name: 'ms', label: 'Seconds', type: 'number', value: 300, factor: 1000, isRequired: true }],
      buttons: [
        { label: 'Move', path: '/faults/skew_clock' },
        { label: 'Set right', path: '/faults/skew_clock', body: { ms: 0 }, fields: false },
      ],
    },
    {
      title: 'Hold the clock still',
      note: '',
      fields: [],
      buttons: [
        { label: 'Freeze', path: '/faults/freeze_clock' },
        { label: 'Resume', path: '/faults/resume_clock' },
      ],
    },
  ],
};

function onOff(
  title: string,
  note: string,
  path: string,
  name: string,
  labels: readonly [string, string],
): FaultForm {
  const buttons = [true, false].map((value, index) => ({
    label: labels[index] ?? '',
    path,
    body: { [name]: value },
  }));
  return { title, note, fields: [], buttons };
}

const APPLICATION: FaultGroup = {
  title: 'Application',
  forms: [
    onOff('Guests', 'Off: 403 / 17.', '/faults/disable_guests', 'disabled', ['Off', 'On']),
    onOff('Auth checks', 'Off: unsigned tokens pass.', '/faults/disable_auth_checks', 'disabled', [
      'Off',
      'On',
    ]),
    onOff(
      'Cut sockets at expiry',
      'With 40, as their token ends.',
      '/faults/cut_sockets_at_expiry',
      'enabled',
      ['Cut', 'Keep'],
    ),
    {
      title: 'Grants of a role',
      note: 'Replaces what the role may do.',
      fields: [
        { name: 'role', label: 'Role', type: 'text', value: 'user', isRequired: true },
        { name: 'call_type', label: 'Call type', type: 'text', value: '*' },
        {
          name: 'capabilities',
          label: 'Capabilities (join-call, …)',
          type: 'list',
          isWide: true,
          isRequired: true,
        },
      ],
      buttons: [{ label: 'Replace', path: '/faults/set_grants' }],
    },
  ],
};

/** Every fault that the emulator knows, as forms. */
export const FAULT_GROUPS: readonly FaultGroup[] = [TOKENS, REQUESTS, SOCKETS, MEDIA, CLOCK, APPLICATION];
