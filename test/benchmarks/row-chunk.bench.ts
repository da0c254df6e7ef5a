/**
 * What a row costs as a part of a message, in µs of processor time and in bytes: as a row chunk, and as the JSON of the same
 * rows beside it. A third of the rows are registrations of people, the rest attendances.
 * After `npm run build`: npx node test/benchmarks/row-chunk.bench.ts
 */
import { hash } from 'node:crypto';
import {
  committedBytesOf,
  decodeRowChunk,
  encodeRowChunk,
  pseudonymisedRow,
  RowChunk,
  RowPseudonymised,
  type PseudonymisedRow,
  type RowChunkData,
} from '@kinledger/contracts';
import { packBytes, unpackBytes } from '@kinledger/database';
import { canonicalJson } from '@kinledger/domain';

const CHUNKS = 40;
const ROWS = 500;
const ROUNDS = 12;

const hex = (...parts: readonly (string | number)[]) => hash('sha256', parts.join(' '), 'hex').slice(0, 32);
const token = (domain: string, use: string, value: string) => ({ domain, use, token: hex(domain, value) });
const pick = (values: readonly string[], index: number) => values[index % values.length] as string;

function person(index: number) {
  const child = index % 2 === 1;
  const email = `person ${index - (index % 2)}`;
  return {
    role: child ? 'child' : 'adult',
    tokens: [
      token('nhs-number', 'identity', `nhs ${index}`),
      ...(child
        ? [token('child-key', 'identity', `${email} ${index}`), token('email', 'carer', email)]
        : [token('email', 'identity', email), token('mobile', 'identity', `mobile ${index}`)]),
      token('birth-date', 'guard', `day ${index % 9000}`),
      token('gender', 'guard', pick(['F', 'M'], index)),
    ],
    attributes: {
      gender: pick(['F', 'M'], index),
      birthMonth: `20${10 + (index % 12)}-0${1 + (index % 9)}`,
      lsoa: `E0100${3000 + ((index * 7) % 180)}`,
      ethnicity: pick(['white-british', 'black-african', 'pakistani', 'mixed', 'not-stated'], index),
      homeLanguage: pick(['english', 'urdu', 'polish'], index),
    },
    facts: { kind: 'registration', registeredOn: `2023-07-${10 + (index % 20)}` },
  };
}

const visit = (index: number) => ({
  role: 'adult',
  tokens: [token('email', 'identity', `person ${Math.floor(index / 5)}`)],
  attributes: {},
  facts: {
    kind: 'engagement',
    eventDate: `2023-07-${10 + (index % 20)}`,
    sessionKind: pick(['group', 'one-to-one', 'drop-in'], index),
    attended: index % 9 > 0,
    minutes: 30 + 15 * (index % 4),
  },
});

const chunks = Array.from({ length: CHUNKS }, (_, chunk): RowChunkData => {
  const rows = Array.from({ length: ROWS }, (_row, place) => {
    const index = chunk * ROWS + place;
    const row = chunk % 3 === 0 ? person(index) : visit(index);
    const ids = { record: hex('record', index), rowKey: hex('row', index), salt: hex('salt', index) };
    return { ...ids, ...row, derived: [], keyVersion: 1 } as unknown as PseudonymisedRow;
  });
  return { ...RowPseudonymised.schema.parse(RowPseudonymised.example), refused: [], chunk, rows };
});

/** The best of several rounds: a busy machine only ever adds. */
function measure(name: string, work: (chunk: number) => unknown): void {
  let best = Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    bytes = 0;
    const before = process.cpuUsage();
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      const made = work(chunk);
      if (made instanceof Uint8Array) bytes += made.length;
    }
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / (CHUNKS * ROWS));
  }
  const size = bytes === 0 ? '' : `${(bytes / (CHUNKS * ROWS)).toFixed(0).padStart(6)} bytes a row`;
  console.log(`${name.padEnd(46)} ${best.toFixed(2).padStart(6)} µs a row${size}`);
}

const texts = chunks.map((chunk) => Buffer.from(JSON.stringify(chunk)));
const encoded = chunks.map(encodeRowChunk);
// Copies, since what was unpacked is packed again for nothing.
const packs = { json: texts.map((text) => packBytes(text)), chunk: encoded.map((one) => packBytes(one)) };
const of = <Item>(items: readonly Item[], index: number) => items[index] as Item;

measure('JSON: written', (index) => Buffer.from(JSON.stringify(of(chunks, index))));
measure('JSON: packed', (index) => packBytes(of(texts, index)));
measure('JSON: unpacked', (index) => unpackBytes(of(packs.json, index), 1 << 20).length);
measure('JSON: read and checked', (index) => {
  const data: unknown = JSON.parse(of(texts, index).toString());
  for (const row of (data as RowChunkData).rows) pseudonymisedRow.parse(row);
});
measure('JSON: read again', (index) => JSON.parse(of(texts, index).toString()));
measure('canonical JSON of the rows', (index) => {
  for (const row of of(chunks, index).rows) canonicalJson(row);
});
measure('canonical JSON with commitments', (index) => {
  for (const { tokens, derived, keyVersion, ...body } of of(chunks, index).rows) {
    hash('sha256', canonicalJson(body), 'hex');
    hash('sha256', canonicalJson({ tokens, derived, keyVersion }), 'hex');
  }
});
measure('row chunk: written', (index) => encodeRowChunk(of(chunks, index)));
measure('row chunk: packed', (index) => packBytes(of(encoded, index)));
measure('row chunk: unpacked', (index) => unpackBytes(of(packs.chunk, index), 1 << 20).length);
measure('row chunk: read and checked', (index) => decodeRowChunk(of(encoded, index)));
measure('row chunk: read again, row by row', (index) => {
  const chunk = new RowChunk(of(encoded, index));
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) chunk.row(ordinal);
});
measure('row chunk: bodies read again', (index) => {
  const chunk = new RowChunk(of(encoded, index));
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) chunk.body(ordinal, () => undefined);
});
measure('row chunk: committed bytes of its slices', (index) => {
  const chunk = new RowChunk(of(encoded, index));
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) chunk.committedBytes(ordinal);
});
measure('row chunk: commitments of its slices', (index) => {
  const chunk = new RowChunk(of(encoded, index));
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const parts = chunk.committedBytes(ordinal);
    if (parts === undefined) continue;
    hash('sha256', parts.body, 'hex');
    hash('sha256', parts.tokens, 'hex');
  }
});
measure('row chunk: committed bytes of rows', (index) => {
  for (const row of of(chunks, index).rows) committedBytesOf(row);
});
measure('row chunk: half of its rows cut out', (index) =>
  new RowChunk(of(encoded, index)).withoutRows(Array.from({ length: ROWS / 2 }, (_, half) => half * 2)),
);
