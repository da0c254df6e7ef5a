import { weighted } from './random.js';
import type { Weighted } from './random.js';

/** Which members of a family take part. */
export type Participants = 'children' | 'carer' | 'children-and-carer';

/** How families use a service. Invented, but realistic in shape: a few large services, many small ones. */
export interface ServiceProfile {
  /** Relative weight with which a family chooses it. */
  readonly popularity: number;
  readonly participants: Participants;
  /** Probability that the second carer attends too. */
  readonly secondCarer: number;
  /** Number of quarters that a family stays. */
  readonly quarters: Weighted<number>;
  /** Number of sessions offered to a family in a quarter. */
  readonly sessions: readonly [fewest: number, most: number];
  readonly kinds: Weighted<string>;
  /** Of an administrative source: whom it covers. `users`: families who come, as to a service. */
  readonly covers: 'families' | 'births' | 'users';
  /** Of an administrative source that covers users: share of families who come. */
  readonly share: number;
  /** The measurement tool of its outcomes, if its schema lists several. */
  readonly instrument: string | undefined;
  /** Whether it sends its first files late, with everything since the beginning in them. */
  readonly beginsLate: boolean;
  /** Whether its families are at risk: protected addresses, missing identifiers. */
  readonly atRisk: boolean;
}

const short = weighted<number>([1, 60], [2, 30], [3, 10]);
const middling = weighted<number>([1, 30], [2, 35], [3, 20], [4, 15]);
const long = weighted<number>([1, 10], [2, 20], [3, 30], [4, 20], [6, 20]);

const profile = (rest: Partial<ServiceProfile>): ServiceProfile => ({
  popularity: 8,
  participants: 'children-and-carer',
  secondCarer: 0.15,
  quarters: middling,
  sessions: [2, 8],
  kinds: weighted(['group-session', 80], ['one-to-one', 20]),
  covers: 'families',
  share: 1,
  instrument: undefined,
  beginsLate: false,
  atRisk: false,
  ...rest,
});

const known: Readonly<Record<string, ServiceProfile>> = {
  'baby-steps': profile({
    ...{ popularity: 9, secondCarer: 0.6, quarters: short, sessions: [4, 9] },
    instrument: 'prenatal-attachment-inventory',
  }),
  'pairs-together-time': profile({
    popularity: 7,
    kinds: weighted(['group-session', 90], ['telephone-support', 10]),
  }),
  'dv-enhanced-caseworkers': profile({
    popularity: 4,
    secondCarer: 0,
    quarters: long,
    kinds: weighted(['one-to-one', 70], ['telephone-support', 30]),
    atRisk: true,
  }),
  'making-it-real': profile({ popularity: 11, kinds: weighted(['home-visit', 60], ['group-session', 40]) }),
  'natural-thinkers': profile({
    popularity: 22,
    instrument: 'wellcomm',
    quarters: middling,
    sessions: [4, 10],
    kinds: weighted(['group-session', 70], ['drop-in', 30]),
  }),
  'doorstep-library': profile({
    popularity: 5,
    participants: 'children',
    sessions: [3, 8],
    kinds: weighted(['home-visit', 100]),
  }),
  'breastfeeding-peer-support': profile({
    popularity: 16,
    participants: 'carer',
    secondCarer: 0,
    quarters: short,
    sessions: [1, 5],
    kinds: weighted(['drop-in', 50], ['telephone-support', 30], ['home-visit', 20]),
  }),
  'community-activity-nutrition': profile({
    popularity: 6,
    participants: 'carer',
    kinds: weighted(['group-session', 100]),
  }),
  'pairs-one-to-one': profile({
    popularity: 5,
    quarters: middling,
    sessions: [4, 8],
    kinds: weighted(['one-to-one', 80], ['home-visit', 20]),
    instrument: 'dc-0-5',
  }),
  'sharing-real-with-parents': profile({ beginsLate: true }),
  'pairs-circle-of-security': profile({ beginsLate: true }),
  'dv-groups': profile({ popularity: 2, secondCarer: 0, participants: 'carer', atRisk: true }),
  'speech-language-evelina': profile({
    ...{ popularity: 10, participants: 'children', sessions: [2, 6], instrument: 'wellcomm' },
  }),
  'oral-health-packs': profile({ popularity: 8, quarters: short, sessions: [1, 1] }),
  'oral-health-supervised-toothbrushing': profile({
    ...{ popularity: 9, participants: 'children', sessions: [3, 6] },
  }),
  'family-nurse-partnership': profile({
    popularity: 2,
    quarters: long,
    kinds: weighted(['home-visit', 90], ['telephone-support', 10]),
  }),
  'overcrowded-housing': profile({
    ...{ popularity: 3, participants: 'carer', sessions: [1, 4] },
    kinds: weighted(['one-to-one', 60], ['home-visit', 40]),
  }),
  'group-pregnancy-care': profile({
    ...{ popularity: 5, participants: 'carer', secondCarer: 0, quarters: short, sessions: [3, 8] },
  }),
  maternity: profile({ covers: 'births' }),
  'childrens-centres': profile({
    covers: 'users',
    share: 0.35,
    sessions: [1, 4],
    kinds: weighted(
      ['stay-and-play', 60],
      ['child-health-clinic', 20],
      ['family-support', 12],
      ['course', 8],
    ),
  }),
  'caseload-midwifery': profile({
    popularity: 5,
    participants: 'carer',
    secondCarer: 0,
    quarters: short,
    sessions: [3, 8],
    kinds: weighted(['clinic', 60], ['home-visit', 40]),
  }),
};

/** The profile of a service; an unknown service gets an average one. */
export const profileOf = (service: string): ServiceProfile => known[service] ?? profile({});

/** Share of the area's families in an administrative source of people. */
export const ADMINISTRATIVE_COVER = 0.95;
