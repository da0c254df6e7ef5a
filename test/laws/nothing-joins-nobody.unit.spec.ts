import { fileURLToPath } from 'node:url';
import type { SubmissionId } from '@kinledger/contracts';
import {
  digestOf,
  digestOpLeap1,
  noConstraints,
  strategyOf,
  noValueSpellings,
  partition,
  placeholders,
  quarter,
  type LinkageRecord,
  type PlaceholderKind,
} from '@kinledger/domain';
import { plausibility, readProgramme, type Dataset } from '@kinledger/programme';
import { mapHeader, RowValidator } from '@kinledger/intake-files';
import { HmacSha256, marksOf, nodeHashing } from '@kinledger/pseudonymisation';
import { FileRows, noRows, SaltedDigests, TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownSalts } from '../../apps/ingest/dist/salt/known-salts.js';

const SALT = 'mackerel-of-the-sea';
const programme = await readProgramme(fileURLToPath(new URL('../../programmes/leap', import.meta.url)));
const postcodes = await programme.postcodeLookup();
const salts = new KnownSalts([marksOf(SALT)]);
const keys: Keys = {
  hashing: nodeHashing,
  tokens: new TokenKeys(1, () => [new HmacSha256(Buffer.alloc(32, 3))]),
  digests: new SaltedDigests(nodeHashing.sha256, SALT),
  rowKeyHash: new HmacSha256(Buffer.alloc(32, 1)),
  recordIdHash: new HmacSha256(Buffer.alloc(32, 2)),
};
const clear = datasetOf('baby-steps.user');
const atSource = datasetOf('dv-enhanced-caseworkers.user');

function datasetOf(id: string): Dataset {
  const dataset = programme.dataset(id);
  if (dataset === undefined) throw new Error(`the programme has no dataset ${id}`);
  return dataset;
}

/** The content of a cell: the person's own value, or one of the many spellings of "no value". */
type Cell = 'own' | { readonly nothing: string };
interface Person {
  readonly role: 'adult' | 'child';
  readonly cells: Readonly<Record<Kind, Cell>>;
}
type Kind = 'nhs-number' | 'email' | 'mobile' | 'birth-date' | 'child-key';

const typed = (texts: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom('as it is', 'in capitals', 'with a capital'))
    .map(([text, letters]): Cell => ({
      nothing:
        letters === 'as it is'
          ? text
          : letters === 'in capitals'
            ? text.toUpperCase()
            : text.slice(0, 1).toUpperCase() + text.slice(1),
    }));
const nothingOf = (kind: Kind) =>
  kind === 'child-key'
    ? typed(noValueSpellings)
    : fc.oneof(typed(noValueSpellings), typed(placeholders[kind satisfies PlaceholderKind]));
const cellOf = (kind: Kind) =>
  fc.oneof({ arbitrary: fc.constant<Cell>('own'), weight: 1 }, { arbitrary: nothingOf(kind), weight: 3 });
const person: fc.Arbitrary<Person> = fc.record({
  role: fc.constantFrom('adult', 'child'),
  cells: fc.record({
    'nhs-number': cellOf('nhs-number'),
    email: cellOf('email'),
    mobile: cellOf('mobile'),
    'birth-date': cellOf('birth-date'),
    'child-key': cellOf('child-key'),
  }),
});

