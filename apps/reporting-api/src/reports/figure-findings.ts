import type { AnsweredRow } from '../figures/figure-rows.js';
import { number, shareOf, sumOf } from './shares.js';
import { valueOf } from './statuses.js';

/** What the rows of a figure say in one sentence, from their shown values alone; undefined where one of them is not shown. */
export type Finding = (
  rows: readonly AnsweredRow[],
  nameOf: (row: AnsweredRow) => string,
) => string | undefined;

const people = (row: AnsweredRow): number | null => sumOf([valueOf(row, 'children'), valueOf(row, 'adults')]);

/** “12 of 40 children (30.0 %)”. */
export const partOfWhole = (part: number, whole: number, of: string): string => {
  const share = shareOf(part, whole);
  return `${number(part)} of ${number(whole)} ${of}${share === null ? '' : ` (${share})`}`;
};

const total = (rows: readonly AnsweredRow[], of: (row: AnsweredRow) => number | null): number | null =>
  sumOf(rows.map(of));
const column =
  (name: string) =>
  (row: AnsweredRow): number | null =>
    valueOf(row, name);

/** How many of those of whom a dimension is known have one of its values. */
export const amongKnown =
  (
    dimension: string,
    isIn: (value: string | number) => boolean,
    { known, are }: { readonly known: string; readonly are: string },
  ): Finding =>
  (rows) => {
    const valued = (row: AnsweredRow): string | number | undefined => {
      const value = row[dimension];
      return typeof value === 'string' || typeof value === 'number' ? value : undefined;
    };
    const told = rows.filter((row) => valued(row) !== undefined && valued(row) !== 'not-judged');
    const whole = total(told, people);
    const part = total(
      told.filter((row) => isIn(valued(row) ?? '')),
      people,
    );
    if (whole === null || part === null) return undefined;
    if (whole === 0) return `${known} of nobody who was reached.`;
    return `${partOfWhole(part, whole, `children and adults of whom ${known}`)} ${are}.`;
  };

export const newPeople: Finding = ([row]) => {
  if (row === undefined) return undefined;
  const [fresh, again] = [valueOf(row, 'newIndividuals'), valueOf(row, 'returningIndividuals')];
  if (fresh === null || again === null || fresh + again === 0) return undefined;
  return `${partOfWhole(fresh, fresh + again, 'children and adults')} came for the first time.`;
};

export const carriedChildren: Finding = ([row]) => {
  if (row === undefined) return undefined;
  const [withCarer, without, unknown] = ['withCarer', 'carerNotReached', 'noKnownCarer'].map((name) =>
    valueOf(row, name),
  );
  const whole = sumOf([withCarer ?? null, without ?? null, unknown ?? null]);
  if (whole === null || whole === 0) return undefined;
  return `${partOfWhole(withCarer ?? 0, whole, 'children who were reached')} came with a carer who was reached too.`;
};

export const severalServices: Finding = (rows) => {
  const whole = total(rows, column('individuals'));
  const several = total(
    rows.filter(({ services }) => Number(services) >= 2),
    column('individuals'),
  );
  if (whole === null || several === null || whole === 0) return undefined;
  return `${partOfWhole(several, whole, 'children and adults')} used two services or more.`;
};

/** The row with most of something; the figure’s own order decides between equals. */
export const commonest =
  (name: string, sentence: (what: string, count: string) => string): Finding =>
  (rows, nameOf) => {
    const most = rows.reduce<AnsweredRow | undefined>(
      (best, row) =>
        best === undefined || (valueOf(row, name) ?? 0) > (valueOf(best, name) ?? 0) ? row : best,
      undefined,
    );
    const count = most === undefined ? null : valueOf(most, name);
    // What is suppressed is smaller than what is shown, but not by how much.
    if (most === undefined || count === null || count === 0) return undefined;
    return sentence(nameOf(most), number(count));
  };

