// Which room may import which. Each rule is the sentence in its comment; type-only imports count as imports.

/** The layers of the client, from the top down: each room may import what stands below it, and nothing else. */
const CLIENT_LAYERS = [
  ['index'],
  ['stream-video'],
  ['call/'],
  ['events'],
  ['call-events', 'socket/', 'guest', 'options'],
  ['http/'],
  ['auth/'],
  ['refresh/'],
  ['tabs/'],
  ['token/'],
  ['user'],
  ['environment/', 'event-emitter', 'api-types/', 'version'],
  ['logger', 'freeze'],
];

/** What each door may import besides its own folder. */
const DOORS = {
  client: ['shared'],
  server: ['shared'],
  emulator: ['shared', 'server/sign', 'server/explain-token', 'client/token/refresh-windows', 'timeline'],
  react: ['client'],
  devtools: ['client', 'timeline', 'shared'],
  timeline: ['shared', 'client/token/refresh-windows'],
  bin: ['server', 'emulator', 'shared'],
  shared: [],
};

/** A room as a pattern: a folder, or a module. */
const pattern = (room) => `${room.replace('/', '')}(/|\\.ts$)`;
const inClient = (rooms) => `^src/client/(${rooms.map(pattern).join('|')})`;

const allowed = (name) => (name.includes('/') ? `^src/${name}\\.ts$` : `^src/${name}/`);

const doorRules = Object.entries(DOORS).map(([door, others]) => ({
  name: `${door}-imports-what-it-may`,
  comment: `${door} imports ${others.join(', ') || 'nothing'}, and no other room.`,
  severity: 'error',
  from: { path: `^src/${door}/` },
  to: { path: '^src/', pathNot: [`^src/${door}/`, ...others.map(allowed)] },
}));

const layerRules = CLIENT_LAYERS.slice(1).map((rooms, index) => ({
  name: `${rooms[0].replace('/', '')}-imports-downward`,
  comment: `${rooms.join(', ')}: import nothing that stands above.`,
  severity: 'error',
  from: { path: inClient(rooms) },
  to: { path: inClient(CLIENT_LAYERS.slice(0, index + 1).flat()) },
}));

const siblingRules = CLIENT_LAYERS.flatMap((rooms) =>
  rooms.map((room) => ({
    name: `${room.replace('/', '')}-imports-no-sibling`,
    comment: `${room}: imports none of the rooms that stand beside it.`,
    severity: 'error',
    from: { path: inClient([room]) },
    to: { path: inClient(rooms), pathNot: inClient([room]) },
  })),
);

export default {
  forbidden: [
    ...doorRules,
    ...layerRules,
    ...siblingRules,
    {
      name: 'every-room-of-the-client-has-a-layer',
      comment: 'A new room in src/client is written into the layers above, so that its arrows are checked.',
      severity: 'error',
      from: {},
      to: { path: '^src/client/', pathNot: inClient(CLIENT_LAYERS.flat()) },
    },
    {
      name: 'no-circle',
      comment: 'No module reaches itself through what it imports.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-the-page-draws',
      comment: 'Of the emulator, its page alone imports the timeline.',
      severity: 'error',
      from: { path: '^src/emulator/', pathNot: '^src/emulator/page/' },
      to: { path: '^src/timeline/' },
    },
    {
      name: 'media-stands-above',
      comment: 'Of the emulator, only what listens imports the stand-in of a media server.',
      severity: 'error',
      from: { path: '^src/emulator/', pathNot: '^src/emulator/(media/|start\\.ts$)' },
      to: { path: '^src/emulator/media/' },
    },
    {
      name: 'media-imports-what-it-may',
      comment: 'The stand-in reaches the coordinator through its state, announcements and grants.',
      severity: 'error',
      from: { path: '^src/emulator/media/' },
      to: {
        path: '^src/emulator/',
        pathNot: '^src/emulator/(media|state|announcements|auth|wire|http|sockets)/',
      },
    },
    {
      name: 'devtools-know-the-client-from-outside',
      comment:
        'The devtools import types of the client, and no code: they add nothing to it, and hold no copy.',
      severity: 'error',
      from: { path: '^src/devtools/' },
      to: { path: '^src/client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-a-test',
      comment: 'What is published imports no test and no example.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples)/' },
    },
    {
      name: 'imports-are-found',
      comment: 'An import that leads nowhere would be checked by no rule.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^react-native$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