/** A number of the range reserved for tests, with its check digit; different for each person. */
function nhsNumberOf(n: number): string {
  const digits = `999${String(n).padStart(6, '0')}`;
  const sum = Array.from(digits).reduce((total, digit, place) => total + Number(digit) * (10 - place), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? nhsNumberOf(n + 500) : `${digits}${check}`;
}

const day = (n: number) => String((n % 28) + 1).padStart(2, '0');

/** A person's row by field name, in clear or digested as a program at source would. */
function rowOf({ role, cells }: Person, n: number, form: 'clear' | 'digests'): Record<string, string> {
  const own: Record<Kind, string> = {
    'nhs-number': nhsNumberOf(n),
    email: `someone${n}@example.org`,
    mobile: `0770090${String(n).padStart(4, '0')}`,
    'birth-date': form === 'clear' ? `2019-06-${day(n)}` : `${day(n)}.06.2019`,
    'child-key': `someone${n}@example.org${day(n)}.06.2019AbaFemale`,
  };
  const adultsBirth = form === 'clear' ? `1988-06-${day(n)}` : `${day(n)}.06.1988`;
  const text = (kind: Kind) => {
    const cell = cells[kind];
    if (cell !== 'own') return cell.nothing;
    return kind === 'birth-date' && role === 'adult' ? adultsBirth : own[kind];
  };
  const written = (kind: Kind) =>
    form === 'clear' ? text(kind) : digestOpLeap1({ Value: text(kind) }, SALT);
  const common = {
    participant_type: role,
    nhs_number: written('nhs-number'),
    email: role === 'adult' ? written('email') : '',
    carer_email: role === 'child' ? written('email') : '',
    contact_number: written('mobile'),
    date_of_birth: written('birth-date'),
    gender: 'Female',
  };
  return form === 'clear'
    ? {
        ...common,
        case_number: `BS${n}`,
        first_name: 'Abawi',
        postcode: 'ZZ1 1AA',
        date_registered: '2023-08-01',
        consent_given: 'Yes',
      }
    : {
        ...common,
        case_number: digestOf('case-number', `DV${n}` as never, SALT),
        child_key: role === 'child' ? written('child-key') : '',
        birth_month: role === 'child' ? '2019-06' : '1988-06',
        lsoa: 'E01003014',
        date_registered: '2023-08-01',
      };
}

/** The rows after ingest and pseudonymiser, each with the number of its person. */
function through(
  dataset: Dataset,
  rows: readonly Record<string, string>[],
): (LinkageRecord & { who: number })[] {
  const titles = dataset.schema.fields.map(({ name }) => name);
  const validator = new RowValidator(dataset, mapHeader(dataset.schema, titles), {
    headerLength: titles.length,
    dates: {
      today: '2023-12-01',
      period: quarter(2023, 2),
      holdsEarlierRows: dataset.extractKind !== 'delta',
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 1000 },
    sha256: nodeHashing.sha256,
    synthetic: true,
    salts,
  });
  const { provider } = dataset.serviceDefinition;
  const file = { submission: (dataset === clear ? 'c' : 'd').repeat(32) as SubmissionId, provider, dataset };
  const pseudonymised = new FileRows(keys, { ...file, seed: Buffer.alloc(32, 4) }, postcodes);
  return rows.flatMap((cells, who) => {
    const { outcome, values } = validator.validate(
      titles.map((title) => cells[title] ?? ''),
      who + 2,
    );
    if (outcome !== 'accepted' && outcome !== 'warned') return [];
    const { rowKey, role, tokens } = pseudonymised.pseudonymise([who + 2, values], noRows());
    return [{ rowKey, role, tokens, kind: 'person' as const, dataset: dataset.id, who }];
  });
}

describe('spellings of "no value"', () => {
  it('link no two people, from the second row on, in clear or as digests', () => {
    let kept = 0;
    fc.assert(
      fc.property(fc.array(person, { minLength: 2, maxLength: 6 }), (people) => {
        const records = [
          ...through(
            clear,
            people.map((one, n) => rowOf(one, n, 'clear')),
          ),
          ...through(
            atSource,
            people.map((one, n) => rowOf(one, n, 'digests')),
          ),
        ];
        kept += records.length;
        const holders = new Map<string, number>();
        for (const { tokens, who } of records)
          for (const { domain, use, token } of tokens) {
            if (use === 'guard') continue;
            const key = `${domain} ${token}`;
            expect(holders.get(key) ?? who).toBe(who);
            holders.set(key, who);
          }
        const whose = new Map(records.map(({ rowKey, who }) => [rowKey, who]));
        const { groups } = partition(records, noConstraints, strategyOf(programme.definition.strategy));
        for (const { persons } of groups) expect(new Set(persons.map((key) => whose.get(key))).size).toBe(1);
      }),
      { numRuns: 300 },
    );
    // Most rows are accepted: a missing value rejects a row only if the dataset says so.
    expect(kept).toBeGreaterThan(1500);
  });
});