export const populationFinding: Finding = (rows, nameOf) => {
  const told = rows
    .filter(({ characteristic }) => characteristic === 'all')
    .flatMap((row) => {
      const [reached, whole] = [valueOf(row, 'reached'), valueOf(row, 'inPopulation')];
      if (reached === null || whole === null || whole === 0) return [];
      const name = nameOf(row).replace(/, all, all$/, '');
      return [
        `${number(reached)} were reached of ${number(whole)} (${name}, ${shareOf(reached, whole) ?? ''})`,
      ];
    });
  return told.length === 0 ? undefined : `${told.join('; ')}.`;
};

export const participationFinding: Finding = ([row]) => {
  if (row === undefined) return undefined;
  const [started, minimum, completed, left] = ['started', 'minimumReached', 'completed', 'left'].map((name) =>
    valueOf(row, name),
  );
  if (started == null || minimum == null || completed == null || left == null) return undefined;
  return `${number(started)} children and adults started, ${number(minimum)} reached the minimum of sessions, ${number(completed)} completed and ${number(left)} left.`;
};

export const dosageFinding: Finding = (rows) => {
  // Who is registered without a session has band 0 of a service without numbers too.
  const banded = rows.filter(({ minimum }) => minimum !== null);
  const whole = total(banded, people);
  const enough = total(
    banded.filter(({ band }) => band === 'minimum' || band === 'intended'),
    people,
  );
  if (whole === null || enough === null || whole === 0) return undefined;
  return `${partOfWhole(enough, whole, 'children and adults')} have had the minimum of sessions or more.`;
};

export const activityFinding: Finding = ([row]) => {
  if (row === undefined) return undefined;
  const [attendances, days, each] = ['attendances', 'sessionDays', 'perSessionDay'].map((name) =>
    valueOf(row, name),
  );
  if (attendances == null || days == null || each == null) return undefined;
  return `${number(attendances)} attendances on ${number(days)} session days, ${number(each)} for each of them.`;
};

export const targetsFinding: Finding = (rows) => {
  const rated = rows.flatMap(({ rating }) => (typeof rating === 'string' ? [rating] : []));
  if (rated.length === 0) return undefined;
  const of = (wanted: string): number => rated.filter((rating) => rating === wanted).length;
  return `of ${number(rated.length)} ${rated.length === 1 ? 'target' : 'targets'} with a rating, ${number(of('green'))} ${of('green') === 1 ? 'is' : 'are'} green, ${number(of('amber'))} amber and ${number(of('red'))} red.`;
};

export const feedbackFinding: Finding = (rows) => {
  const ofFamilies = rows.filter(({ respondent }) => respondent === 'families');
  const whole = total(ofFamilies, column('answers'));
  const top = total(ofFamilies, column('topTwo'));
  if (whole === null || top === null || whole === 0) return undefined;
  return `${partOfWhole(top, whole, 'answers of families')} are one of the two highest.`;
};

export const outcomesFinding: Finding = (rows) => {
  const [pairs, improved, same, worse] = ['pairs', 'improved', 'same', 'worse'].map((name) =>
    total(rows, column(name)),
  );
  if (pairs == null || improved == null || same == null || worse == null) return undefined;
  if (pairs === 0) return 'no first score has a last one to be compared with.';
  return `${partOfWhole(improved, pairs, 'pairs of a first and a last score')} improved, ${number(same)} stayed the same and ${number(worse)} became worse.`;
};

export const workforceFinding: Finding = (rows, nameOf) => {
  const told = rows.map((row) => ({ role: nameOf(row), count: valueOf(row, 'people') }));
  if (told.length === 0 || told.some(({ count }) => count === null)) return undefined;
  return `${told.map(({ role, count }) => `${role.toLowerCase()}s: ${number(count ?? 0)}`).join('; ')}.`;
};

export const spendFinding: Finding = (rows) => {
  const spent = rows.filter(({ item, unit }) => item === 'expenditure' && unit === 'pounds');
  const amount = total(spent, column('amount'));
  return spent.length === 0 || amount === null ? undefined : `expenditure of £${number(amount)} is stated.`;
};
