interface Stated {
  /** That of package.json. */
  readonly version: string;
  readonly changelog: string;
  /** The module that tells the client its version. */
  readonly source: string;
}

/** What keeps a tag from being released: tag, package, client and changelog must say the same. */
export function releaseProblems(tag: string, { version, changelog, source }: Stated): string[] {
  const heading = changelog.split('\n').find((line) => line.startsWith('## '));
  return [
    ...(/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag) ? [] : [`the tag '${tag}' is no version`]),
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, package.json says ${version}`]),
    ...(source.includes(`'${version}'`) ? [] : [`src/client/version.ts does not say ${version}`]),
    ...(heading !== undefined &&
    new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)`).test(heading)
      ? []
      : [`CHANGELOG.md begins with '${heading}', not with ${version} and its date`]),
  ];
}
