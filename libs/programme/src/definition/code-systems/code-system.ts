import { z } from 'zod';
import {
  ethnicityCodes,
  ethnicityNotGiven,
  translateEthnicity,
  type EthnicityNotGiven,
  type EthnicitySystem,
} from './ethnicity.js';

/** A code system that a schema can name instead of listing values and their map. */
export const codeSystem = z
  .enum(['ethnicity-census-2021', 'ethnicity-nhs', 'ethnicity-dfe', 'consent-form-version'])
  .describe(
    'The code system of the column’s values, in place of constraints.enum. The ethnicity systems become the 19 groups of the 2021 Census, not-stated or not-known; consent-form-version are the versions of consentForms. A valueMap may add spellings.',
  );
export type CodeSystem = z.infer<typeof codeSystem>;

/** The values of a field of a code system: its canonical codes, and how their spellings become them. */
export interface CodedList {
  readonly codes: readonly string[];
  readonly valueMap: Readonly<Record<string, string>>;
}

const CENSUS = 'ethnicity-census-2021';
const noGroup: readonly EthnicityNotGiven[] = ['not-stated', 'not-known'];

/** Spellings of the census’s groups on forms, beside their labels. */
const spellings: Readonly<Record<string, string>> = {
  'Asian or Asian British - Bangladeshi': 'asian-bangladeshi',
  'Asian or Asian British - Chinese': 'asian-chinese',
  'Asian or Asian British - Indian': 'asian-indian',
  'Asian or Asian British - Pakistani': 'asian-pakistani',
  'Black or Black British - African': 'black-african',
  'Black African': 'black-african',
  'Black or Black British - Caribbean': 'black-caribbean',
  'Black Caribbean': 'black-caribbean',
  'Any other Black background': 'black-other',
  'Any other Mixed background': 'mixed-other',
  'White - British': 'white-british',
  'White British': 'white-british',
  'White - Irish': 'white-irish',
  'White Irish': 'white-irish',
  'White - Roma': 'white-roma',
  'White Other': 'white-other',
  'Prefer not to say': 'not-stated',
  'Not stated': 'not-stated',
  'Not known': 'not-known',
};

/** The list of a code system. @param consentForms the versions of the programme’s consent forms. */
export function codedListOf(system: CodeSystem, consentForms: readonly string[]): CodedList {
  if (system === 'consent-form-version') return { codes: consentForms, valueMap: {} };
  return {
    codes: [...ethnicityCodes[CENSUS].map(({ code }) => code), ...noGroup],
    valueMap: system === CENSUS ? censusMap() : mapToCensus(system),
  };
}

const censusMap = (): Readonly<Record<string, string>> => ({
  ...spellings,
  ...Object.fromEntries(ethnicityCodes[CENSUS].map(({ code, label }) => [label, code])),
});

/** Codes and labels of a system, by the directed map. */
function mapToCensus(system: EthnicitySystem): Readonly<Record<string, string>> {
  const census = (code: string) => translateEthnicity(system, CENSUS, code)?.code ?? '';
  return Object.fromEntries([
    ...ethnicityCodes[system].map(({ code }) => [code, census(code)]),
    ...noGroup.map((reason) => [ethnicityNotGiven[system][reason], reason]),
    ...ethnicityCodes[system].map(({ code, label }) => [label, census(code)]),
  ]) as Record<string, string>;
}
