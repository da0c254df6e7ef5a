import { code, isoDate, MAX_KEY_VERSION, role, valueDomain } from '../identifiers.js';
import {
  attributeName,
  attributeValue,
  inputCategory,
  MAX_DERIVATIONS,
  MAX_MEASUREMENTS,
  MAX_MINUTES,
  MAX_TOKENS,
  MAX_TOKENS_PER_DERIVATION,
  tokenUse,
  type Facts,
  type Measurement,
  type PseudonymisedRow,
  type TokenUse,
} from '../messages/pseudonymised-row.js';
import { ID_BYTES, malformed, type ByteReader, type ByteWriter } from './bytes.js';

/**
 * A row is its salt (16 bytes) and two parts, each with a commitment of its own. A part has texts, which stand before
 * everything else in it, and raw bytes:
 *
 *     part           number of texts; the texts; number of raw bytes; the raw bytes
 *
 *     the body       record, row key: 16 bytes each
 *                    role: its place in the schema's list, 1 byte
 *                    number of attributes; for each, in the order of their names, two texts: name, value
 *                    facts: the kind's place in `factFields`, 1 byte; then what stands there. Measurements are the last
 *                    texts of the part: for each, instrument, measure and occasion, texts; score, a double
 *     the tokens     version of the key: number, 1 byte, since it is at most 127
 *                    number of tokens; for each: domain, text; use, its place, 1 byte; token, 16 bytes
 *                    number of derivations; for each: derivation and domain, texts; version, number;
 *                    number of tokens; 16 bytes each
 */
export interface PartWriter {
  text(value: string): void;
  readonly raw: ByteWriter;
}
export interface PartReader {
  /** @throws UnreadableContract for a text that the schema of its kind refuses. */
  text(kind: TextKind): string;
  /** The same, or undefined for no text. */
  textIfAny(kind: TextKind): string | undefined;
  /** Number of texts of the part that were not read yet. */
  readonly textsLeft: number;
  readonly raw: ByteReader;
}

/** A row without its salt and its tokens. */
export type RowBody = Pick<PseudonymisedRow, 'record' | 'rowKey' | 'role' | 'attributes' | 'facts'>;

/** Is shown a token. `token` decodes it, and only during the call. */
export type TokenViewer = (domain: string, use: TokenUse, token: () => Token) => void;
type Token = PseudonymisedRow['tokens'][number]['token'];

/** Written in place of no text, because the schema allows no empty text. */
export const NO_TEXT = '';

/** The schema of each kind of text. */
export const textSchemas = { attributeName, attributeValue, code, isoDate, valueDomain };
export type TextKind = keyof typeof textSchemas;

/** Optional numbers are stored plus one, with 0 for absent; whole numbers with a sign are stored as doubles. */
type FieldForm =
  'isoDate' | 'isoDate?' | 'code' | 'flag' | 'minutes?' | 'category' | 'double' | 'whole' | 'measurements';

/** Fields of facts by kind, in the order in which they are written. Positions in these lists never change. */
const factFields: Readonly<Record<Facts['kind'], Readonly<Record<string, FieldForm>>>> = {
  registration: { registeredOn: 'isoDate?' },
  engagement: { eventDate: 'isoDate', sessionKind: 'code', attended: 'flag', minutes: 'minutes?' },
  outcome: { eventDate: 'isoDate', measurements: 'measurements' },
  feedback: { eventDate: 'isoDate', question: 'code', rating: 'whole' },
  input: { eventDate: 'isoDate', category: 'category', item: 'code', quantity: 'double', unit: 'code' },
};
const factKinds = Object.keys(factFields) as Facts['kind'][];
const formsOfKind = factKinds.map((kind) => Object.entries(factFields[kind]));

export function writeBody(row: PseudonymisedRow, out: PartWriter): void {
  const { raw } = out;
  raw.id(row.record);
  raw.id(row.rowKey);
  raw.byte(role.options.indexOf(row.role));
  const names = Object.keys(row.attributes).sort();
  raw.number(names.length);
  for (const name of names) {
    out.text(name);
    out.text(row.attributes[name] as string); // its own name
  }
  const kind = factKinds.indexOf(row.facts.kind);
  raw.byte(kind);
  const facts: Readonly<Record<string, unknown>> = row.facts;
  for (const [name, form] of formsOfKind[kind] ?? []) writeField(facts[name], form, out);
}

/** A value of a type other than its form's is written as something that the reader refuses. */
function writeField(value: unknown, form: FieldForm, out: PartWriter): void {
  const { raw } = out;
  switch (form) {
    case 'isoDate':
    case 'isoDate?':
    case 'code':
      return out.text(typeof value === 'string' ? value : NO_TEXT);
    case 'flag':
      return raw.byte([false, true].indexOf(value as boolean));
    case 'minutes?':
      return raw.number(value === undefined ? 0 : (value as number) + 1);
    case 'category':
      return raw.byte(inputCategory.options.indexOf(value as 'human'));
    case 'double':
    case 'whole':
      return raw.double(typeof value === 'number' ? value : Number.NaN);
    case 'measurements':
      for (const { instrument, measure, occasion, score } of value as readonly Measurement[]) {
        for (const text of [instrument, measure, occasion]) writeField(text, 'code', out);
        writeField(score, 'double', out);
      }
  }
}

