import type { LedgerDecision, PseudonymisedRow } from '@kinledger/contracts';
import { markedBodiesIn } from '@kinledger/read-models';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ledgerPages } from './ledger-pages.js';
import { readModelFiller } from './read-model-writer.js';
import { ReadModelsUnderTest } from './read-models-under-test.testing.js';
import {
  idOf,
  linked,
  linkedTo,
  matched,
  placedAgain,
  received,
  registered,
  segmentOf,
  STREAM,
  userRow,
} from './small-ledger.testing.js';

const users = 'natural-thinkers.user';
const amara = userRow('amara', 'adult', {});
const bo = userRow('bo', 'adult', {});
const bodiesOf = (...rows: readonly PseudonymisedRow[]) => markedBodiesIn(segmentOf(0, rows).bytes);

interface Damage {
  readonly what: string;
  readonly events: readonly LedgerDecision[];
  /** What a rebuild says, and what the live projection says where it sees the damage. */
  readonly rebuild: string;
  readonly live?: string;
}
const damages: readonly Damage[] = [
  {
    what: 'places a record outside the decision of its submission',
    events: [registered(amara, 'amara', 's1'), linked('s1', 1)],
    rebuild: 'a record enters the ledger outside the decision of its submission',
    live: 'a record enters the ledger outside the decision of its submission',
  },
  {
    what: 'names an individual that nothing registered',
    events: [received('s1', users, 1), matched(amara, 'nobody', 's1'), linked('s1', 1)],
    rebuild: 'the ledger names an unregistered individual',
    live: 'numbered_individual has no row of an id that the ledger names',
  },
  {
    what: 'has a submission of a dataset that no definition has',
    events: [
      received('s1', 'natural-thinkers.unheard-of', 1),
      registered(amara, 'amara', 's1'),
      linked('s1', 1),
    ],
    rebuild: 'dataset natural-thinkers.unheard-of was never in the programme definition',
    live: 'dataset natural-thinkers.unheard-of is not in the programme definition',
  },
  {
    what: 'lets a record enter twice',
    events: [
      received('s1', users, 1),
      registered(amara, 'amara', 's1'),
      matched(amara, 'amara', 's1'),
      linked('s1', 2),
    ],
    rebuild: 'a record enters the ledger twice',
  },
  {
    what: 'places a record again that never entered',
    events: [
      received('s1', users, 1),
      registered(amara, 'amara', 's1'),
      placedAgain('s1', [bo, linkedTo('amara')]),
      linked('s1', 2),
    ],
    rebuild: 'the ledger names a record that has not entered it',
  },
];

describe('a damaged ledger', () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  it.each(damages.map((damage) => [damage.what, damage] as const))(
    'stops a rebuild where it %s',
    async (_, { events, rebuild, live }) => {
      const ledger = await readModels.openSmall();
      await ledger.append(events, [amara]);
      await expect(readModels.rebuild(ledger)).rejects.toThrow(rebuild);
      if (live !== undefined) await expect(readModels.project(ledger)).rejects.toThrow(live);
    },
  );

  it('stops a rebuild where the body of a record is missing, and names the record by its number', async () => {
    const ledger = await readModels.openSmall();
    await ledger.append(
      [
        received('s1', users, 1),
        registered(bo, 'bo', 's1'),
        registered(amara, 'amara', 's1'),
        linked('s1', 2),
      ],
      [bo],
    );
    await expect(readModels.rebuild(ledger)).rejects.toThrow('the body of record number 2 is missing');
  });

  it('stops a rebuild where a body comes after those of later records', async () => {
    const ledger = await readModels.openSmall();
    await ledger.append(
      [
        received('s1', users, 1),
        registered(bo, 'bo', 's1'),
        registered(amara, 'amara', 's1'),
        linked('s1', 2),
      ],
      [bo, amara],
    );
    const { client } = readModels;
    const filler = readModelFiller({ store: ledger.store, stream: STREAM, client, schema: 'golden' });
    await client.query('BEGIN');
    try {
      await filler.begin();
      const upTo = await ledger.store.head(STREAM);
      for await (const page of ledgerPages({
        ...{ store: ledger.store, stream: STREAM, from: 0, upTo, withBodies: false },
      }))
        for (const { event } of page) await filler.take(event);
      await filler.readyForBodies();
      // Of one segment, in any order.
      await filler.takeBodies(bodiesOf(amara, bo));
      await expect(filler.takeBodies(bodiesOf(bo))).rejects.toThrow('a body comes out of the order of entry');
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('is told apart from a whole one, whose records entered as they should', async () => {
    const ledger = await readModels.openSmall();
    await ledger.append(
      [received('s1', users, 1), registered(amara, 'amara', 's1'), linked('s1', 1)],
      [amara],
    );
    await readModels.project(ledger);
    await readModels.expectARebuildToAgree(ledger);
    const { rows } = await readModels.client.query(
      `SELECT replace(individual_id::text, '-', '') AS id FROM golden.individual`,
    );
    expect(rows).toEqual([{ id: idOf('amara') }]);
  });
});
