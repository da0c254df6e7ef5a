import { writeFile } from 'node:fs/promises';
import { compareProfiles } from '@kinledger/intake-files/profiling';
import type { Command } from 'commander';
import { print } from '../output/output.js';
import { describeProfile } from './describe-profile.js';
import { profilePage } from './profile-page.js';
import { profileOf, readEarlier } from './profile-of.js';

interface Options {
  readonly against?: string;
  readonly html?: string;
  readonly json?: boolean;
}

export function addProfileCommand(program: Command): void {
  program
    .command('profile')
    .description('says what a file holds that no dataset is defined for yet, and what to correct in it')
    .argument('<file>', 'CSV file or workbook; it is read here and sent nowhere')
    .option('--against <profile>', 'JSON of an earlier profile: says what was corrected since')
    .option('--html <file>', 'write the profile as a page, to read, print and mail')
    .option('--json', 'print one JSON document, for --against and for machines')
    .addHelpText(
      'after',
      `
Types, completeness, validity, placeholders and likely identifiers of each column, and a start for its schema. Values are
shown only of columns with few different ones, and only if they stand in five cells or more; of numbers and dates the
least and the greatest.`,
    )
    .action(profile);
}

async function profile(file: string, { against, html, json }: Options): Promise<void> {
  const earlier = against === undefined ? undefined : readEarlier(against);
  const made = await profileOf(file);
  const document = earlier === undefined ? made : { ...made, since: compareProfiles(earlier, made) };
  if (html !== undefined) await writeFile(html, profilePage(document));
  print(json, document, () => describeProfile(document));
}
