import { figures as allFigures, type Figure } from '@kinledger/figures';
import { capitalised, wordsOf } from '@kinledger/page-kit/names';
import type { AnsweredRow } from '../figures/figure-rows.js';
import {
  activityFinding,
  amongKnown,
  carriedChildren,
  commonest,
  dosageFinding,
  feedbackFinding,
  newPeople,
  outcomesFinding,
  participationFinding,
  populationFinding,
  severalServices,
  spendFinding,
  targetsFinding,
  workforceFinding,
} from './figure-findings.js';
import type { Presentation } from './figure-section.js';

const people = 'Children and adults of the same table; nobody is left out, and not known is a line.';
const counts = 'None: counts, not shares.';
const childrenAndAdults = [
  ['children', 'Children'],
  ['adults', 'Adults'],
] as const;

/** A line that is drawn. */
const line = (name: string, ...columns: readonly string[]) => ({ name, columns, isDrawn: true });

/** Sessions in words: “3 to 5 sessions (the minimum)”. */
function bandName({ band, minimum, intended }: AnsweredRow): string {
  const [least, most] = [Number(minimum), Number(intended)];
  if (band === '0') return 'Registered, no session';
  if (band === '1') return 'One session, below the minimum';
  if (band === 'below-minimum') return `${range(2, least - 1)}, below the minimum`;
  if (band === 'minimum') return `${range(least, most - 1)}, the minimum`;
  if (band === 'intended') return `${most} sessions or more, as intended`;
  return 'Not known, or no numbers defined';
}
const range = (from: number, to: number): string =>
  to > from ? `${from} to ${to} sessions` : `${from} ${from === 1 ? 'session' : 'sessions'}`;

const servicesUsed = ({ services }: AnsweredRow): string =>
  services === 4 ? 'Four or more' : String(services);
const pairName =
  (one: string, other: string) =>
  (row: AnsweredRow): string =>
    `${wordsOf(String(row[one]))}, ${wordsOf(String(row[other]))}`;
const instrumentName = ({ instrument, measure }: AnsweredRow): string =>
  capitalised(`${wordsOf(String(instrument))}, ${wordsOf(String(measure))}`);

