import fc from 'fast-check';
import { MAX_KEY_VERSION, role } from '../../identifiers.js';
import {
  inputCategory,
  MAX_DERIVATIONS,
  MAX_MEASUREMENTS,
  MAX_MINUTES,
  MAX_TOKENS,
  MAX_TOKENS_PER_DERIVATION,
  tokenUse,
  type PseudonymisedRow,
} from '../../messages/pseudonymised-row.js';
import type { RowChunkData } from '../row-chunk.js';

/** Arbitrary rows and chunks that the schema allows, including its limits. */

const hex128 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const upTo = (length: number, texts: fc.Arbitrary<string>) => texts.filter((text) => text.length <= length);
const code = upTo(80, fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/));
const valueDomain = upTo(120, fc.stringMatching(/^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)?$/));
const isoDate = fc.stringMatching(/^\d{4}-\d{2}-\d{2}$/);
const name = upTo(80, fc.stringMatching(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/));
const attributeName = upTo(60, fc.stringMatching(/^[a-z][A-Za-z0-9]*$/));
const attributeValue = fc.oneof(
  upTo(120, fc.string({ unit: 'binary', minLength: 1, maxLength: 120 })),
  fc.constantFrom('F', '\u{FEFF}E01003014', '\0', '\u{1F600}'.repeat(60), 'é'.repeat(120)),
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const positive = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(Number.MAX_SAFE_INTEGER));

const measurement = fc.record({ instrument: code, measure: code, occasion: code, score: finite });

const facts = fc.oneof(
  fc.record(
    { kind: fc.constant('registration' as const), registeredOn: isoDate },
    { requiredKeys: ['kind'] },
  ),
  fc.record(
    {
      kind: fc.constant('engagement' as const),
      eventDate: isoDate,
      sessionKind: code,
      attended: fc.boolean(),
      minutes: fc.integer({ min: 0, max: MAX_MINUTES }),
    },
    { requiredKeys: ['kind', 'eventDate', 'sessionKind', 'attended'] },
  ),
  fc.record({
    kind: fc.constant('outcome' as const),
    eventDate: isoDate,
    measurements: fc.oneof(
      fc.array(measurement, { minLength: 1, maxLength: 4 }),
      fc.array(fc.constant({ instrument: 'a', measure: 'b', occasion: 'c', score: 0 }), {
        ...{ minLength: MAX_MEASUREMENTS, maxLength: MAX_MEASUREMENTS },
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('feedback' as const),
    eventDate: isoDate,
    question: code,
    rating: fc.maxSafeInteger(),
  }),
  fc.record({
    kind: fc.constant('input' as const),
    eventDate: isoDate,
    category: fc.constantFrom(...inputCategory.options),
    item: code,
    quantity: finite,
    unit: code,
  }),
);

export const rows = fc.record({
  record: hex128,
  rowKey: hex128,
  role: fc.constantFrom(...role.options),
  tokens: fc.array(
    fc.record({ domain: valueDomain, use: fc.constantFrom(...tokenUse.options), token: hex128 }),
    { maxLength: MAX_TOKENS },
  ),
  derived: fc.array(
    fc.record({
      derivation: code,
      version: positive,
      domain: valueDomain,
      tokens: fc.array(hex128, { maxLength: MAX_TOKENS_PER_DERIVATION }),
    }),
    { maxLength: MAX_DERIVATIONS },
  ),
  attributes: fc.dictionary(attributeName, attributeValue, { noNullPrototype: true }),
  facts,
  keyVersion: fc.integer({ min: 1, max: MAX_KEY_VERSION }),
  salt: hex128,
}) as unknown as fc.Arbitrary<PseudonymisedRow>; // brands are types alone

export const chunks = fc.record({
  programme: name,
  submission: hex128,
  dataset: upTo(100, fc.stringMatching(/^[a-z][a-z0-9-]*\.(user|engagement|outcome|feedback|input)$/)),
  period: fc.stringMatching(/^\d{4}-\d{2}-(Q[1-4]|AY)$/),
  chunk: fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)),
  last: fc.boolean(),
  refused: fc.array(hex128, { maxLength: 5 }),
  rows: fc.array(rows, { maxLength: 6 }),
}) as unknown as fc.Arbitrary<RowChunkData>; // likewise
