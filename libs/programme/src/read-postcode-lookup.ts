import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { postcodeLookupOf, type PostcodeLookup } from './definition/postcode-lookup.js';

/** Reads a look-up file. @throws PostcodeLookupRefused for an invalid file. */
export const readPostcodeLookup = (file: string): Promise<PostcodeLookup> =>
  postcodeLookupOf(createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity }), file);
