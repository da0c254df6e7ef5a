import type { DefinitionDocument } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ReadModelsUnderTest } from './read-models-under-test.testing.js';
import {
  engagementRow,
  idOf,
  linked,
  matched,
  received,
  registered,
  setAside,
  STREAM,
  userRow,
  type SmallLedger,
} from './small-ledger.testing.js';

// First in LEAP’s authority order, and outside it.
const FIRST = 'health-visiting.user';
const OUTSIDE = 'natural-thinkers.user';
const SESSIONS = 'natural-thinkers.engagement';

const withAuthority =
  (...datasets: readonly string[]) =>
  (document: DefinitionDocument): DefinitionDocument => ({
    ...document,
    definition: { ...document.definition, authority: datasets as never },
  });
const without =
  (dataset: string) =>
  (document: DefinitionDocument): DefinitionDocument => ({
    ...document,
    definition: {
      ...document.definition,
      authority: document.definition.authority.filter((id) => id !== dataset),
      datasets: document.definition.datasets.filter(({ id }) => id !== dataset),
    },
  });
const withSessionKinds =
  (...kinds: readonly string[]) =>
  (document: DefinitionDocument): DefinitionDocument => ({
    ...document,
    schemas: Object.fromEntries(
      Object.entries(document.schemas).map(([file, schema]) => [
        file,
        { ...schema, 'x-kinledger': { ...schema['x-kinledger'], sessionKinds: [...kinds] } },
      ]),
    ),
  });

describe('the golden dataset under another definition of the programme', () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  const individuals = async () =>
    (
      await readModels.client.query<{ id: string; role: string; attributes: object }>(
        `SELECT replace(individual_id::text, '-', '') AS id, role, attributes FROM golden.individual ORDER BY registered`,
      )
    ).rows;
  const shown = (name: string, role: string, attributes: object) => ({ id: idOf(name), role, attributes });

  /** Amara is in both datasets, the later record outside the authority order; Bo is in that dataset alone. */
  async function people(): Promise<{ readonly ledger: SmallLedger; readonly afterFirst: number }> {
    const ledger = await readModels.openSmall();
    const visited = userRow('visited', 'adult', { homeLanguage: 'yoruba' }, '2023-07-01');
    const joined = userRow('joined', 'child', { homeLanguage: 'twi', gender: 'F' }, '2023-08-01');
    const bo = userRow('bo', 'adult', { homeLanguage: 'welsh' });
    await ledger.append(
      [received('s1', FIRST, 1), registered(visited, 'amara', 's1'), linked('s1', 1)],
      [visited],
    );
    const afterFirst = await ledger.store.head(STREAM);
    await ledger.append(
      [
        received('s2', OUTSIDE, 2),
        matched(joined, 'amara', 's2'),
        registered(bo, 'bo', 's2'),
        linked('s2', 2),
      ],
      [joined, bo],
    );
    await readModels.project(ledger);
    expect(await individuals()).toEqual([
      shown('amara', 'adult', { homeLanguage: 'yoruba', gender: 'F' }),
      shown('bo', 'adult', { homeLanguage: 'welsh' }),
    ]);
    return { ledger, afterFirst };
  }

  it('follows the new authority order', async () => {
    const { ledger, afterFirst } = await people();
    await ledger.define(withAuthority(OUTSIDE));
    await readModels.project(ledger);
    expect(await individuals()).toEqual([
      shown('amara', 'child', { homeLanguage: 'twi', gender: 'F' }),
      shown('bo', 'adult', { homeLanguage: 'welsh' }),
    ]);
    await readModels.expectARebuildToAgree(ledger);
    await readModels.expectARebuildToAgree(ledger, afterFirst);
  });

  it('takes nothing from records of a dataset that the programme has no more, until it has it again', async () => {
    const { ledger } = await people();
    await ledger.define(without(OUTSIDE));
    await readModels.project(ledger);
    expect(await individuals()).toEqual([
      shown('amara', 'adult', { homeLanguage: 'yoruba' }),
      shown('bo', 'none', {}),
    ]);
    await readModels.expectARebuildToAgree(ledger);
    await ledger.define((document) => document);
    await readModels.project(ledger);
    expect(await individuals()).toEqual([
      shown('amara', 'adult', { homeLanguage: 'yoruba', gender: 'F' }),
      shown('bo', 'adult', { homeLanguage: 'welsh' }),
    ]);
    await readModels.expectARebuildToAgree(ledger);
  });

  it('remembers each dataset that a definition calls sensitive, under later ones that do not', async () => {
    const { ledger } = await people();
    const known = async () =>
      (
        await readModels.client.query<{ dataset: string }>('SELECT dataset FROM golden.sensitive_dataset')
      ).rows.map(({ dataset }) => dataset);
    const before = await known();
    expect(before).not.toContain(OUTSIDE);
    await ledger.define((document) => ({
      ...document,
      definition: {
        ...document.definition,
        datasets: document.definition.datasets.map((dataset) => ({
          ...dataset,
          sensitive: dataset.sensitive === true || dataset.id === OUTSIDE,
        })),
      },
    }));
    await ledger.define((document) => document);
    await readModels.project(ledger);
    expect(new Set(await known())).toEqual(new Set([...before, OUTSIDE]));
    await readModels.expectARebuildToAgree(ledger);
  });

  it('counts attended sessions of the kinds that qualify now, those of before too', async () => {
    const ledger = await readModels.openSmall();
    const day = '2023-08-01';
    const session = (name: string, kind: string, attended: boolean) =>
      engagementRow(name, 'adult', day, kind, attended);
    const enter = async (submission: string, intake: number, names: readonly string[]) => {
      const rows = names.flatMap((name) =>
        ['group-session', 'peer-call'].flatMap((kind) =>
          [true, false].map((attended) => session(`${name} ${kind} ${attended}`, kind, attended)),
        ),
      );
      await ledger.append(
        [
          received(submission, SESSIONS, intake),
          ...rows.map((row) => setAside(row, 'unlinkable', submission)),
          linked(submission, rows.length),
        ],
        rows,
      );
      await readModels.project(ledger);
    };
    const qualifying = async () =>
      (
        await readModels.client.query<{ session: string }>(
          `SELECT DISTINCT session_kind || ' ' || attended || ' ' || qualifying AS session FROM golden.engagement ORDER BY 1`,
        )
      ).rows.map(({ session: line }) => line);
    await ledger.define(withSessionKinds('group-session'));
    await enter('s1', 1, ['before']);
    expect(await qualifying()).toEqual([
      'group-session false false',
      'group-session true true',
      'peer-call false false',
      'peer-call true false',
    ]);
    await ledger.define(withSessionKinds('peer-call'));
    await readModels.project(ledger);
    const now = [
      'group-session false false',
      'group-session true false',
      'peer-call false false',
      'peer-call true true',
    ];
    expect(await qualifying()).toEqual(now);
    await enter('s2', 2, ['after']);
    expect(await qualifying()).toEqual(now);
    await readModels.expectARebuildToAgree(ledger);
  });
});
