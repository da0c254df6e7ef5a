/**
 * Measures how fast the linkage engine stages, decides, applies and recovers a ledger, in processor time and without
 * any store, and how many bytes its index takes per record. The input is one file of people, one snapshot of an
 * administrative source that matches most of their children, and one file of engagements, with shared emails, changed
 * numbers and placeholders in realistic shares. Last comes a file of a hundred rows, whose cost must not depend on the
 * size of the index.
 * After `npm run build`: npx node --expose-gc test/benchmarks/linkage-engine.bench.ts [rows …]
 */
import { hash } from 'node:crypto';
import type { DataOf, LedgerEvent, PseudonymisedRow, SubmissionReceived } from '@kinledger/contracts';
import { leap1, LinkageEngine, type Draft, type LinkageEngineOptions } from '@kinledger/domain';

const sizes = process.argv.slice(2).map(Number);
const ROWS = sizes.length > 0 ? sizes : [100_000, 300_000, 1_000_000];
const CHUNK = 500;
/** Taken together. */
const EVENTS = 10;

const options: LinkageEngineOptions = {
  strategy: leap1({
    name: 'leap-1',
    maxBirthDatesPerToken: 3,
    maxCasesPerToken: 10,
    maxHoldersPerToken: 500,
    maxChildrenPerCarerToken: 8,
  }),
  familyScopes: [{ scope: 'communication-and-language', services: ['sessions', 'people'] }],
};

const hex = (...parts: readonly (string | number)[]) => hash('sha256', parts.join(' '), 'hex').slice(0, 32);
type Tokens = PseudonymisedRow['tokens'];
const token = (domain: string, use: Tokens[number]['use'], value: string | number): Tokens[number] => ({
  domain,
  use,
  token: hex('token', domain, value) as Tokens[number]['token'],
});
/** True in `percent` of a hundred cases; always the same for the same parts. */
const chance = (percent: number, ...parts: readonly (string | number)[]) =>
  Number.parseInt(hex('chance', ...parts).slice(0, 8), 16) % 100 < percent;

/** The tokens of person `n`: two of three are children, each with a parent whom a sibling may share. */
function tokensOf(
  person: number,
  source: 'people' | 'registry' | 'sessions',
): { role: 'child' | 'adult'; tokens: Tokens } {
  const family = Math.floor(person / 3);
  const adult = person % 3 === 0;
  const email = chance(1, 'placeholder', family) ? 'none@none.com' : `family ${family}`;
  const tokens: Tokens = [];
  if (source !== 'sessions' && (source === 'registry' || chance(30, 'nhs', person))) {
    tokens.push(token('nhs-number', 'identity', person));
  }
  if (adult) {
    // Some couples share an email.
    tokens.push(token('email', 'identity', chance(3, 'couple', family) ? `family ${family - 1}` : email));
    if (source === 'people')
      tokens.push(token('mobile', 'identity', chance(2, 'recycled', person) ? family % 50 : family));
  } else {
    tokens.push(token('child-key', 'identity', person), token('email', 'carer', email));
  }
  if (source !== 'sessions')
    tokens.push(token('birth-date', 'guard', `${person % 3 === 0 ? 'old' : 'new'} ${person % 2000}`));
  return { role: adult ? 'adult' : 'child', tokens };
}

function rowOf(
  file: string,
  source: 'people' | 'registry' | 'sessions',
  row: number,
  person: number,
): PseudonymisedRow {
  const { role, tokens } = tokensOf(person, source);
  return {
    record: hex('record', file, row) as PseudonymisedRow['record'],
    rowKey: hex('row', file, row) as PseudonymisedRow['rowKey'],
    role,
    tokens,
    derived: [],
    attributes: { birthMonth: '2020-02', ethnicity: 'W1', gender: 'F', lsoa: 'E01003014' },
    facts:
      source === 'sessions'
        ? { kind: 'engagement', attended: true, eventDate: '2023-07-04', minutes: 60, sessionKind: 'group' }
        : { kind: 'registration', registeredOn: '2023-07-04' },
    keyVersion: 1,
    salt: hex('salt', file, row) as PseudonymisedRow['salt'],
  };
}

interface File {
  readonly name: string;
  readonly dataset: string;
  readonly extractKind: 'delta' | 'snapshot';
  readonly rows: number;
  readonly row: (row: number) => PseudonymisedRow;
}

const filesOf = (rows: number): File[] => {
  const people = Math.floor(rows * 0.25);
  const registry = Math.floor(rows * 0.1);
  const sessions = rows - people - registry;
  return [
    {
      name: 'people',
      dataset: 'people.user',
      extractKind: 'delta',
      rows: people,
      row: (row) => rowOf('people', 'people', row, row),
    },
    {
      name: 'registry',
      dataset: 'registry.user',
      extractKind: 'snapshot',
      rows: registry,
      row: (row) => rowOf('registry', 'registry', row, row * 3 + 1),
    },
    {
      name: 'sessions',
      dataset: 'sessions.engagement',
      extractKind: 'delta',
      rows: sessions,
      // One in twenty sessions is about a person who never registered.
      row: (row) => rowOf('sessions', 'sessions', row, (row * 7919) % Math.ceil(people * 1.05)),
    },
  ];
};

