import { coldStartModel, frequencyHash, NameFrequencies, type FrequencyTable } from '@kinledger/kin';
import fc from 'fast-check';
import { sha256Hex } from '../../ledger/index.js';
import { comparedFields } from '../kin-1/compared-fields.js';
import { kin1, type Kin1Settings } from '../kin-1/kin-1.js';
import type { Step } from './histories.js';
import { born, testSettings, type RowSpec } from './linkage-world.js';

/** Bands and limits that few rows with few values reach. */
export const testKin1Settings = {
  ...testSettings,
  name: 'kin-1' as const,
  model: { coldStart: 20 },
  maxHoldersPerKey: 3,
  ...{ reviewFrom: 1_000, linkFrom: 2_000, margin: 500 },
} satisfies Kin1Settings;
export const testKin1 = kin1(testKin1Settings);

/** The same, where agreement on a rare name counts for more: two of the names below are common. */
export const testKin1WithNames = (() => {
  const common = (derivation: string, value: string): [string, number] => [
    sha256Hex(`token ${derivation} ${value}`).slice(0, 32),
    5,
  ];
  const field = (derivation: string, ...values: string[]) => ({
    ...{ domain: derivation, rows: 100 },
    tokens: values.map((value) => common(derivation, value)).sort(([one], [other]) => (one < other ? -1 : 1)),
  });
  const table: FrequencyTable = {
    format: 'kin-frequencies/1',
    fields: {
      'given-name': field('given-name', 'ada', 'bob'),
      'given-name-part': field('given-name-first-three', 'ada'),
    },
  };
  const frequencies = frequencyHash(table);
  const fields = comparedFields.map(({ name, kind }) => ({ name, kind }));
  return kin1(
    {
      ...testSettings,
      name: 'kin-1',
      model: { document: { ...coldStartModel(fields, 20), frequencies } },
      maxHoldersPerKey: 3,
      ...{ reviewFrom: 1_000, linkFrom: 2_000, margin: 500 },
    },
    new NameFrequencies(frequencies, table),
  );
})();

/** One name and one place are frequent: much of what links needs both to agree. */
const names = ['ada', 'ada', 'adah', 'bo', 'bob'];
const postcodes = ['se1 1aa', 'se1 1aa', 'se1 1aa', 'se1 1ab'];

/** The whole value and its one-character deletions. */
const deletionsOf = (text: string): string[] => [
  text,
  ...Array.from(text, (_, at) => text.slice(0, at) + text.slice(at + 1)),
];

type Derived = NonNullable<RowSpec['derived']>;

/** Derived tokens and candidate keys as a pseudonymiser gives them, for a name and a postcode that a number picks. */
function derivedOf({ tokens }: RowSpec, pick: number): Derived {
  const valueOf = (domain: string) =>
    tokens.find((token) => token[0] === domain && token[1] !== 'carer')?.[2];
  const [birthDate, gender, mobile] = ['birth-date', 'gender', 'mobile'].map(valueOf);
  const name = names[pick % 6];
  const postcode = postcodes[(pick >> 3) % 5];
  const isWhole = (pick >> 6) % 2 === 1;
  const found: [string, string][] = [];
  if (name !== undefined) found.push(['given-name-first-three', name.slice(0, 3)]);
  if (name !== undefined && isWhole)
    found.push(
      ['given-name', name],
      ...deletionsOf(name).map((text): [string, string] => ['given-name-deletions', text]),
    );
  if (postcode !== undefined) found.push(['postcode', postcode], ['postcode-sector', postcode.slice(0, -2)]);
  if (mobile !== undefined) found.push(['mobile-last-six', mobile]);
  if (name !== undefined && postcode !== undefined)
    found.push(['key:first-three-postcode', `${name.slice(0, 3)} ${postcode}`]);
  if (birthDate === undefined) return found;
  // Dates b0 and b1 are of one month; b1 and b2 have day and month exchanged.
  const month = birthDate < 'b2' ? 'early' : birthDate;
  found.push(['birth-date-year-month', month]);
  found.push(['birth-date-swapped', birthDate === 'b1' || birthDate === 'b2' ? 'turned' : birthDate]);
  if (name !== undefined) found.push(['key:month-first-three', `${month} ${name.slice(0, 3)}`]);
  if (gender !== undefined) found.push(['key:birth-date-gender', `${birthDate} ${gender}`]);
  return found;
}

/** The row with derived tokens. Every other row has no identifier of its own, and most have a birth date. */
function withPartialEvidence(row: RowSpec, pick: number): RowSpec {
  const isPartial = pick % 2 !== 0;
  const tokens = row.tokens.filter(([, use]) => !isPartial || use !== 'identity');
  const isBorn = tokens.some(([domain]) => domain === 'birth-date');
  if (!isBorn && pick % 4 !== 0) tokens.push(born(`b${(pick >> 2) % 3}`));
  const spec = { ...row, tokens };
  return { ...spec, derived: derivedOf(spec, pick) };
}

/** Rows of random steps are numbered; those of stories have other names. */
const isOfStory = ({ id }: RowSpec): boolean => !id.startsWith('r');

/** The same histories, whose rows have derived tokens. In every other history the rows of stories stay as they are. */
export const withDerived = (histories: fc.Arbitrary<Step[]>): fc.Arbitrary<Step[]> =>
  fc.tuple(histories, fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 })).map(([steps, picks]) => {
    let row = 0;
    const keepsStories = (picks[0] ?? 0) % 2 === 0;
    return steps.map((step) =>
      step.kind !== 'submit'
        ? step
        : {
            ...step,
            rows: step.rows.map((spec) =>
              keepsStories && isOfStory(spec)
                ? spec
                : withPartialEvidence(spec, picks[row++ % picks.length] ?? 0),
            ),
          },
    );
  });
