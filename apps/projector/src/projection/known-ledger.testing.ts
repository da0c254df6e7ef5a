import { canonicalBytes, sha256Hex } from '@kinledger/domain';
import { ledgerContracts, quarterFiguresExample, type PseudonymisedRow } from '@kinledger/contracts';
import {
  engagementRow,
  familyLinked,
  idOf,
  linked,
  matched,
  received,
  registered,
  related,
  setAside,
  SmallLedger,
  userRow,
} from './small-ledger.testing.js';

export interface KnownLedger {
  readonly ledger: SmallLedger;
  /** Every row that entered. */
  readonly rows: readonly PseudonymisedRow[];
}

/** A ledger that gives a row in every table, always the same byte for byte. */
export async function knownLedger(): Promise<KnownLedger> {
  const ledger = new SmallLedger();
  await ledger.open();
  const zoe = userRow('zoe', 'child', { homeLanguage: 'polish', lsoa: 'E01990001' });
  const amara = userRow('amara', 'adult', { homeLanguage: 'yoruba' });
  await ledger.append(
    [
      received('people', 'natural-thinkers.user', 1),
      registered(zoe, 'zoe', 'people'),
      registered(amara, 'amara', 'people'),
      related('zoe amara', 'carer', 'zoe', 'amara'),
      familyLinked('family', 'programme', ['zoe', 'amara'], []),
      linked('people', 2),
    ],
    [zoe, amara],
  );
  const attended = engagementRow('attended', 'child', '2023-07-04', 'group-session');
  const doubtful = engagementRow('doubtful', 'adult', '2023-07-05', 'group-session');
  const said = (name: string, facts: PseudonymisedRow['facts']): PseudonymisedRow => ({
    ...engagementRow(name, 'adult', '2023-07-06', 'group-session'),
    facts,
  });
  const facts = [
    said('outcome', {
      ...{ kind: 'outcome', eventDate: '2023-07-06' },
      measurements: [
        { instrument: 'asq-3', measure: 'communication', occasion: 'first', score: 42.5 },
        { instrument: 'asq-3', measure: 'gross-motor', occasion: 'first', score: 55 },
      ],
    }),
    said('feedback', { kind: 'feedback', eventDate: '2023-07-07', question: 'recommend', rating: 4 }),
    said('input', {
      ...{ kind: 'input', eventDate: '2023-07-08', category: 'material', item: 'books' },
      ...{ quantity: 3, unit: 'boxes' },
    }),
  ];
  await ledger.append(
    [
      received('attendance', 'natural-thinkers.engagement', 2),
      matched(attended, 'zoe', 'attendance'),
      setAside(doubtful, 'unlinkable', 'attendance'),
      ...facts.map((row) => matched(row, 'amara', 'attendance')),
      {
        type: 'LinkReferred',
        data: {
          ...{ referral: idOf('referral'), reason: 'ambiguous', rule: 'email' },
          ...{ subject: doubtful.record, candidates: [attended.record] },
        },
      },
      linked('attendance', 5),
    ],
    [attended, doubtful, ...facts],
  );
  await ledger.append([
    {
      type: 'ReviewGiven',
      data: ledgerContracts.ReviewGiven.schema.parse({
        ...{ referral: idOf('referral'), subject: doubtful.record, candidate: attended.record },
        ...{ rows: [doubtful.rowKey, attended.rowKey], answer: 'unsure' },
        ...{ reason: 'evidence-insufficient', by: 'data-team' },
      }),
    },
  ]);
  const { QuarterClosed, ReleasePublished } = ledgerContracts;
  const closed = QuarterClosed.schema.parse(QuarterClosed.example);
  await ledger.append([{ type: 'QuarterClosed', data: closed }]);
  const closing = ledger.head;
  const published = { ...quarterFiguresExample, position: ledger.head };
  const bytes = canonicalBytes(published);
  const figures = ledgerContracts.FiguresPublished.schema.parse({
    ...ledgerContracts.FiguresPublished.example,
    ...{ closing, published: sha256Hex(bytes) },
  });
  await ledger.append(
    [{ type: 'FiguresPublished', data: figures }],
    [],
    [{ digest: sha256Hex(bytes), bytes }],
  );
  const release = ReleasePublished.schema.parse({ ...ReleasePublished.example, edition: 1, closing });
  await ledger.append([{ type: 'ReleasePublished', data: release }]);
  return { ledger, rows: [zoe, amara, attended, doubtful, ...facts] };
}
