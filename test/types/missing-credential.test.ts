import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

// case 271: what the compiler says is what most people read first

const folder = dirname(fileURLToPath(import.meta.url));
const USERS = {
  'an id': "{ id: 'martin' }",
  'an id and a name': "{ id: 'martin', name: 'Martin' }",
  'a user from a variable': 'user',
};
const CALLS = {
  'new StreamVideo': (user: string, more = '') => `new StreamVideo({ apiKey: 'key', user: ${user}${more} })`,
  'StreamVideo.create': (user: string, more = '') =>
    `StreamVideo.create({ apiKey: 'key', user: ${user}${more} })`,
};

/** What the compiler says about each line of code, in full; empty where it is content. */
function complaintsAbout(lines: readonly string[]): string[] {
  const head = [
    "import { StreamVideo } from 'stream-video-auth';",
    "const user = { id: 'martin', name: 'Martin' };",
    'declare const maybe: string | undefined;',
  ];
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, files: [], include: undefined },
    ts.sys,
    folder,
  );
  const file = join(folder, 'fixture.ts');
  const host = ts.createCompilerHost(options);
  const text = [...head, ...lines].join('\n');
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists.call(host, path);
  host.getSourceFile = (path, target) =>
    path === file ? ts.createSourceFile(path, text, target) : getSourceFile.call(host, path, target);
  const program = ts.createProgram([file], options, host);
  const complaints = lines.map(() => '');
  for (const { start = 0, messageText } of program.getSemanticDiagnostics(program.getSourceFile(file))) {
    const line = text.slice(0, start).split('\n').length - 1 - head.length;
    complaints[line] += ts.flattenDiagnosticMessageText(messageText, '\n');
  }
  return complaints;
}

const cases = Object.entries(CALLS).flatMap(([call, write]) =>
  Object.entries(USERS).map(([name, user]) => ({ call, name, write, user })),
);
const complaints = complaintsAbout(
  cases.flatMap(({ write, user }) => [
    write(user),
    write(user, ', token: maybe'),
    write(user, ", token: 'token'"),
    write(user, ', tokenProvider: () => maybe ?? ""'),
  ]),
);

describe.each(cases.map((one, index) => ({ ...one, at: index * 4 })))('$call with $name', ({ at }) => {
  it('without a credential, or with a token that may be missing, is told that tokenProvider is missing', () => {
    for (const complaint of complaints.slice(at, at + 2)) {
      expect(complaint).toContain("Property 'tokenProvider' is missing");
      expect(complaint).not.toContain("Property 'type' is missing");
    }
  });

  it('with a token, or with a provider, compiles', () => {
    expect(complaints.slice(at + 2, at + 4)).toEqual(['', '']);
  });
});
