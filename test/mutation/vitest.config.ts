import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../../vitest.config.js';

/** They play whole clients with generated values: most mutants are found by quicker ones, and then nothing else is run. */
const SLOW = /\/(unreadable|hostile-text|claims|explain)\.test\.ts$/;

class SlowestLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ofOwnRooms = (file: TestSpecification) => /\/client\/(token|refresh|auth)\//.test(file.moduleId);
    const rank = (file: TestSpecification) => (SLOW.test(file.moduleId) ? 2 : ofOwnRooms(file) ? 0 : 1);
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** The tests in virtual time: fast enough to be run for each mutant. */
export default {
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    // Without isolation each module is loaded once.
    isolate: false,
    sequence: { sequencer: SlowestLast },
    include: [
      'test/client/**/!(*.wire).test.ts',
      'test/vectors/token-lifecycle.test.ts',
      'test/model/regressions.test.ts',
    ],
    // What is collected, and how the build shortens names, is looked at anew for seconds.
    exclude: ['test/client/call/memory.test.ts', 'test/client/internal-names.test.ts'],
  },
};
