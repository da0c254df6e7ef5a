import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the programme definition: by default, the one in this checkout. */
export const programmeDirectory = (option?: string): string =>
  resolve(
    option ??
      process.env['KINLEDGER_PROGRAMME_DIR'] ??
      fileURLToPath(new URL('../../../../programmes/leap', import.meta.url)),
  );
