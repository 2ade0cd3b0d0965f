import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GUIDES } from '../../docs/.vitepress/guides.js';
import { releaseProblems } from './release-problems.js';

const path = (relative: string) => new URL(`../../${relative}`, import.meta.url);
const read = (relative: string) => readFileSync(path(relative), 'utf8');

/** Every literal code of an error, as the source spells them. */
const CODES = [
  ...`${read('src/shared/error-codes.ts')}${read('src/shared/errors.ts')}`.matchAll(
    /^ {2}\| '(\w+)'|Code = '(\w+)'|code = '(\w+)'/gm,
  ),
].map(([, one, two, three]) => one ?? two ?? three ?? '');

describe('every code of an error', () => {
  test('is found at all', () => {
    expect(CODES).toEqual(expect.arrayContaining(['missing_api_key', 'circuit_open', 'session_ended']));
  });

  test.each(['README.md', 'docs/guide/errors.md'])('stands in %s', (page) => {
    const text = read(page);
    expect(CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});

test('every guide is in the sidebar, and every entry of the sidebar is a page', () => {
  const links = GUIDES.flatMap(({ pages }) => pages.map(([link]) => link));
  expect(links.filter((link) => !existsSync(path(`docs${link}.md`)))).toEqual([]);
  for (const { pages } of GUIDES) expect(new Set(pages.map(([link]) => link)).size).toBe(pages.length);
});

describe('a tag is released', () => {
  const stated = { version: '1.2.3', changelog: '# Changelog\n\n## 1.2.3 (2026-01-31)\n', source: "'1.2.3'" };

  test('where tag, package, client and changelog say the same', () => {
    expect(releaseProblems('v1.2.3', stated)).toEqual([]);
  });

  test.each<[string, string, object]>([
    ['no version', 'next', {}],
    ['another version', 'v1.2.4', {}],
    ['a changelog without its date', 'v1.2.3', { changelog: '## 1.2.3 (unreleased)' }],
    ['a client that says another', 'v1.2.3', { source: "'1.2.2'" }],
  ])('not with %s', (_, tag, change) => {
    expect(releaseProblems(tag, { ...stated, ...change })).not.toEqual([]);
  });

  describe('by a workflow', () => {
    const workflow = read('.github/workflows/release.yml');
    const [check = '', publish = ''] = workflow.split('\n  publish:\n');
    const runs = (job: string) => [...job.matchAll(/- run: (.+)/g)].map(([, run]) => run);

    test('that checks first, runs everything, and publishes with provenance alone', () => {
      expect(runs(check)).toEqual(['npm ci', 'npm run release:check -- "$GITHUB_REF_NAME"', '.ci/run']);
      expect(runs(publish)).toEqual(['npm ci', 'npm publish --provenance --access public']);
      expect(publish).toContain('needs: check');
    });

    test('whose tests run without the right to publish, and which holds no secret', () => {
      expect(check).not.toContain('write');
      expect(publish.match(/\w+-?\w*: write/g)).toEqual(['id-token: write']);
      expect(workflow).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/);
    });

    test('that runs no code of others but by its digest', () => {
      const used = [...workflow.matchAll(/uses: (.+)/g)].map(([, name]) => name);
      expect(used).toHaveLength(3);
      for (const name of used) expect(name).toMatch(/^actions\/[\w-]+@[\da-f]{40} # v\d/);
    });
  });
});
