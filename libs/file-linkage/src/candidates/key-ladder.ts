import { rungsOf, type FieldKind } from '@kinledger/kin';

/** What a key takes of a field: a rung of its ladder, or each of its deletions. */
export interface KeyPart {
  /** Index of the field; of several, values of either count: a name in the wrong column is found. */
  readonly fields: readonly number[];
  readonly rung: { readonly from: number; readonly size: number } | 'deletions';
}

/** Records that agree on all parts of a key are compared, unless too many do. */
export interface CandidateKey {
  readonly name: string;
  readonly parts: readonly KeyPart[];
}

/** The keys of a comparison. */
export interface KeyLadder {
  /** Keys that few enough records share in a large file. */
  readonly fine: readonly CandidateKey[];
  /** Keys that find more, and that many share: for files of up to {@link COARSE_UP_TO} records. */
  readonly coarse: readonly CandidateKey[];
}

/** In larger files the coarse keys have so many holders that they cost much and add little. */
export const COARSE_UP_TO = 200_000;

/** A part as the lists below write it: kinds, joined by "|", and a rung of theirs. */
type Part = readonly [kinds: string, rung: string];

const date: Part = ['birth-date', 'whole'];
const year: Part = ['birth-date', 'year'];
const yearMonth: Part = ['birth-date', 'year-month'];
const monthDay: Part = ['birth-date', 'month-day'];
const postcode: Part = ['postcode', 'whole'];
const nickname: Part = ['given-name', 'nickname'];
const surname: Part = ['surname', 'whole'];
const firstThree: Part = ['given-name', 'first-three'];
const address: Part = ['address', 'whole'];
const houseNumber: Part = ['house-number', 'whole'];
const locality: Part = ['locality', 'whole'];
const eitherName: Part = ['given-name|surname', 'whole'];
const givenDeletions: Part = ['given-name', 'deletions'];
const surnameDeletions: Part = ['surname', 'deletions'];
const dateDeletions: Part = ['birth-date', 'deletions'];

const fine: readonly (readonly Part[])[] = [
  [['nhs-number', 'whole']],
  [['other-id', 'whole']],
  [['email', 'whole']],
  [['mobile', 'whole']],
  [date, postcode],
  [date, nickname],
  [date, surname],
  [postcode, nickname],
  [postcode, surname],
  [nickname, surname, year],
  [nickname, surname, monthDay],
  [address, postcode],
  [address, nickname],
  [address, houseNumber],
];

/** Where there is no surname, a birth date and the beginning of a name say most. */
const withoutSurname: readonly (readonly Part[])[] = [[date, firstThree, ['gender', 'whole']]];

const coarse: readonly (readonly Part[])[] = [
  [nickname, surname],
  [date],
  [
    ['surname', 'sound'],
    ['given-name', 'sound'],
  ],
  [surnameDeletions, nickname],
  [givenDeletions, surname],
  [eitherName, yearMonth],
  [eitherName, postcode],
  [eitherName, address],
  [eitherName, houseNumber, year],
  [surnameDeletions, year],
  [givenDeletions, year],
  [surnameDeletions, postcode],
  [givenDeletions, postcode],
  [surnameDeletions, locality],
  [givenDeletions, locality],
  [dateDeletions, ['surname', 'first-three']],
  [dateDeletions, firstThree],
  [dateDeletions, ['postcode', 'outward']],
  [dateDeletions, locality],
  [['surname', 'first-three'], firstThree, ['postcode', 'outward']],
  [postcode],
  [address],
  [['address', 'deletions'], houseNumber],
  [['email', 'local']],
  [['email', 'deletions']],
  [['mobile', 'deletions']],
  [['nhs-number', 'deletions']],
  [['other-id', 'deletions']],
  [['attribute', 'whole'], nickname, surname],
  [['attribute', 'whole'], eitherName, year],
];

/** The keys that can be made of these kinds of fields. A kind with several fields makes several keys. */
export function keyLadder(kinds: readonly FieldKind[]): KeyLadder {
  const keysOf = (lists: readonly (readonly Part[])[]) => lists.flatMap((parts) => keysOfParts(parts, kinds));
  return kinds.includes('surname')
    ? { fine: keysOf(fine), coarse: keysOf([...withoutSurname, ...coarse]) }
    : { fine: keysOf([...fine, ...withoutSurname]), coarse: keysOf(coarse) };
}

function keysOfParts(parts: readonly Part[], kinds: readonly FieldKind[]): readonly CandidateKey[] {
  let keys: readonly CandidateKey[] = [{ name: '', parts: [] }];
  for (const [names, rung] of parts) {
    const wanted = names.split('|');
    const fields = kinds.flatMap((kind, field) => (wanted.includes(kind) ? [field] : []));
    const choices = wanted.length > 1 ? [fields] : fields.map((field) => [field]);
    if (fields.length < wanted.length) return [];
    keys = keys.flatMap((key) =>
      choices.map((choice): CandidateKey => {
        const [first] = choice;
        const kind = kinds[first ?? 0] as FieldKind;
        return {
          name: `${key.name}${key.name === '' ? '' : ' + '}${names} ${rung}`,
          parts: [
            ...key.parts,
            { fields: choice, rung: rung === 'deletions' ? rung : rungNamed(kind, rung) },
          ],
        };
      }),
    );
  }
  return keys;
}

function rungNamed(kind: FieldKind, name: string): { readonly from: number; readonly size: number } {
  const { rungs } = rungsOf[kind] as {
    readonly rungs: Readonly<Record<string, { from: number; size: number }>>;
  };
  const found = rungs[name];
  if (found === undefined) throw new Error(`${kind} has no rung ${name}`);
  return found;
}
