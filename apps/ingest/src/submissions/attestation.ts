import { Problem } from '@kinledger/service-kit';
import { z } from 'zod';

/**
 * The words that a person confirms, the first version first. A version is never changed or removed, because submissions
 * and nil returns refer to it: new words are a new version.
 */
const words = {
  submission: [
    'I confirm that this file is from the provider’s own records, that it may be used under the data sharing agreement for this dataset and period, and that I may submit it for the provider.',
  ],
  'nil-return': [
    'I confirm that the provider has nothing to report for this dataset and period, and that I may say so for the provider.',
  ],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

export const attestedActs = Object.keys(words) as [AttestedAct, ...AttestedAct[]];
export type AttestedAct = keyof typeof words;

export const attestVersion = z
  .int()
  .positive()
  .describe('Version of the words that the person confirms, from GET /v1/attestations.');

/** The words of an act as one version has them. */
export const attestationView = z.object({
  act: z.enum(attestedActs),
  version: z.int().positive(),
  words: z.string(),
  current: z.boolean().describe('Whether these are the words to confirm today.'),
});
export type AttestationView = z.output<typeof attestationView>;

/** All words of all versions, so that whoever finds a version in a record can read what was confirmed. */
export const allAttestations = (): AttestationView[] =>
  attestedActs.flatMap((act) =>
    words[act].map((text, index) => ({
      ...{ act, version: index + 1, words: text },
      current: index + 1 === words[act].length,
    })),
  );

export const currentVersion = (act: AttestedAct): number => words[act].length;

export const currentWords = (act: AttestedAct): string => words[act].at(-1) ?? words[act][0];

/** The words of a version; undefined for a version that this release does not know. */
export const wordsOf = (act: AttestedAct, version: number): string | undefined =>
  (words[act] as readonly string[])[version - 1];

/**
 * Refuses an act whose words nobody has confirmed, or not in their current version.
 * @param confirmed version that the person confirmed; undefined if the request names none.
 * @throws Problem 409
 */
export function requireAttestation(
  act: AttestedAct,
  confirmed: number | undefined,
  isRequired: boolean,
): void {
  if (confirmed === undefined && isRequired) {
    throw new Problem(409, 'attestation-required', {
      detail: `A person has to confirm the words of version ${currentVersion(act)}: "${currentWords(act)}" Repeat the request with "attest": ${currentVersion(act)}.`,
    });
  }
  if (confirmed !== undefined && confirmed !== currentVersion(act)) {
    throw new Problem(409, 'attestation-outdated', {
      detail: `The words to confirm are those of version ${currentVersion(act)}: "${currentWords(act)}" Repeat the request with "attest": ${currentVersion(act)} if the person confirms them.`,
    });
  }
}
