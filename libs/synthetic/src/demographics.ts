import { weighted } from './random.js';

/** The background of a household: ethnicity, with its home languages and countries. */
export interface Background {
  readonly ethnicity: string;
  readonly languages: readonly string[];
  readonly countries: readonly string[];
}

const background = (
  ethnicity: string,
  languages: readonly string[],
  countries: readonly string[],
): Background => ({
  ethnicity,
  languages,
  countries,
});

/** The first of {@link backgrounds}. */
export const commonestEthnicity = 'white-british';

/** Invented weights: plausible for an inner-London area, taken from no census. */
export const backgrounds = weighted<Background>(
  [background(commonestEthnicity, ['english'], ['GB']), 24],
  [
    background(
      'black-african',
      ['english', 'yoruba', 'akan', 'igbo', 'lingala'],
      ['GB', 'NG', 'GH', 'SL', 'CI', 'CD'],
    ),
    20,
  ],
  [background('black-caribbean', ['english'], ['GB', 'GB', 'JM']), 12],
  [
    background(
      'white-other',
      ['portuguese', 'spanish', 'polish', 'italian', 'french', 'english'],
      ['PT', 'ES', 'PL', 'IT', 'FR', 'GB'],
    ),
    16,
  ],
  [background('other-any', ['spanish', 'portuguese'], ['CO', 'EC', 'BO', 'BR', 'GB']), 8],
  [background('black-other', ['somali', 'tigrinya', 'amharic', 'english'], ['SO', 'ER', 'ET', 'GB']), 7],
  [background('mixed-white-black-caribbean', ['english'], ['GB']), 5],
  [background('mixed-other', ['english', 'french'], ['GB', 'FR']), 4],
  [background('asian-bangladeshi', ['bengali', 'sylheti', 'english'], ['BD', 'GB']), 3],
  [background('asian-pakistani', ['urdu', 'english'], ['PK', 'GB']), 2],
  [background('asian-other', ['vietnamese', 'mandarin', 'english'], ['VN', 'CN', 'GB']), 2],
  [background('other-arab', ['arabic', 'english'], ['SY', 'GB']), 2],
);

export const childrenPerHousehold = weighted<number>([1, 50], [2, 35], [3, 12], [4, 3]);
export const childGender = weighted<'F' | 'M' | 'X'>(['F', 498], ['M', 498], ['X', 4]);

/** Number of services per family that uses any: about 85 % one, 14 % two to four, as the programme reports. */
export const servicesPerHousehold = weighted<number>([1, 85], [2, 10], [3, 3], [4, 1], [5, 1]);
/** Share of families that use no service, and so are in administrative datasets only. */
export const SHARE_WITHOUT_SERVICE = 0.12;
