// What an app team would write, run as it stands.
import '../../examples/vitest-fixture/token-provider.test.js';
