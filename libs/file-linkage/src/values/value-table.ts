import { EditedText, rungsOf, type FieldKind, type ValueTable } from '@kinledger/kin';
import { partsOfName, rungWriters } from './rungs-of-value.js';
import { decode, type TextTable } from './text-table.js';

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

/** The distinct canonical values of a field, and the field’s own part of what the engine compares. */
export interface ComparedValues extends ValueTable {
  /** By value: the number of the whole. Values whose words are parted differently share it. */
  readonly whole: Int32Array;
}

/**
 * Derives the rungs of all values of a table. Names may add values to it: the parts of double names and the joined forms of
 * names of several words.
 */
export function valueTableOf(kind: FieldKind, texts: TextTable): ComparedValues {
  const names = kind === 'given-name' || kind === 'surname';
  const whole = joinedKinds.has(kind) ? numbersOfWholes(texts) : undefined;
  const parts = names ? numbersOfParts(texts) : [];
  const { width, rungs: places } = rungsOf[kind];
  const rungs = new Int32Array((texts.size + 1) * width);
  const write = rungWriters[kind];
  for (let value = 1; value <= texts.size; value++) {
    rungs[value * width] = whole?.[value] ?? value;
    write(texts.text(value), rungs, value * width);
  }
  if ('part' in places) {
    const { from, size } = places.part;
    for (const [value, numbers] of parts)
      numbers.slice(0, size).forEach((number, index) => {
        rungs[value * width + from + index] = number;
      });
  }
  const wholes = new Int32Array(texts.size + 1);
  for (let value = 1; value <= texts.size; value++) wholes[value] = rungs[value * width] as number;
  return { rungs, width, whole: wholes, oneEdit: oneEditOf(kind, texts) };
}

/** By value of several words: the number of the same text without spaces, which may be a new value. */
function numbersOfWholes(texts: TextTable): Int32Array {
  const found: number[] = [0];
  for (let value = 1; value <= texts.size; value++) {
    const start = texts.starts[value] as number;
    const end = start + (texts.lengths[value] as number);
    const spaced = texts.bytes.subarray(start, end).includes(SPACE);
    found.push(spaced ? texts.numberOfText(decode(texts.bytes, start, end).replaceAll(' ', '')) : value);
  }
  return Int32Array.from(found);
}

/** The words of names of several words, and of single words those that may be a part of another name: themselves. */
function numbersOfParts(texts: TextTable): readonly (readonly [value: number, parts: readonly number[]])[] {
  const found: [number, readonly number[]][] = [];
  const before = texts.size;
  for (let value = 1; value <= before; value++) {
    const parts = partsOfName(texts.text(value));
    if (parts.length > 0) found.push([value, parts.map((part) => texts.numberOfText(part))]);
  }
  return found;
}

function oneEditOf(kind: FieldKind, texts: TextTable): EditedText {
  const { starts, lengths, bytes, size } = texts;
  if (kind === 'email') {
    const localLengths = new Int32Array(size + 1);
    for (let value = 1; value <= size; value++) {
      const start = starts[value] as number;
      const at = bytes.subarray(start, start + (lengths[value] as number)).indexOf(64);
      localLengths[value] = Math.max(at, 0);
    }
    return new EditedText({ bytes, starts, lengths, localLengths });
  }
  if (!joinedKinds.has(kind)) return new EditedText({ bytes, starts, lengths });
  const joined = new Uint8Array(bytes.length);
  const joinedLengths = new Int32Array(size + 1);
  for (let value = 1; value <= size; value++) {
    const start = starts[value] as number;
    let length = 0;
    for (let at = start; at < start + (lengths[value] as number); at++) {
      const byte = bytes[at] as number;
      if (byte !== SPACE) joined[start + length++] = byte;
    }
    joinedLengths[value] = length;
  }
  return new EditedText({ bytes: joined, starts, lengths: joinedLengths });
}

/**
 * How rare each value is in a field.
 * @param counts by value: how many records have it; @param bands the shares up to which a value is in each band.
 * @returns by value, 1 (rarest) to one more than there are bands.
 */
export function raritiesOf(
  { whole }: ComparedValues,
  counts: Int32Array,
  bands: readonly number[],
): { readonly rarity: Uint8Array; readonly ofWhole: Float64Array } {
  const ofWhole = new Float64Array(whole.length);
  let present = 0;
  for (let value = 1; value < counts.length; value++) {
    const count = counts[value] as number;
    present += count;
    const number = whole[value] as number;
    ofWhole[number] = (ofWhole[number] ?? 0) + count;
  }
  const rarity = new Uint8Array(whole.length);
  for (let value = 1; value < whole.length; value++) {
    const share = (ofWhole[whole[value] as number] as number) / Math.max(1, present);
    const band = bands.findIndex((most) => share <= most);
    rarity[value] = band < 0 ? bands.length + 1 : band + 1;
  }
  return { rarity, ofWhole };
}
