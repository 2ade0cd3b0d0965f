import { StreamVideoTimeline } from '../../timeline/timeline.js';
import { StreamVideoDetails } from './details/details.js';
import { StreamVideoEmulator } from './emulator.js';
import { StreamVideoExplain } from './explain/explain.js';
import { StreamVideoFaults } from './faults/faults.js';
import { StreamVideoCalls } from './tables/calls.js';
import { StreamVideoRequests } from './tables/requests.js';
import { StreamVideoTokens } from './tables/tokens.js';
import { StreamVideoUsers } from './tables/users.js';

customElements.define('stream-video-timeline', StreamVideoTimeline);
customElements.define('stream-video-details', StreamVideoDetails);
customElements.define('stream-video-faults', StreamVideoFaults);
customElements.define('stream-video-requests', StreamVideoRequests);
customElements.define('stream-video-tokens', StreamVideoTokens);
customElements.define('stream-video-users', StreamVideoUsers);
customElements.define('stream-video-calls', StreamVideoCalls);
customElements.define('stream-video-explain', StreamVideoExplain);
customElements.define('stream-video-emulator', StreamVideoEmulator);

const bare = new CSSStyleSheet();
bare.replaceSync('body { margin: 0 }');
document.adoptedStyleSheets = [...document.adoptedStyleSheets, bare];
document.body.append(document.createElement('stream-video-emulator'));