/** What a row says of tokens: the part of it that may be stated anew. */
export type TokensOfRecord = Pick<PseudonymisedRow, 'keyVersion' | 'tokens' | 'derived'>;

export function writeTokens({ keyVersion, tokens, derived }: TokensOfRecord, out: PartWriter): void {
  const { raw } = out;
  raw.number(keyVersion);
  raw.number(tokens.length);
  for (const { domain, use, token } of tokens) {
    out.text(domain);
    raw.byte(tokenUse.options.indexOf(use));
    raw.id(token);
  }
  raw.number(derived.length);
  for (const { derivation, version, domain, tokens: several } of derived) {
    out.text(derivation);
    out.text(domain);
    raw.number(version);
    raw.number(several.length);
    for (const token of several) raw.id(token);
  }
}

/** Returns only what the schema allows. @throws UnreadableContract */
export function readBody(from: PartReader): RowBody {
  const { raw } = from;
  const record = raw.id() as PseudonymisedRow['record']; // Sixteen bytes are an id, whatever they are.
  const rowKey = raw.id() as PseudonymisedRow['rowKey'];
  const rowRole = raw.oneOf(role.options);
  const attributes: Record<string, string> = {};
  let before = '';
  for (let left = raw.number(); left > 0; left -= 1) {
    const name = from.text('attributeName');
    if (name <= before) throw malformed('attributes are not in the order of their names');
    attributes[name] = from.text('attributeValue');
    before = name;
  }
  const kind = raw.oneOf(factKinds);
  const facts: Record<string, unknown> = { kind };
  for (const [name, form] of formsOfKind[factKinds.indexOf(kind)] ?? []) {
    const value = readField(form, from);
    if (value !== undefined) facts[name] = value;
  }
  return { record, rowKey, role: rowRole, attributes, facts: facts as Facts };
}

function readField(form: FieldForm, from: PartReader): unknown {
  const { raw } = from;
  switch (form) {
    case 'isoDate':
    case 'code':
      return from.text(form);
    case 'isoDate?':
      return from.textIfAny('isoDate');
    case 'flag':
      return raw.oneOf([false, true]);
    case 'minutes?': {
      const minutes = raw.number(MAX_MINUTES + 1) - 1;
      return minutes < 0 ? undefined : minutes;
    }
    case 'category':
      return raw.oneOf(inputCategory.options);
    case 'double':
      return where(Number.isFinite, raw.double());
    case 'whole':
      return where(Number.isSafeInteger, raw.double());
    case 'measurements':
      return readMeasurements(from);
  }
}

function readMeasurements(from: PartReader): Measurement[] {
  const measurements: Measurement[] = [];
  do {
    if (measurements.length === MAX_MEASUREMENTS) throw malformed('an outcome has too many measurements');
    measurements.push({
      instrument: from.text('code'),
      measure: from.text('code'),
      occasion: from.text('code'),
      score: where(Number.isFinite, from.raw.double()),
    });
  } while (from.textsLeft > 0);
  return measurements;
}

/** Returns only what the schema allows. @throws UnreadableContract */
export function readTokens(from: PartReader): TokensOfRecord {
  const { raw } = from;
  const token = () => raw.id() as Token; // likewise
  const version = () => readVersion(raw);
  const keyVersion = where((value) => value <= MAX_KEY_VERSION, readVersion(raw));
  const tokens = raw.list(MAX_TOKENS, () => ({
    domain: from.text('valueDomain'),
    use: raw.oneOf(tokenUse.options),
    token: token(),
  }));
  const derived = raw.list(MAX_DERIVATIONS, () => ({
    derivation: from.text('code'),
    domain: from.text('valueDomain'),
    version: version(),
    tokens: raw.list(MAX_TOKENS_PER_DERIVATION, token),
  }));
  return { keyVersion, tokens, derived };
}

/** Shows the tokens, and skips derived ones. @throws UnreadableContract */
export function viewTokens(from: PartReader, view: TokenViewer): void {
  const { raw } = from;
  let at = 0;
  const token = () => raw.idAt(at) as Token; // Sixteen bytes are an id, whatever they are.
  readVersion(raw);
  for (let left = raw.number(MAX_TOKENS); left > 0; left -= 1) {
    const domain = from.text('valueDomain');
    const use = raw.oneOf(tokenUse.options);
    at = raw.skip(ID_BYTES);
    view(domain, use, token);
  }
  for (let left = raw.number(MAX_DERIVATIONS); left > 0; left -= 1) {
    from.text('code');
    from.text('valueDomain');
    readVersion(raw);
    raw.skip(raw.number(MAX_TOKENS_PER_DERIVATION) * ID_BYTES);
  }
}

const readVersion = (raw: ByteReader): number => where((value) => value > 0, raw.number());

function where(isAllowed: (value: number) => boolean, value: number): number {
  if (!isAllowed(value)) throw malformed('a number is none that may stand there');
  return value;
}
