// Whether a tag may be released: npm run release:check -- v1.2.3
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './blocks.js';
import { releaseProblems } from './release-problems.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const problems = releaseProblems(process.argv[2] ?? '', {
  version: JSON.parse(read('package.json')).version,
  changelog: read('CHANGELOG.md'),
  source: read('src/client/version.ts'),
});
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
