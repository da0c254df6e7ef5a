import { namesOf, type Names } from './names.js';
import { weighted } from './random.js';

/** A community: how its people name themselves, their ethnic group, and their languages and countries. */
export interface Community {
  readonly ethnicity: string;
  readonly names: Names;
  readonly languages: readonly string[];
  readonly countries: readonly string[];
}

/** The backgrounds of a household's carers, and the ethnic group of their children. */
export interface Background {
  readonly carers: readonly [first: Community, second: Community];
  readonly children: string;
}

const community = (
  names: string,
  ethnicity: string,
  languages: readonly string[],
  countries: readonly string[],
): Community => ({ names: namesOf(names), ethnicity, languages, countries });

/** The ethnic group that faults are compared with. */
export const commonestEthnicity = 'white-british';

const british = community('british', commonestEthnicity, ['english'], ['GB']);
const caribbean = community('caribbean', 'black-caribbean', ['english'], ['GB', 'GB', 'JM']);
const yoruba = community('yoruba', 'black-african', ['english', 'yoruba'], ['GB', 'NG']);
const ghanaian = community('ghanaian', 'black-african', ['english', 'akan'], ['GB', 'GH']);
const congolese = community('congolese', 'black-african', ['french', 'lingala'], ['CD', 'CI', 'FR', 'GB']);
const somali = community('somali', 'black-african', ['somali', 'english'], ['SO', 'SO', 'GB']);
const portuguese = community('portuguese', 'white-other', ['portuguese'], ['PT', 'PT', 'GB']);
const spanish = community('spanish-latin', 'white-other', ['spanish', 'english'], ['ES', 'GB']);
const latin = community('spanish-latin', 'other-any', ['spanish'], ['CO', 'EC', 'BO', 'GB']);
const french = community('french', 'white-other', ['french', 'english'], ['FR', 'GB']);
const bangladeshi = community(
  ...(['bangladeshi', 'asian-bangladeshi', ['bengali', 'sylheti', 'english'], ['BD', 'GB']] as const),
);
const pakistani = community('pakistani', 'asian-pakistani', ['urdu', 'english'], ['PK', 'GB']);
const indian = community('indian', 'asian-indian', ['english', 'other'], ['IN', 'GB', 'GB']);
const chinese = community('chinese', 'asian-chinese', ['mandarin', 'english'], ['CN', 'GB']);

const alone = (one: Community, weight: number) =>
  [{ carers: [one, one], children: one.ethnicity }, weight] as const satisfies readonly [Background, number];
const mixed = (children: string, carers: Background['carers'], weight: number) =>
  [{ carers, children }, weight] as const satisfies readonly [Background, number];

/** Invented weights: plausible for an inner-London area, taken from no census. */
export const backgrounds = weighted<Background>(
  alone(british, 230),
  alone(community('irish', 'white-irish', ['english'], ['IE', 'GB']), 20),
  alone(caribbean, 105),
  alone({ ...caribbean, ethnicity: 'black-other' }, 25),
  alone(yoruba, 50),
  alone(community('igbo', 'black-african', ['english', 'igbo'], ['GB', 'NG']), 25),
  alone(ghanaian, 40),
  alone(community('sierra-leonean', 'black-african', ['english', 'other'], ['SL', 'GB']), 30),
  alone(congolese, 32),
  alone(somali, 45),
  alone(community('ethiopian', 'black-african', ['tigrinya', 'amharic', 'english'], ['ER', 'ET', 'GB']), 28),
  alone(portuguese, 60),
  alone(spanish, 20),
  alone(french, 14),
  alone(community('polish', 'white-other', ['polish'], ['PL', 'PL', 'GB']), 26),
  alone(community('italian', 'white-other', ['italian', 'english'], ['IT', 'GB']), 20),
  alone(community('romanian', 'white-other', ['romanian'], ['RO']), 16),
  alone(community('turkish', 'white-other', ['turkish', 'english'], ['TR', 'GB']), 12),
  alone(latin, 55),
  alone(community('brazilian', 'other-any', ['portuguese'], ['BR', 'BR', 'GB']), 25),
  alone(bangladeshi, 26),
  alone(pakistani, 16),
  alone(indian, 15),
  alone(chinese, 12),
  alone(community('vietnamese', 'asian-other', ['vietnamese', 'english'], ['VN', 'GB']), 10),
  alone(community('tamil-filipino', 'asian-other', ['english', 'other'], ['other', 'GB']), 12),
  alone(community('arab', 'other-arab', ['arabic', 'english'], ['SY', 'GB', 'other']), 22),
  mixed('mixed-white-black-caribbean', [british, caribbean], 30),
  mixed('mixed-white-black-caribbean', [caribbean, british], 18),
  mixed('mixed-white-black-african', [british, yoruba], 11),
  mixed('mixed-white-black-african', [ghanaian, british], 8),
  mixed('mixed-white-asian', [british, indian], 9),
  mixed('mixed-white-asian', [chinese, british], 6),
  mixed('mixed-other', [portuguese, congolese], 10),
  mixed('mixed-other', [latin, caribbean], 9),
  mixed('mixed-other', [somali, pakistani], 4),
);

/** About as many families as children: many expect their first child, or have no small child themselves. */
export const childrenPerHousehold = weighted<number>([0, 21], [1, 52], [2, 19], [3, 6], [4, 2]);
export const childGender = weighted<'F' | 'M' | 'X'>(['F', 498], ['M', 498], ['X', 4]);

/** Number of services per family that uses any: about 85 % one, 14 % two to four, as the programme reports. */
export const servicesPerHousehold = weighted<number>([1, 85], [2, 10], [3, 3], [4, 1], [5, 1]);
/** Share of families that use no service, and so are in administrative datasets only. */
export const SHARE_WITHOUT_SERVICE = 0.12;
