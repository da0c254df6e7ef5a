import {
  EditedText,
  kindsWithSignatures,
  rungsOf,
  signatureOf,
  type FieldKind,
  type TextColumn,
  type ValueTable,
} from '@kinledger/kin';
import { localLength, partsOfName, rungWriters } from './rungs-of-value.js';
import { sharedBytes, sharedInts } from './shared-arrays.js';
import { decode, textOf, type Texts, type TextTable } from './text-table.js';

/** Kinds whose words are compared as if nothing stood between them. */
const joinedKinds: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'given-name',
  'surname',
  'postcode',
  'house-number',
  'address',
  'locality',
  'attribute',
]);

const SPACE = 32;

/** The distinct canonical values of a field with what the engine compares, in arrays that all threads see. */
export interface DerivedValues {
  readonly texts: Texts;
  readonly rungs: Int32Array;
  readonly width: number;
  /** By value: the number of the whole. Values whose words are parted differently share it. */
  readonly whole: Int32Array;
  /** The characters between which one edit is looked for. */
  readonly edited: TextColumn;
  /** Whether no two values share a whole. */
  readonly distinctWholes: boolean;
  /** By value, of kinds with signatures: that of its text. */
  readonly signatures?: Int32Array;
}

/** The same as the engine takes it. */
export const valueTableOf = ({ rungs, width, edited, distinctWholes }: DerivedValues): ValueTable => ({
  ...{ rungs, width, distinctWholes },
  oneEdit: new EditedText(edited),
});

/**
 * Derives the rungs of all values of a table. Names may add values to it: the parts of double names and the joined forms of
 * names of several words.
 */
export function deriveValues(kind: FieldKind, table: TextTable): DerivedValues {
  const names = kind === 'given-name' || kind === 'surname';
  const joined = joinedKinds.has(kind) ? numbersOfWholes(table) : undefined;
  const parts = names ? numbersOfParts(table) : [];
  const texts = table.texts();
  const { width, rungs: places } = rungsOf[kind];
  const rungs = sharedInts((texts.size + 1) * width);
  const write = rungWriters[kind];
  const whole = sharedInts(texts.size + 1);
  for (let value = 1; value <= texts.size; value++) {
    whole[value] = joined?.[value] ?? value;
    rungs[value * width] = whole[value] as number;
    write(texts, value, rungs, value * width);
  }
  if ('part' in places) {
    const { from, size } = places.part;
    for (const [value, numbers] of parts)
      numbers.slice(0, size).forEach((number, index) => {
        rungs[value * width + from + index] = number;
      });
  }
  const edited = editedTextOf(kind, texts);
  return {
    ...{ texts, rungs, width, whole, edited, distinctWholes: joined === undefined },
    ...(kindsWithSignatures.has(kind) ? { signatures: signaturesOf(kind, edited, texts.size) } : {}),
  };
}

/** By value of several words: the number of the same text without spaces, which may be a new value. */
function numbersOfWholes(texts: TextTable): Int32Array {
  const found: number[] = [0];
  for (let value = 1; value <= texts.size; value++) {
    const start = texts.starts[value] as number;
    const end = start + (texts.lengths[value] as number);
    let spaced = false;
    for (let at = start; at < end; at++) if (texts.bytes[at] === SPACE) spaced = true;
    found.push(spaced ? texts.numberOfText(decode(texts.bytes, start, end).replaceAll(' ', '')) : value);
  }
  return Int32Array.from(found);
}

/** The words of names of several words, and of single words those that may be a part of another name: themselves. */
function numbersOfParts(texts: TextTable): readonly (readonly [value: number, parts: readonly number[]])[] {
  const found: [number, readonly number[]][] = [];
  const before = texts.size;
  for (let value = 1; value <= before; value++) {
    const name = textOf(texts, value);
    const parts = partsOfName(name);
    if (parts.length > 0)
      found.push([value, parts.map((part) => (part === name ? value : texts.numberOfText(part)))]);
  }
  return found;
}

function editedTextOf(kind: FieldKind, { starts, lengths, bytes, size }: Texts): TextColumn {
  if (kind === 'email') {
    const localLengths = sharedInts(size + 1);
    for (let value = 1; value <= size; value++) {
      const start = starts[value] as number;
      localLengths[value] = localLength(bytes, start, start + (lengths[value] as number));
    }
    return { bytes, starts, lengths, localLengths };
  }
  if (!joinedKinds.has(kind)) return { bytes, starts, lengths };
  const joined = sharedBytes(bytes.length);
  const joinedLengths = sharedInts(size + 1);
  for (let value = 1; value <= size; value++) {
    const start = starts[value] as number;
    let length = 0;
    for (let at = start; at < start + (lengths[value] as number); at++) {
      const byte = bytes[at] as number;
      if (byte !== SPACE) joined[start + length++] = byte;
    }
    joinedLengths[value] = length;
  }
  return { bytes: joined, starts, lengths: joinedLengths };
}

const DIGITS_OF_MOBILE = 6;

function signaturesOf(
  kind: FieldKind,
  { bytes, starts, lengths, localLengths }: TextColumn,
  size: number,
): Int32Array {
  const signatures = sharedInts(size + 1);
  for (let value = 1; value <= size; value++) {
    const start = starts[value] as number;
    const end = start + ((localLengths ?? lengths)[value] as number);
    signatures[value] = signatureOf(
      bytes,
      kind === 'mobile' ? Math.max(start, end - DIGITS_OF_MOBILE) : start,
      end,
    );
  }
  return signatures;
}

/**
 * How rare each value is in a field.
 * @param counts by value: how many records have it; @param bands the shares up to which a value is in each band.
 * @returns by value, 1 (rarest) to one more than there are bands.
 */
export function raritiesOf(
  { whole }: DerivedValues,
  counts: Int32Array,
  bands: readonly number[],
): Uint8Array {
  const ofWhole = new Float64Array(whole.length);
  let present = 0;
  for (let value = 1; value < counts.length; value++) {
    const count = counts[value] as number;
    present += count;
    const number = whole[value] as number;
    ofWhole[number] = (ofWhole[number] ?? 0) + count;
  }
  const rarity = sharedBytes(whole.length);
  for (let value = 1; value < whole.length; value++) {
    const share = (ofWhole[whole[value] as number] as number) / Math.max(1, present);
    const band = bands.findIndex((most) => share <= most);
    rarity[value] = band < 0 ? bands.length + 1 : band + 1;
  }
  return rarity;
}
