import { z } from 'zod';
import { contract } from '../contract.js';
import { datasetId, periodCode, programmeId, rowKey, submissionId } from '../identifiers.js';
import { decodeRowChunk, encodeRowChunk } from '../row-chunk/row-chunk.js';
import { MAX_ROWS_PER_CHUNK, pseudonymisedRow } from './pseudonymised-row.js';

export const MAX_MESSAGE_BYTES = 256 * 1024;

/**
 * The second major version, whose messages are binary. The first, on a topic of its own, was JSON and has no readers.
 */
export const RowPseudonymised = contract({
  name: 'RowPseudonymised',
  version: 1,
  description: `Up to ${MAX_ROWS_PER_CHUNK} rows of one submission, in row order, without their identifiers; and the keys of rows that refuse consent.`,
  schema: z.object({
    programme: programmeId,
    submission: submissionId,
    dataset: datasetId,
    period: periodCode,
    chunk: z.int().nonnegative().describe('Number of this chunk in its submission, from 0.'),
    last: z.boolean().describe('True on the last chunk of the submission.'),
    refused: z
      .array(rowKey)
      .max(MAX_ROWS_PER_CHUNK)
      .describe(
        'Keys of rows that refuse consent. No other row of the submission has one of these keys: of rows with the same key, the last in the file applies.',
      ),
    rows: z.array(pseudonymisedRow).max(MAX_ROWS_PER_CHUNK),
  }),
  form: {
    mediaType: 'application/vnd.kinledger.row-chunk',
    description:
      '"KLR" and the byte 1; programme (text), submission (16 bytes), dataset and period (texts), number of the chunk, whether it is the last (a byte), refused row keys (their number, 16 bytes each); the dictionary (number of texts, texts); number of rows, length of each; the rows. A row is its salt (16 bytes) and two parts, body and tokens, each of which is a number of texts, as many numbers of the dictionary (from 1; 0 is no text), a number of bytes, and these bytes. ADR 0030 says what stands in them. A number is LEB128, a text its length in bytes and its UTF-8.',
    encode: encodeRowChunk,
    decode: decodeRowChunk,
  },
  example: {
    programme: 'leap',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    dataset: 'natural-thinkers.user',
    period: '2023-24-Q2',
    chunk: 0,
    last: true,
    refused: ['d2e3f40516273849d2e3f40516273849'],
    rows: [
      {
        record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
        rowKey: 'c1d2e3f405162738c1d2e3f405162738',
        role: 'child',
        tokens: [
          { domain: 'child-key', use: 'identity', token: 'f918696f4c2180e018d25e7de739e5f1' },
          { domain: 'email', use: 'carer', token: 'ff6e71e73e135602248b83cd1fccafe1' },
          { domain: 'birth-date', use: 'guard', token: '5f6aafa00d2ed4efdd9177650668fa57' },
        ],
        derived: [],
        attributes: { gender: 'F', birthMonth: '2020-02', lsoa: 'E01003014' },
        facts: { kind: 'registration', registeredOn: '2023-07-04' },
        keyVersion: 1,
        salt: '00112233445566778899aabbccddeeff',
      },
    ],
  },
});
