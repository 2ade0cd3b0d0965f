/** The guides in the order of the sidebar: address, and the reader's question. */
export const GUIDES: readonly { title: string; pages: readonly (readonly [link: string, text: string])[] }[] =
  [
    {
      title: 'Begin',
      pages: [
        ['/guide/start', 'How do I start?'],
        ['/guide/no-back-end', 'I have no token endpoint yet'],
        ['/guide/token-endpoint', 'How do I write the token endpoint?'],
        ['/guide/react', 'How do I use it in React?'],
        ['/guide/testing', 'How do I test without an account?'],
        ['/demo', 'Try it here'],
      ],
    },
    {
      title: 'Tokens',
      pages: [
        ['/guide/expiry', 'My token expired'],
        ['/guide/provider-fails', 'My provider fails'],
        ['/guide/fleet', 'How does a fleet behave?'],
        ['/guide/sign-out', 'Users sign out, or switch'],
        ['/guide/roles', "I change someone's role"],
        ['/guide/explain', 'What does explain() say?'],
        ['/guide/devtools', 'How do I see my tokens live?'],
        ['/guide/errors', 'Errors from A to Z'],
      ],
    },
    {
      title: 'Users',
      pages: [
        ['/guide/guests', 'How do guests work?'],
        ['/guide/anonymous', 'Anonymous viewers and call tokens'],
      ],
    },
    {
      title: 'Where it runs',
      pages: [
        ['/guide/proxies', 'CSP, proxies and caches'],
        ['/guide/workers', 'Workers'],
        ['/guide/react-native', 'React Native and Expo'],
        ['/guide/server-rendering', 'Server rendering'],
        ['/guide/tabs', 'Several tabs'],
        ['/guide/browsers', 'Which browsers is it tested in?'],
        ['/guide/cost', 'What does it cost?'],
        ['/guide/vue', 'Vue'],
        ['/guide/tracing', 'Traces and metrics'],
      ],
    },
    {
      title: 'Coming from',
      pages: [
        ['/guide/official-client', 'The official media client'],
        ['/guide/from-video-client', 'Moving from @stream-io/video-client'],
        ['/call-screen', 'Test your call screen without an account'],
        ['/coming-from-swift', 'Moving from the Swift client'],
      ],
    },
    {
      title: 'The project',
      pages: [
        ['/emulator', 'The emulator'],
        ['/guide/architecture', 'Architecture'],
        ['/guide/decisions', 'Decisions'],
        ['/guide/versioning', 'Versioning'],
      ],
    },
  ];