const headerOf = (
  { dataset, extractKind, rows }: File,
  period: string,
): DataOf<typeof SubmissionReceived> => ({
  programme: 'bench' as never,
  submission: hex('submission', dataset, period) as never,
  intake: 1,
  provider: 'bench' as never,
  dataset: dataset as never,
  period: period as never,
  sequence: 1,
  extractKind,
  contentHash: hex('content') + hex('content'),
  schemaHash: hex('schema') + hex('schema'),
  mapping: {},
  counts: { read: rows, accepted: rows, warned: 0, rejected: 0, duplicate: 0, consentRefused: 0 },
  findings: {},
  attestation: { by: 'bench' },
  agreement: 'bench',
  pseudonymisedAtSource: false,
  supersedes: [],
});

const commitments = { body: hex('b') + hex('b'), tokens: hex('t') + hex('t') };
const eventOf = ({ decision, rows }: Draft, revision: number): LedgerEvent =>
  ({
    type: decision.type,
    data:
      rows === null || decision.type !== 'RecordsPlaced'
        ? decision.data
        : { ...decision.data, placements: decision.data.placements.map((one) => ({ ...one, commitments })) },
    id: '00000000-0000-8000-8000-000000000000',
    version: 1,
    revision,
    time: '2023-10-09T09:30:00Z',
    cause: 'bench',
  }) as LedgerEvent; // the data still belongs to its type

/**
 * Milliseconds of processor time of this process, garbage collector threads included; other work on the machine does
 * not count.
 */
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const format = (value: number) => Math.round(value).toLocaleString('en-GB');
const megabytes = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

interface Ledger {
  readonly engine: LinkageEngine;
  revision: number;
}

/** Decides a file. The time to make its rows is not measured. */
function decide(
  ledger: Ledger,
  file: File,
  period: string,
  keep: (event: LedgerEvent, rows: readonly number[] | null) => void,
) {
  const run = ledger.engine.begin(headerOf(file, period));
  let staging = 0;
  for (let from = 0; from < file.rows; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, file.rows - from) }, (_, index) =>
      file.row(from + index),
    );
    const start = clock();
    run.beginChunk(from / CHUNK);
    for (const row of rows) run.stage(row);
    staging += clock() - start;
  }
  const start = clock();
  const drafts = run.decide(ledger.revision);
  let next = drafts.next();
  const planning = clock() - start;
  let drafting = 0;
  let applying = 0;
  let events = 0;
  while (next.done !== true) {
    const batch: Draft[] = [];
    const before = clock();
    for (; next.done !== true && batch.length < EVENTS; next = drafts.next()) batch.push(next.value);
    drafting += clock() - before;
    const made = batch.map((draft) => eventOf(draft, ledger.revision++));
    made.forEach((event, index) => keep(event, batch[index]!.rows));
    const between = clock();
    for (const event of made) ledger.engine.apply(event);
    applying += clock() - between;
    events += batch.length;
  }
  return { staging, planning, drafting, applying, events };
}

for (const total of ROWS) {
  console.log(`\n${format(total)} rows`);
  const ledger: Ledger = { engine: new LinkageEngine(options), revision: 0 };
  const kept: { event: LedgerEvent; file: File; rows: readonly number[] | null }[] = [];
  const heapBefore = megabytes();
  for (const file of filesOf(total)) {
    const { staging, planning, drafting, applying, events } = decide(
      ledger,
      file,
      '2023-24-Q1',
      (event, rows) => kept.push({ event, file, rows }),
    );
    const seconds = (staging + planning + drafting + applying) / 1000;
    console.log(
      `  ${file.name.padEnd(9)} ${format(file.rows).padStart(9)} rows, ${format(events).padStart(9)} events: ${format(file.rows / seconds).padStart(7)} rows/s` +
        ` (stage ${format(staging)} ms, plan ${format(planning)} ms, draft ${format(drafting)} ms, apply ${format(applying)} ms)`,
    );
  }
  const { records, tokens, individuals, bytes } = ledger.engine.size;
  const index = Object.values(bytes).reduce((sum, part) => sum + part, 0);
  console.log(
    `  index: ${format(records)} records, ${format(tokens)} tokens, ${format(individuals)} individuals; ${format(index / 2 ** 20)} MiB, ` +
      `${format((index - bytes.tokens) / records)} bytes a record and ${format(bytes.tokens / tokens)} a token`,
  );
  const perRecord = Object.entries(bytes).map(([part, size]) => `${part} ${format(size / records)}`);
  console.log(`  bytes a record: ${perRecord.join(', ')}`);

  const few: File = {
    name: 'few',
    dataset: 'few.user',
    extractKind: 'delta',
    rows: 100,
    row: (row) => rowOf('few', 'people', row, row * 31),
  };
  const small = decide(ledger, few, '2023-24-Q2', (event, rows) => kept.push({ event, file: few, rows }));
  console.log(
    `  100 rows more: ${(small.staging + small.planning + small.drafting + small.applying).toFixed(1)} ms, ${small.events} events`,
  );

  const rebuilt = new LinkageEngine(options);
  let rebuilding = 0;
  for (let from = 0; from < kept.length; from += EVENTS) {
    const chunk = kept.slice(from, from + EVENTS);
    const bodies = new Map(
      chunk
        .flatMap(({ file, rows }) => (rows ?? []).map((row) => file.row(row)))
        .map((row) => [row.record, row]),
    );
    const start = clock();
    for (const { event } of chunk) rebuilt.apply(event, bodies);
    rebuilding += clock() - start;
  }
  console.log(
    `  rebuild: ${format((records / rebuilding) * 1000)} records/s; heap ${format(megabytes() - heapBefore)} MiB with all events kept, ` +
      `resident ${format(process.memoryUsage().rss / 2 ** 20)} MiB`,
  );
}