/** How figures beyond reach are shown, by id, in their order in a report; a figure of another id is in the API alone. */
const presentations: Readonly<Record<string, Presentation>> = {
  'reach-new-and-returning': {
    ...{ title: 'New and returning', denominator: 'Reach of the period.', finding: newPeople },
    isOfPeriod: true,
    lines: {
      heads: ['Who', 'New', 'Returning'],
      lines: [
        line('Children', 'newChildren', 'returningChildren'),
        line('Adults', 'newAdults', 'returningAdults'),
        line('Families', 'newFamilies', 'returningFamilies'),
      ],
    },
    notes: ['New: the first qualifying engagement ever in the service or programme is in the period.'],
    own: { without: ['newFamilies', 'returningFamilies', 'lifetimeFamilies'] },
  },
  'reach-by-area': {
    ...{ title: 'In and out of the area', denominator: people },
    drawn: { bars: childrenAndAdults, takes: 'longest' },
    finding: amongKnown('area', (area) => area === 'in', {
      known: 'the area is known',
      are: 'live in the programme’s area',
    }),
  },
  'reach-by-priority': {
    ...{ title: 'Priority population', denominator: people },
    drawn: { bars: childrenAndAdults, takes: 'longest' },
    finding: amongKnown('priority', (priority) => priority === 'yes', {
      known: 'it is known',
      are: 'belong to the priority population',
    }),
  },
  'reach-through-carers': {
    ...{
      title: 'Children and their carers',
      denominator: 'Children of the table.',
      finding: carriedChildren,
    },
    lines: {
      heads: ['How children were reached', 'Children'],
      lines: [
        line('Themselves, with a carer who was reached', 'withCarer'),
        line('Themselves, and no carer was reached', 'carerNotReached'),
        line('Themselves, and no carer is known', 'noKnownCarer'),
        line('Not themselves, but a carer', 'throughCarerOnly'),
      ],
    },
  },
  dosage: {
    ...{ title: 'Sessions per person', denominator: people, finding: dosageFinding },
    ...{ head: 'Sessions', names: bandName },
    drawn: { bars: childrenAndAdults, takes: 'longest' },
    own: {},
  },
  'reach-by-services-used': {
    ...{ title: 'How many services people use', denominator: people, finding: severalServices },
    ...{ head: 'Services used', names: servicesUsed },
    drawn: { bars: childrenAndAdults, takes: 'longest' },
  },
  'service-pairs': {
    ...{ title: 'Services used together', denominator: counts },
    ...{ head: 'Two services', names: pairName('one', 'other') },
    drawn: { bars: childrenAndAdults, takes: 'longest' },
    finding: commonest('individuals', (pair, n) => `the commonest pair is ${pair}, of ${n} people.`),
  },
  'service-steps': {
    ...{ title: 'From the first service to the next', denominator: counts },
    ...{ head: 'First service, next service', names: pairName('entry', 'next') },
    drawn: { bars: childrenAndAdults, takes: 'longest' },
    finding: commonest('individuals', (step, n) => `the commonest step is ${step}, of ${n} people.`),
  },
  'population-reached': {
    ...{
      title: 'Whom the programme did not reach',
      denominator: 'People of the population, by its edition.',
    },
    shows: ({ characteristic }) => characteristic !== 'lsoa',
    drawn: {
      bars: [
        ['reached', 'Reached'],
        ['notReached', 'Not reached'],
      ],
      only: ({ characteristic }) => characteristic === 'deprivationDecile',
      takes: 'longest',
    },
    finding: populationFinding,
  },
  participation: {
    ...{
      title: 'Participation',
      denominator: 'None: each step by its own day.',
      finding: participationFinding,
    },
    lines: {
      heads: ['Step', 'People'],
      lines: [
        line('Consented and registered', 'registered'),
        line('Declined', 'declined'),
        line('Started', 'started'),
        line('Reached the minimum', 'minimumReached'),
        line('Completed', 'completed'),
        line('Left', 'left'),
      ],
      unrecorded: [{ name: 'Referred', why: 'No dataset holds referrals.' }],
    },
    notes: ['Steps of one period are of different people: compare them over the lifetime.'],
    own: {},
  },
  activity: {
    ...{ title: 'Sessions and attendances', denominator: counts, finding: activityFinding },
    lines: {
      heads: ['What', 'Count'],
      lines: [
        line('Attendances of children', 'childAttendances'),
        line('Attendances of adults', 'adultAttendances'),
        line('Attendances without a name', 'anonymousAttendances'),
        line('Did not attend', 'notAttended'),
        { name: 'Attendances', columns: ['attendances'], isDrawn: false },
        { name: 'Days with a session', columns: ['sessionDays'], isDrawn: false },
        { name: 'Attendances for each of these days', columns: ['perSessionDay'], isDrawn: false },
        { name: 'Mean minutes', columns: ['meanMinutes'], isDrawn: false },
        { name: 'Other contacts', columns: ['otherContacts'], isDrawn: false },
        { name: 'Attendances of the workforce', columns: ['workforceAttendances'], isDrawn: false },
      ],
    },
    own: {},
  },
  'activity-by-kind': {
    ...{ title: 'Sessions by kind', denominator: counts },
    drawn: {
      bars: [
        ['childAttendances', 'Children'],
        ['adultAttendances', 'Adults'],
      ],
      takes: 'longest',
    },
    finding: commonest(
      'attendances',
      (kind, n) => `the most attended kind is ${kind.toLowerCase()}, with ${n} attendances.`,
    ),
    own: {},
  },
  targets: {
    ...{ title: 'Targets', denominator: 'The target of the period.', finding: targetsFinding },
    stated: ['target', 'greenFrom', 'amberFrom'],
    drawn: { bars: [['reached', 'Reached']], mark: ['target', 'Target'], takes: 'last' },
    // Families are connected by what other services told.
    own: { rows: ({ of }) => of !== 'families' },
  },
  feedback: {
    ...{ title: 'Feedback', denominator: 'Answers to the question.', finding: feedbackFinding },
    drawn: { bars: [['topTwoPercent', 'Two highest answers, %']], takes: 'longest' },
    own: {},
  },
  outcomes: {
    ...{ title: 'Outcomes, first to last', denominator: 'Pairs of a first and a last score.' },
    ...{ head: 'Instrument, measure', names: instrumentName, finding: outcomesFinding },
    drawn: {
      bars: [
        ['improved', 'Improved'],
        ['worse', 'Became worse'],
      ],
      takes: 'longest',
    },
    own: {},
  },
  workforce: {
    ...{ title: 'Workforce', denominator: counts, finding: workforceFinding },
    drawn: { bars: [['people', 'People']], takes: 'longest' },
    own: {},
  },
  inputs: {
    ...{ title: 'Resources and spend', denominator: 'None: amounts as stated.', finding: spendFinding },
    drawn: { bars: [['amount', 'Pounds']], only: ({ unit }) => unit === 'pounds', takes: 'longest' },
    own: {},
  },
};

/** Newest versions of the figures that reports show beyond reach, in the order of the report. */
export const shownFigures: readonly (readonly [Figure, Presentation])[] = Object.entries(
  presentations,
).flatMap(([id, presentation]) => {
  const versions = allFigures.filter((figure) => figure.id === id);
  const [newest] = versions.toSorted((one, other) => other.version - one.version);
  return newest === undefined ? [] : [[newest, presentation] as const];
});
