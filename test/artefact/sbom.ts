// What an app gets with the package, as a bill of materials in reports/sbom.json, and under which licences.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Those that ask for no more than to be named. */
const ALLOWED = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'];

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string } }[];
}

export interface Materials {
  readonly names: readonly string[];
  /** Dependencies that the list lacks. */
  readonly missing: readonly string[];
  /** Components whose licence asks for more, or that say none. */
  readonly unusual: readonly string[];
}

/**
 * Installs the tarball alone, and lists what came with it. (In the repository `npm sbom --omit dev` leaves out what a
 * tool needs as well as the package.)
 */
export function readMaterials(root: string, tarball: string): Materials {
  const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-sbom-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"name":"app","version":"1.0.0","private":true}');
    const run = (args: string[]) => execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
    run(['install', '--no-audit', '--no-fund', '--silent', '--omit=peer', tarball]);
    const text = run(['sbom', '--sbom-format', 'cyclonedx']);
    mkdirSync(join(root, 'reports'), { recursive: true });
    writeFileSync(join(root, 'reports/sbom.json'), text);
    const { components } = JSON.parse(text) as { components: Component[] };
    const { name: own, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const names = components.map(({ name }) => name);
    return {
      names,
      missing: [own, ...Object.keys(dependencies)].filter((name) => !names.includes(name)),
      unusual: components
        .filter(({ licenses = [] }) => !licenses.some(({ license }) => ALLOWED.includes(license?.id ?? '')))
        .map(({ name, version }) => `${name}@${version}`),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
