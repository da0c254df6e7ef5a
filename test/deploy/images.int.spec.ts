import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from './rendering.ts';
import { checkers, isAbsent, unless } from './tools.ts';

const run = promisify(execFile);
const linter = await checkers();
const dockerfile = join(repository, 'deploy/images/Dockerfile');

it.skipIf(isAbsent(linter))(
  `the Dockerfile has nothing that hadolint objects to${unless(linter)}`,
  async () => {
    if (isAbsent(linter)) return;
    const { stdout } = await run(linter.hadolint, ['--failure-threshold', 'style', dockerfile]);
    expect(stdout).toBe('');
  },
);

it('the Dockerfile has an image for each target, run by a fixed user that is not root', () => {
  const text = readFileSync(dockerfile, 'utf8');
  const targets = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api', 'tools'];
  for (const target of targets) {
    expect(text).toMatch(new RegExp(`^FROM (service|run) AS ${target}$`, 'm'));
    expect(text).toContain(`COPY --from=${target}-files --chown=0:0 /files /app`);
    expect(text).toContain(`assemble.mjs ${target} /files`);
  }
  expect([...text.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['65532:65532']);
});

interface BillOfMaterials {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly purl: string;
    readonly licenses?: unknown[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe('the file set of an image', () => {
  let folder: string;
  let set: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-image-'));
    set = join(folder, 'app');
    await run(process.execPath, [join(repository, 'deploy/images/assemble.mjs'), 'pseudonymiser', set]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const files = () => readdirSync(set, { recursive: true, encoding: 'utf8' });
  const installed = () =>
    new Set(
      files()
        .filter((file) =>
          /(^|\/)(node_modules\/(@[^/]+\/)?[^/]+|apps\/[^/]+|libs\/[^/]+)\/package\.json$/.test(file),
        )
        .map((file) => JSON.parse(readFileSync(join(set, file), 'utf8')) as { name: string; version: string })
        .map(({ name, version }) => `${name}@${version}`),
    );

  it('has no test, declaration, compiler, package manager or development dependency', () => {
    expect(
      files().filter((file) =>
        /^(apps|libs)\/(?!.*node_modules).*(\.spec\.|\/src\/|\.d\.ts$|tsconfig|\.tsbuildinfo)/.test(file),
      ),
    ).toEqual([]);
    const names = new Set(
      [...installed()].map((reference) => reference.slice(0, reference.lastIndexOf('@'))),
    );
    for (const tool of [
      'typescript',
      'vitest',
      'eslint',
      'nx',
      'npm',
      'node',
      'playwright-core',
      '@kinledger/test-doubles',
    ])
      expect(names.has(tool), tool).toBe(false);
  });

  it('of the restricted zone has nothing of the ledger, and no other service', () => {
    const ours = [...installed()].filter((reference) => reference.startsWith('@kinledger/'));
    expect(ours).toContain('@kinledger/pseudonymiser@0.1.0');
    for (const foreign of [
      'event-store',
      'decisions',
      'read-models',
      'linker',
      'ingest',
      'embedded-postgres',
    ])
      expect(
        ours.some((reference) => reference.startsWith(`@kinledger/${foreign}@`)),
        foreign,
      ).toBe(false);
  });

  it('lists exactly its packages in its bill of materials, each with its licence', () => {
    const bill = JSON.parse(readFileSync(join(set, 'sbom.cdx.json'), 'utf8')) as BillOfMaterials;
    expect(bill.bomFormat).toBe('CycloneDX');
    const listed = bill.components.map((component) => component['bom-ref']);
    expect(new Set(listed)).toEqual(installed());
    expect(bill.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
    const known = new Set(listed);
    for (const { dependsOn } of bill.dependencies)
      for (const reference of dependsOn) expect(known.has(reference), reference).toBe(true);
  });
});
