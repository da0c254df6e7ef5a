/** Code that a page at the source runs on a file in a browser; the test bundles this file. */
import { openFile } from '@kinledger/intake-files/browser';
import { portableHashing } from '@kinledger/pseudonymised-rows/portable-hashing';
import { answerOf, type FileAtSource } from './file-to-rows.js';

export const answerInBrowser = (file: FileAtSource): Promise<string> =>
  answerOf({ openFile, hashing: portableHashing }, file);
