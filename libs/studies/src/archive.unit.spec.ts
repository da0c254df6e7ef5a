import { createHash } from 'node:crypto';
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { writeArchive } from './archive.js';
import type { ExtractRow } from './cells.js';
import { specificationOf } from './specification.testing.js';
import { tablesOf, type ExtractTable } from './tables.js';

const specification = specificationOf({ attributes: ['gender'] });
const person = (id: string, shown: object): ExtractRow => ({
  ...{ person: id.repeat(32), role: 'child', held: ['gender'], shown, link_band: 'birth-date' },
  ...{ rows: 2, providers: 1, weight: '1.0500' },
});
const rows: Readonly<Record<string, readonly ExtractRow[]>> = {
  people: [person('a', { gender: 'F' }), person('b', {})],
};

async function* rowsOf({ name }: ExtractTable) {
  // One by one, as batches of a cursor.
  for (const row of rows[name] ?? []) yield [row];
}

async function archiveOf() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const bytes = new Response(readable).arrayBuffer();
  const written = await writeArchive({
    ...{ programme: 'Example', definition: 'd'.repeat(64), position: 42, specification, permitted: [] },
    ...{ tables: tablesOf(specification), rowsOf, to: writable },
  });
  await writable.close();
  return { written, bytes: Buffer.from(await bytes) };
}

/** The text of each file of an archive. */
async function filesIn(bytes: Buffer): Promise<ReadonlyMap<string, string>> {
  const entries = await new ZipReader(new BlobReader(new Blob([new Uint8Array(bytes)]))).getEntries();
  const files = new Map<string, string>();
  for (const entry of entries)
    if (!entry.directory)
      files.set(entry.filename, await entry.getData(new TextWriter(), { useWebWorkers: false }));
  return files;
}

describe('the archive of an extract', () => {
  it('has tables, dummy tables, codebook, documents, specification, and a manifest of all of them', async () => {
    const { written, bytes } = await archiveOf();
    const files = await filesIn(bytes);
    expect([...files.keys()]).toEqual([
      ...['people.csv', 'engagements.csv', 'outcomes.csv', 'unlinked.csv'],
      ...['dummy/people.csv', 'dummy/engagements.csv', 'dummy/outcomes.csv', 'dummy/unlinked.csv'],
      ...['codebook.csv', 'README.md', 'five-safes.md', 'specification.json', 'manifest.json'],
    ]);
    const manifest = JSON.parse(files.get('manifest.json') ?? '') as {
      readonly files: readonly { readonly file: string; readonly sha256: string; readonly rows?: number }[];
    };
    for (const { file, sha256 } of manifest.files)
      expect(
        createHash('sha256')
          .update(files.get(file) ?? '')
          .digest('hex'),
        file,
      ).toBe(sha256);
    expect(manifest.files.map(({ file }) => file)).toEqual([...files.keys()].slice(0, -1));
    expect(manifest.files[0]).toMatchObject({ file: 'people.csv', rows: 2 });
    const ofManifest = createHash('sha256')
      .update(files.get('manifest.json') ?? '')
      .digest('hex');
    expect(written).toEqual({ people: 2, manifest: ofManifest });
  });

  it('is the same bytes for the same content', async () => {
    const [one, other] = [await archiveOf(), await archiveOf()];
    expect(one.bytes.equals(other.bytes)).toBe(true);
  });

  it('describes every column in labels that statistical packages keep, and says how much of it is filled', async () => {
    const files = await filesIn((await archiveOf()).bytes);
    const codebook = parse<Record<string, string>>(files.get('codebook.csv') ?? '', { columns: true });
    expect(codebook.filter(({ table }) => table === 'people').map(({ column }) => column)).toEqual(
      parse(files.get('people.csv') ?? '')[0],
    );
    expect(codebook.find(({ table, column }) => table === 'people' && column === 'gender')).toMatchObject({
      completeness_percent: '50.0',
    });
    for (const { label } of codebook) expect(label?.length).toBeLessThanOrEqual(80);
  });

  it('has dummy tables of the same columns with other rows', async () => {
    const files = await filesIn((await archiveOf()).bytes);
    for (const { name } of tablesOf(specification)) {
      const [head, ...invented] = parse(files.get(`dummy/${name}.csv`) ?? '');
      expect(head).toEqual(parse(files.get(`${name}.csv`) ?? '')[0]);
      expect(invented.length).toBe(5);
    }
    expect(files.get('dummy/people.csv')).not.toContain('a'.repeat(32));
  });

  it('ends with the error of a query that breaks off, and no complete archive', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const read = new Response(readable).arrayBuffer();
    const breaking = async function* () {
      yield [person('a', {})];
      throw new Error('connection lost');
    };
    const written = writeArchive({
      ...{ programme: 'Example', definition: 'd'.repeat(64), position: 42, specification, permitted: [] },
      ...{ tables: tablesOf(specification), rowsOf: breaking, to: writable },
    });
    await expect(written).rejects.toThrow('connection lost');
    await writable.abort(new Error('broken off')).catch(() => undefined);
    await expect(read).rejects.toThrow();
  });
});
