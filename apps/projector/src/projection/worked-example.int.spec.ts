import { createHash } from 'node:crypto';
import type { LedgerDecision, PseudonymisedRow } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { contentDigest, createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ReadModelFilling } from '../rebuild/read-model-filling.js';
import { projectLedger } from './project-ledger.js';
import {
  engagementRow,
  familyDissolved,
  familyLinked,
  idOf,
  linked,
  linkedTo,
  matched,
  placedAgain,
  received,
  registered,
  related,
  setAside,
  SmallLedger,
  STREAM,
  together,
  userRow,
} from './small-ledger.testing.js';

const users = 'natural-thinkers.user';
const sessions = 'natural-thinkers.engagement';

describe('the golden dataset of a small ledger, table by table', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;
  let client: pg.PoolClient;
  let ledger: SmallLedger;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'test' });
    client = await pool.connect();
  });
  afterAll(async () => {
    client.release();
    await pool.end();
    await databases.drop();
  });
  beforeEach(async () => {
    ledger = new SmallLedger();
    await ledger.open();
    await createReadModels(client, LIVE_SCHEMA);
  });

  const project = () =>
    projectLedger({
      ...{ store: ledger.store, stream: STREAM, client, schema: LIVE_SCHEMA },
      more: () => Promise.resolve(false),
      signal: new AbortController().signal,
    });
  /** Rows of a query, with ids in the ledger's form. */
  const rows = async (sql: string): Promise<unknown[]> => {
    const result = await client.query<Record<string, unknown>>(`SET search_path TO ${LIVE_SCHEMA}; ${sql}`);
    const [, last] = result as unknown as pg.QueryResult<Record<string, unknown>>[];
    return (last?.rows ?? []).map((row) => Object.values(row).map(plain));
  };
  const plain = (value: unknown): unknown =>
    typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
      ? value.replaceAll('-', '')
      : value;
  const records = () =>
    rows(
      `SELECT record_id, state, reason, individual_id, submission_id FROM record ORDER BY entered, record_id`,
    );
  const individuals = () =>
    rows('SELECT individual_id, role, attributes FROM individual ORDER BY registered');

  /** Expects a rebuild, which refreshes all individuals at the end, to equal the incrementally written read models. */
  async function expectARebuildToAgree(): Promise<void> {
    const live = await contentDigest(client, LIVE_SCHEMA);
    const other = await pool.connect();
    try {
      await other.query('BEGIN');
      const filling = new ReadModelFilling({
        ...{ store: ledger.store, stream: STREAM, client: other, schema: 'rebuilt' },
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      await filling.fill(await ledger.store.head(STREAM));
      expect(await contentDigest(other, 'rebuilt')).toEqual(live);
      // What was computed while it was written is what reading it gives.
      expect(await filling.digest()).toBe(live.digest);
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
  }

  it('holds a submission as received, and its outcome', async () => {
    const opening = received('s1', users, 7, '2023-24-Q2');
    const closing = linked('s1', 0);
    if (opening.type !== 'SubmissionReceived' || closing.type !== 'SubmissionLinked')
      throw new Error('in vain');
    const data: typeof opening.data = {
      ...opening.data,
      sequence: 2,
      extractKind: 'cumulative',
      attestation: { by: 'officer', onBehalfOf: 'another provider' as never },
      agreement: 'natural-thinkers-2021',
      pseudonymisedAtSource: true,
      supersedes: [idOf('s0')],
      findings: { 'date-implausible': 3 },
    };
    await ledger.append([{ type: 'SubmissionReceived', data }, closing]);
    await ledger.append([received('s2', users, 8), linked('s2', 0)]);
    await ledger.append([withdrawn('s2')]);
    await project();
    const { counts } = data;
    expect(
      await rows(`SELECT submission_id, intake, provider, dataset, period, period_start::text, sequence, extract_kind,
        attested_by, on_behalf_of, agreement, pseudonymised_at_source, supersedes, counts, findings FROM submission WHERE intake = 7`),
    ).toEqual([
      [
        ...[idOf('s1'), 7, 'provider', users, '2023-24-Q2', '2023-07-01', 2, 'cumulative'],
        ...['officer', 'another provider', 'natural-thinkers-2021', true],
        ...[[dashed(idOf('s0'))], counts, { 'date-implausible': 3 }],
      ],
    ]);
    const { outcomes } = closing.data;
    expect(
      await rows(`SELECT submission_id, state, reason, on_behalf_of, outcomes, opened::int, closed::int
        FROM submission ORDER BY intake`),
    ).toEqual([
      [idOf('s1'), 'linked', null, 'another provider', outcomes, 2, 3],
      // The outcomes from when it was linked stay.
      [idOf('s2'), 'withdrawn', 'wrong-quarter', null, outcomes, 4, 6],
    ]);
  });

  it('holds the content of each kind of row', async () => {
    const saying = (name: string, facts: PseudonymisedRow['facts'], more = {}): PseudonymisedRow => ({
      ...userRow(name, 'adult', {}),
      facts,
      ...more,
    });
    const eventDate = '2023-08-01';
    const said = [
      saying('session', {
        ...{ kind: 'engagement', eventDate, sessionKind: 'group-session', attended: true, minutes: 45 },
      }),
      saying('outcome', {
        ...{ kind: 'outcome', eventDate },
        measurements: [
          { instrument: 'asq-3', measure: 'communication', occasion: 'first', score: 42.5 },
          { instrument: 'asq-3', measure: 'gross-motor', occasion: 'first', score: 55 },
        ],
      }),
      saying('feedback', { kind: 'feedback', eventDate, question: 'overall', rating: 4 }),
      saying('second feedback', { kind: 'feedback', eventDate, question: 'staff', rating: 2 }),
      saying('input', {
        ...{ kind: 'input', eventDate, category: 'human', item: 'hours', quantity: 7.5, unit: 'hour' },
      }),
      engagementRow('no minutes', 'adult', '2023-08-02', 'group-session'),
    ];
    await ledger.append(
      [
        received('s1', sessions, 1),
        ...said.map((row) => setAside(row, 'unlinkable', 's1')),
        linked('s1', said.length),
      ],
      said,
    );
    await project();
    expect(
      await rows(`SELECT record_id, event_date::text, session_kind, attended, minutes, qualifying
      FROM engagement ORDER BY event_date`),
    ).toEqual([
      [said[0]?.record, eventDate, 'group-session', true, 45, true],
      [said[5]?.record, '2023-08-02', 'group-session', true, null, true],
    ]);
    expect(
      await rows(`SELECT record_id, event_date::text, place, instrument, measure, occasion, score
      FROM outcome ORDER BY place`),
    ).toEqual([
      [said[1]?.record, eventDate, 0, 'asq-3', 'communication', 'first', 42.5],
      [said[1]?.record, eventDate, 1, 'asq-3', 'gross-motor', 'first', 55],
    ]);
    expect(
      await rows('SELECT record_id, event_date::text, question, rating FROM feedback ORDER BY rating DESC'),
    ).toEqual([
      [said[2]?.record, eventDate, 'overall', 4],
      [said[3]?.record, eventDate, 'staff', 2],
    ]);
    expect(
      await rows('SELECT record_id, event_date::text, category, item, quantity, unit FROM input'),
    ).toEqual([[said[4]?.record, eventDate, 'human', 'hours', 7.5, 'hour']]);
    expect(await rows('SELECT DISTINCT as_of::text FROM record ORDER BY 1')).toEqual([
      [eventDate],
      ['2023-08-02'],
    ]);
    await expectARebuildToAgree();
  });

  it('holds what distinguishes the person of each row, with a number in place of the case number', async () => {
    const identity = (domain: string, use: string) => ({ domain, use, token: idOf(domain) });
    const telling = (name: string, ...tokens: readonly object[]): PseudonymisedRow => ({
      ...engagementRow(name, 'adult', '2023-08-01', 'group-session'),
      tokens: tokens as PseudonymisedRow['tokens'],
    });
    const said = [
      telling('nothing'),
      telling('NHS number', identity('nhs-number', 'identity')),
      telling('birth date', identity('birth-date', 'guard'), identity('email', 'identity')),
      telling('case number', identity('birth-date', 'guard'), identity('case-number:provider', 'local')),
      telling(
        'all',
        identity('birth-date', 'guard'),
        identity('nhs-number', 'identity'),
        identity('case-number:provider', 'local'),
      ),
    ];
    await ledger.append(
      [
        received('s1', sessions, 1),
        ...said.map((row) => setAside(row, 'unlinkable', 's1')),
        linked('s1', said.length),
      ],
      said,
    );
    await project();
    const token: string = idOf('case-number:provider');
    const digest = createHash('sha256').update(`case mark ${token}`);
    const caseMark = BigInt.asIntN(64, BigInt(`0x${digest.digest('hex').slice(0, 16)}`));
    expect(
      await rows('SELECT marks, case_mark::text, unidentified_case::text FROM record ORDER BY entered'),
    ).toEqual([
      // Without an identifier and without a case number, a row is a case of its own.
      [0, null, expect.stringMatching(/^-?\d+$/)],
      [1, null, null],
      [2, null, null],
      [0, null, caseMark.toString()],
      [3, caseMark.toString(), null],
    ]);
    await expectARebuildToAgree();
  });

  it('holds the state of each row: linked, set aside with the reason, or overtaken', async () => {
    const [mine, unlinkable, overtaken] = [
      userRow('mine', 'adult', { gender: 'F' }),
      userRow('unlinkable', 'adult', { gender: 'M' }),
      userRow('overtaken', 'adult', {}),
    ];
    await ledger.append(
      [
        received('s1', users, 1),
        registered(mine, 'amara', 's1'),
        setAside(unlinkable, 'unlinkable', 's1'),
        setAside(overtaken, 'superseded', 's1'),
        linked('s1', 3),
      ],
      [mine, unlinkable, overtaken],
    );
    await project();
    const s1 = idOf('s1');
    expect(await records()).toEqual([
      [mine.record, 'linked', null, idOf('amara'), s1],
      [unlinkable.record, 'set-aside', 'unlinkable', null, s1],
      [overtaken.record, 'retired', null, null, s1],
    ]);
    expect(await rows('SELECT record_id, attributes FROM record_attribute ORDER BY attributes')).toEqual([
      [mine.record, { gender: 'F' }],
      [unlinkable.record, { gender: 'M' }],
    ]);
    // Each row changes state: the linked one is set aside, the one set aside is overtaken, the overtaken one is linked.
    await ledger.append([
      received('s2', users, 2, '2023-24-Q3'),
      placedAgain(
        's2',
        [mine, { setAside: 'referred' }],
        [unlinkable, { setAside: 'superseded' }],
        [overtaken, { ...linkedTo('bo'), registered: true }],
      ),
      linked('s2', 3),
    ]);
    await project();
    const s2 = idOf('s2');
    expect(await records()).toEqual([
      [mine.record, 'set-aside', 'referred', null, s2],
      [unlinkable.record, 'retired', null, null, s2],
      [overtaken.record, 'linked', null, idOf('bo'), s2],
    ]);
    expect(await individuals()).toEqual([
      [idOf('amara'), 'none', {}],
      [idOf('bo'), 'adult', {}],
    ]);
    await expectARebuildToAgree();
  });

  it('gives a record the period of the highest-ranked submission that carries it', async () => {
    const row = userRow('row', 'adult', {});
    const carried = (submission: string): LedgerDecision => ({
      type: 'RecordsCarried',
      data: { submission: idOf(submission), records: [row.record] },
    });
    await ledger.append(
      [received('q2', users, 1, '2023-24-Q2'), registered(row, 'amara', 'q2'), linked('q2', 1)],
      [row],
    );
    await ledger.append([received('q1', users, 2, '2023-24-Q1'), carried('q1'), linked('q1', 1)]);
    await project();
    expect(await rows('SELECT submission_id FROM record')).toEqual([[idOf('q2')]]);
    await expectARebuildToAgree();
    await ledger.append([received('q3', users, 3, '2023-24-Q3'), carried('q3'), linked('q3', 1)]);
    await project();
    expect(await rows('SELECT submission_id FROM record')).toEqual([[idOf('q3')]]);
    await expectARebuildToAgree();
    // Of one period, the later file of the two carries the record, and the earlier one, coming last, does not.
    for (const [name, sequence] of [
      ['q3 third', 3],
      ['q3 second', 2],
    ] as const) {
      const opening = received(name, users, sequence + 1, '2023-24-Q3');
      if (opening.type !== 'SubmissionReceived') throw new Error('in vain');
      await ledger.append([
        { ...opening, data: { ...opening.data, sequence } },
        carried(name),
        linked(name, 1),
      ]);
      await project();
      expect(await rows('SELECT submission_id FROM record')).toEqual([[idOf('q3 third')]]);
      await expectARebuildToAgree();
    }
    await ledger.append([
      { type: 'CarrierChanged', data: { submission: idOf('q2'), records: [row.record] } },
      withdrawn('q3 third'),
    ]);
    await project();
    expect(await rows('SELECT submission_id FROM record')).toEqual([[idOf('q2')]]);
    await expectARebuildToAgree();
  });

  it('holds referrals, relationships and families while they exist', async () => {
    const people = ['amara', 'bo', 'cy', 'di'].map((name) => userRow(name, 'adult', {}));
    const refer = (name: string): LedgerDecision => ({
      type: 'LinkReferred',
      data: {
        ...{ referral: idOf(name), reason: 'ambiguous', rule: 'email' },
        ...{ subject: idOf('record amara'), candidates: [idOf('record bo'), idOf('record cy')] },
      },
    });
    await ledger.append(
      [
        received('s1', users, 1),
        ...people.map((row, at) => registered(row, ['amara', 'bo', 'cy', 'di'][at] as string, 's1')),
        refer('stays'),
        refer('lapses'),
        related('stays', 'carer', 'amara', 'bo'),
        related('ends', 'same-carer', 'cy', 'bo'),
        familyLinked('one', 'programme', ['amara', 'bo', 'cy'], [], true),
        familyLinked('scoped', 'communication-language', ['amara', 'bo'], [], false),
        linked('s1', 4),
      ],
      people,
    );
    await project();
    const members = () =>
      rows('SELECT scope, individual_id, family_id FROM family_member ORDER BY scope DESC, individual_id');
    const member = (scope: string, ...[name, of]: [string, string]) => [scope, idOf(name), idOf(of)];
    const inOrder = (of: unknown[][]) =>
      of.toSorted(([a, x], [b, y]) =>
        a === b ? (String(x) < String(y) ? -1 : 1) : String(a) < String(b) ? 1 : -1,
      );
    expect(await members()).toEqual(
      inOrder([
        ...['amara', 'bo', 'cy'].map((name) => member('programme', name, 'one')),
        ...['amara', 'bo'].map((name) => member('communication-language', name, 'scoped')),
      ]),
    );
    expect(await rows('SELECT family_id, scope, review FROM family ORDER BY scope DESC')).toEqual([
      [idOf('one'), 'programme', true],
      [idOf('scoped'), 'communication-language', false],
    ]);
    expect(await rows('SELECT reason, rule, subject, candidates FROM referral WHERE referred > 5')).toEqual(
      Array.from({ length: 2 }, () => [
        ...['ambiguous', 'email', idOf('record amara')],
        [dashed(idOf('record bo')), dashed(idOf('record cy'))],
      ]),
    );
    await ledger.append([
      received('s2', users, 2, '2023-24-Q3'),
      { type: 'LinkReferralLapsed', data: { referral: idOf('lapses') } },
      { type: 'RelationshipsEnded', data: { relationships: [idOf('ends')] } },
      familyDissolved('scoped', 'communication-language'),
      // Cy leaves, Di joins; the family needs no review any more.
      familyLinked('one', 'programme', ['di'], ['cy'], false),
      linked('s2', 0),
    ]);
    await project();
    expect(await members()).toEqual(
      inOrder(['amara', 'bo', 'di'].map((name) => member('programme', name, 'one'))),
    );
    expect(await rows('SELECT family_id, review FROM family')).toEqual([[idOf('one'), false]]);
    expect(await rows('SELECT referral_id FROM referral')).toEqual([[idOf('stays')]]);
    expect(await rows('SELECT relationship_id, kind, child_id, other_id, domain FROM relationship')).toEqual([
      [idOf('stays'), 'carer', idOf('amara'), idOf('bo'), 'email'],
    ]);
    // An individual that joins another family leaves the first.
    await ledger.append([
      received('s3', users, 3, '2023-24-Q4'),
      familyLinked('two', 'programme', ['amara', 'cy'], [], false),
      linked('s3', 0),
    ]);
    await project();
    expect(await members()).toEqual(
      inOrder([
        ...['bo', 'di'].map((name) => member('programme', name, 'one')),
        ...['amara', 'cy'].map((name) => member('programme', name, 'two')),
      ]),
    );
    await expectARebuildToAgree();
  });

  it('moves records and attributes when individuals merge in a chain and split again', async () => {
    const [a, b, c] = [
      userRow('a', 'adult', { gender: 'F' }, '2023-07-01'),
      userRow('b', 'adult', { homeLanguage: 'yoruba' }, '2023-07-02'),
      userRow('c', 'adult', { disability: 'no' }, '2023-07-03'),
    ];
    await ledger.append(
      [
        received('s1', users, 1),
        registered(a, 'amara', 's1'),
        registered(b, 'bo', 's1'),
        registered(c, 'cy', 's1'),
        linked('s1', 3),
      ],
      [a, b, c],
    );
    await project();
    const merge = (individual: string, absorbed: string): LedgerDecision => ({
      type: 'IndividualsMerged',
      data: {
        ...{ individual: idOf(individual), absorbed: idOf(absorbed) },
        decision: { strategy: 'leap-1', rule: 'email' },
      },
    });
    await ledger.append([
      received('s2', users, 2, '2023-24-Q3'),
      merge('bo', 'cy'),
      merge('amara', 'bo'),
      linked('s2', 0),
    ]);
    await project();
    expect(
      await rows('SELECT individual_id, attributes, forwarded_to FROM individual ORDER BY registered'),
    ).toEqual([
      [idOf('amara'), { gender: 'F', homeLanguage: 'yoruba', disability: 'no' }, null],
      [idOf('bo'), {}, idOf('amara')],
      [idOf('cy'), {}, idOf('bo')],
    ]);
    const split = (into: string, isNew: boolean, row: PseudonymisedRow): LedgerDecision => ({
      type: 'IndividualSplit',
      data: {
        ...{
          individual: idOf('amara'),
          into: idOf(into),
          registered: isNew,
          role: 'adult',
          strategy: 'leap-1',
        },
        records: [row.record],
      },
    });
    const d = userRow('d', 'adult', {});
    await ledger.append(
      [
        received('s3', users, 3, '2023-24-Q4'),
        split('bo again', true, b),
        split('bo again', false, c),
        registered(d, 'di', 's3'),
        linked('s3', 1),
      ],
      [d],
    );
    await project();
    expect(
      await rows(
        'SELECT individual_id, attributes FROM individual WHERE role <> $$none$$ ORDER BY registered',
      ),
    ).toEqual([
      [idOf('amara'), { gender: 'F' }],
      [idOf('bo again'), { homeLanguage: 'yoruba', disability: 'no' }],
      [idOf('di'), {}],
    ]);
    await expectARebuildToAgree();
  });

  it('moves what a record says with it when it is retired, revived in another individual, and merged', async () => {
    const [a, b, c, d] = [
      userRow('a', 'adult', { gender: 'F' }),
      userRow('b', 'adult', { homeLanguage: 'yoruba' }),
      userRow('c', 'adult', { disability: 'no' }),
      userRow('d', 'adult', { ethnicity: 'any-other-group' }),
    ];
    // One event places several records, and their bodies come in another order.
    await ledger.append(
      [
        received('s1', users, 1),
        together(
          registered(a, 'amara', 's1'),
          registered(b, 'bo', 's1'),
          matched(c, 'amara', 's1'),
          matched(d, 'amara', 's1'),
        ),
        linked('s1', 4),
      ],
      [d, b, c, a],
    );
    const step = async (events: readonly LedgerDecision[], amara: object, bo: object) => {
      if (events.length > 0) await ledger.append(events);
      await project();
      expect(await individuals()).toEqual([
        [idOf('amara'), 'adult', amara],
        [idOf('bo'), Object.keys(bo).length === 0 ? 'none' : 'adult', bo],
      ]);
      await expectARebuildToAgree();
    };
    const ethnicity = 'any-other-group';
    await step([], { gender: 'F', disability: 'no', ethnicity }, { homeLanguage: 'yoruba' });
    await step(
      [
        received('s2', users, 2, '2023-24-Q3'),
        { type: 'RecordsRetired', data: { submission: idOf('s2'), reason: 'replaced', records: [c.record] } },
        linked('s2', 0),
      ],
      { gender: 'F', ethnicity },
      { homeLanguage: 'yoruba' },
    );
    await step(
      [
        received('s3', users, 3, '2023-24-Q4'),
        placedAgain('s3', [c, linkedTo('bo')], [d, linkedTo('bo')]),
        linked('s3', 2),
      ],
      { gender: 'F' },
      { homeLanguage: 'yoruba', disability: 'no', ethnicity },
    );
    await step(
      [
        received('s4', users, 4, '2024-25-Q1'),
        {
          type: 'IndividualsMerged',
          data: {
            ...{ individual: idOf('amara'), absorbed: idOf('bo') },
            decision: { strategy: 'leap-1', rule: 'email' },
          },
        },
        linked('s4', 0),
      ],
      { gender: 'F', homeLanguage: 'yoruba', disability: 'no', ethnicity },
      {},
    );
  });

  it('gives an individual with only facts the role of the first-ranked fact, and shows no area for a protected address', async () => {
    const said = { lsoa: 'E01990001', addressProtected: 'yes', gender: 'F' };
    const hidden = userRow('hidden', 'adult', said, '2023-09-01');
    const [early, late] = [
      engagementRow('early', 'adult', '2023-07-01', 'group-session'),
      engagementRow('late', 'child', '2023-08-01', 'group-session'),
    ];
    await ledger.append(
      [received('s1', users, 1), registered(hidden, 'hidden', 's1'), linked('s1', 1)],
      [hidden],
    );
    await ledger.append(
      [
        received('s2', sessions, 2),
        registered(early, 'visitor', 's2'),
        matched(late, 'visitor', 's2'),
        linked('s2', 2),
      ],
      [early, late],
    );
    await project();
    expect(await individuals()).toEqual([
      [idOf('hidden'), 'adult', { addressProtected: 'yes', gender: 'F' }],
      [idOf('visitor'), 'child', {}],
    ]);
    // A retired fact no longer counts.
    await ledger.append([
      {
        type: 'RecordsRetired',
        data: { submission: idOf('s2'), reason: 'withdrawn', records: [late.record] },
      },
      withdrawn('s2'),
    ]);
    await project();
    expect(await individuals()).toContainEqual([idOf('visitor'), 'adult', {}]);
    await expectARebuildToAgree();
  });

  it('gives an individual the role of a person record without attributes, whatever later facts say', async () => {
    const [person, session] = [
      userRow('person', 'adult', {}, '2023-07-01'),
      engagementRow('session', 'child', '2023-08-01', 'group-session'),
    ];
    await ledger.append(
      [received('s1', users, 1), registered(person, 'amara', 's1'), linked('s1', 1)],
      [person],
    );
    await ledger.append(
      [received('s2', sessions, 2), matched(session, 'amara', 's2'), linked('s2', 1)],
      [session],
    );
    await project();
    expect(await individuals()).toEqual([[idOf('amara'), 'adult', {}]]);
    await expectARebuildToAgree();
  });

  it.each<['child' | 'adult', 'child' | 'adult']>([
    ['child', 'adult'],
    ['adult', 'child'],
  ])('updates the role if one of several new facts changes it: %s, then %s', async (...roles) => {
    const fact = (name: string, role: 'child' | 'adult', day: string) =>
      engagementRow(name, role, day, 'group-session');
    const first = fact('first', 'adult', '2023-07-01');
    // The child’s is the latest, wherever it stands in the file.
    const further = roles.map((role) =>
      role === 'child' ? fact('latest', role, '2023-08-02') : fact('later', role, '2023-08-01'),
    );
    await ledger.append(
      [received('s1', sessions, 1), registered(first, 'visitor', 's1'), linked('s1', 1)],
      [first],
    );
    await project();
    await ledger.append(
      [
        received('s2', sessions, 2, '2023-24-Q3'),
        ...further.map((row) => matched(row, 'visitor', 's2')),
        linked('s2', 2),
      ],
      further,
    );
    await project();
    expect(await individuals()).toEqual([[idOf('visitor'), 'child', {}]]);
    await expectARebuildToAgree();
  });
});

const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const withdrawn = (submission: string): LedgerDecision => ({
  type: 'SubmissionWithdrawn',
  data: {
    ...{ submission: idOf(submission), intake: 99, reason: 'wrong-quarter', by: 'data-team' },
    ...{ retired: 0, revived: 0 },
  },
});
