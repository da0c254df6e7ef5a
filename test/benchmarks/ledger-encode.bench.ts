/**
 * Measures how many placements a second one thread encodes, one chunk per event, commitments and event id included.
 * After `npm run build`: npx node test/benchmarks/ledger-encode.bench.ts
 */
import { hash } from 'node:crypto';
import {
  MAX_ROWS_PER_CHUNK,
  pseudonymisedRow,
  RowPseudonymised,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { commitmentsOf, encodeLedgerEvent, individualIdOf, type PlacedDecision } from '@kinledger/domain';

const ROWS = 50_000;
const cause = '0190a6f4-6c1e-7c43-9f3a-2b6f0cc904d1';
const time = '2023-10-09T09:30:00Z';
const submission = '5f0c7a1be2d94c3386f1a0b2c3d4e5f6';

const hex = (text: string) => hash('sha256', text, 'hex').slice(0, 32);
const template = RowPseudonymised.example.rows[0];
const rows = Array.from({ length: ROWS }, (_, number) =>
  pseudonymisedRow.parse({
    ...template,
    record: hex(`record ${number}`),
    rowKey: hex(`row ${number}`),
    salt: hex(`salt ${number}`),
    tokens: template?.tokens.map((occurrence) => ({
      ...occurrence,
      token: hex(`${occurrence.domain} ${number}`),
    })),
  }),
);

const placed = (chunk: readonly PseudonymisedRow[], ordinal: number) =>
  ({
    type: 'RecordsPlaced',
    data: {
      submission,
      chunk: ordinal,
      strategy: 'leap-1',
      placements: chunk.map((row) => ({
        record: row.record,
        rowKey: row.rowKey,
        role: row.role,
        individual: individualIdOf(row.record, ordinal),
        registered: true,
        rule: 'first-of-its-kind',
        commitments: commitmentsOf(row),
      })),
    },
    revision: ordinal,
    time,
    cause,
    ordinal,
  }) as PlacedDecision;

function measure(name: string, work: () => number): void {
  const rates: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 5; round++) {
    const from = performance.now();
    bytes = work();
    rates.push(ROWS / ((performance.now() - from) / 1000));
  }
  const best = Math.round(Math.max(...rates));
  console.log(
    `${name.padEnd(40)} ${best.toLocaleString('en-GB').padStart(10)}/s  ${Math.round(bytes / ROWS)} bytes each`,
  );
}

const total = (sizes: Iterable<number>) => Iterator.from(sizes).reduce((sum, size) => sum + size, 0);
const chunks = Array.from({ length: ROWS / MAX_ROWS_PER_CHUNK }, (_, chunk) =>
  rows.slice(chunk * MAX_ROWS_PER_CHUNK, (chunk + 1) * MAX_ROWS_PER_CHUNK),
);

measure('placements with commitments', () =>
  total(chunks.values().map((chunk, ordinal) => encodeLedgerEvent(placed(chunk, ordinal)).bytes.length)),
);
measure('commitments alone', () => total(rows.values().map((row) => commitmentsOf(row).body.length)));
