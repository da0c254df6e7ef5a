import type { CasePages } from './case-pages.js';
import type { Contacts } from './contacts.js';
import { isoOf } from './days.js';
import type { Day } from './days.js';
import type { Enrolment, Enrolments, Member } from './enrolment.js';
import { dateText, holdCase, momentOf } from './held-case.js';
import type { Case } from './held-case.js';
import type { Household, Person } from './household.js';
import type { DatasetPlan, Plan, ServicePlan } from './plan.js';
import { Random } from './random.js';
import type { RowEvent } from './row-printer.js';
import { rowOf } from './synthetic-item.js';
import type { SyntheticRow } from './synthetic-item.js';

const SHARE_ASSESSED = 0.75;
/** What having taken part in a service before adds to the chance of an expected development: the known effect. */
const EFFECT = 0.06;
/** By how much lower that chance is for families of targeted services: those who start worse are sent there. */
const TARGETED = 0.05;
/** Shares of births whose weight is in kilograms, not in grams, and whose gestation is in weeks, not in days. */
const IN_KILOGRAMS = 0.03;
const IN_WEEKS = 0.03;

/** Which services a family has used before a day: none at all, or also one for families in particular need. */
export type ServicesUsed = 'none' | 'universal' | 'targeted';
type UsedBy = (day: Day) => ServicesUsed;

/**
 * Scores of ASQ-3 below which a domain is not as expected, by questionnaire; in the order of the domains. From public
 * scoring guidance: scores only, no text of an item.
 */
const asqCutOffs: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '24-months': {
    ...{ communication: 25.17, 'gross-motor': 38.07, 'fine-motor': 35.16 },
    ...{ 'problem-solving': 29.78, 'personal-social': 31.54 },
  },
  '27-months': {
    ...{ communication: 24.02, 'gross-motor': 28.01, 'fine-motor': 18.42 },
    ...{ 'problem-solving': 27.62, 'personal-social': 25.31 },
  },
  '30-months': {
    ...{ communication: 33.3, 'gross-motor': 36.14, 'fine-motor': 19.25 },
    ...{ 'problem-solving': 27.08, 'personal-social': 32.01 },
  },
};

/** A tool of services: whom it is about, its first scores, and what changes until the last. */
interface Tool {
  readonly about: 'child' | 'mother';
  readonly measure: string;
  readonly first: readonly [low: number, high: number];
  readonly change: readonly [low: number, high: number];
}

const tools: Readonly<Record<string, Tool>> = {
  wellcomm: { about: 'child', measure: 'section', first: [1, 7], change: [0, 2] },
  'dc-0-5': { about: 'child', measure: 'relationship-adaptation', first: [2, 4], change: [-1, 0] },
  'prenatal-attachment-inventory': { about: 'mother', measure: 'total', first: [40, 70], change: [-2, 10] },
};

/** Writes assessments: of services, health visiting, maternity and schools. */
export class OutcomeRows {
  readonly #random: Random;
  readonly #plan: Plan;
  readonly #contacts: Contacts;
  readonly #enrolments: Enrolments;

  constructor(root: Uint32Array, plan: Plan, contacts: Contacts, enrolments: Enrolments) {
    this.#random = new Random(root);
    this.#plan = plan;
    this.#contacts = contacts;
    this.#enrolments = enrolments;
  }

  /** Assessments of the members of an enrolment. @param usedBy which services the family has used before a day. */
  *ofEnrolment(
    enrolment: Enrolment,
    pages: readonly CasePages[],
    household: Household,
    usedBy: UsedBy,
  ): Generator<SyntheticRow> {
    const { outcome } = enrolment.plan;
    if (!outcome) return;
    const instrument = instrumentOf(enrolment.plan, outcome);
    for (const [index, member] of enrolment.members.entries()) {
      const page = pages[index];
      if (!page || !member.consents || !outcome.roles.includes(member.case.person.role)) continue;
      const random = this.#random.at(
        'score',
        member.case.person.number * this.#plan.services.length + enrolment.plan.index,
      );
      const write = (day: Day, event: RowEvent): SyntheticRow | undefined => {
        const quarter = this.#quarterOf(day);
        const file = outcome.files[quarter];
        if (!file || quarter < member.joins || member.case.faults.withdrawn <= quarter) return undefined;
        const dated = { eventDate: dateText(day, member.case.style), ...event };
        return rowOf(file, page.line(outcome, quarter, dated), member.case.person);
      };
      const rows =
        instrument === 'asq-3'
          ? agesAndStages(random, member.case.person, household, usedBy)
          : instrument === 'birth'
            ? birth(random, member.case.person, household)
            : this.#firstAndLast(random, instrument, outcome, enrolment, member);
      for (const [day, event] of rows) {
        const written = write(day, event);
        if (written) yield written;
      }
    }
  }

  /** A first and a last score with the service’s tool. */
  *#firstAndLast(
    random: Random,
    instrument: string,
    { printer }: DatasetPlan,
    { plan, from, to }: Enrolment,
    { case: held, joins }: Member,
  ): Generator<readonly [Day, RowEvent]> {
    const tool = tools[instrument];
    const begins = this.#plan.quarters[Math.max(from, joins)];
    const ends = this.#plan.quarters[to];
    if (!begins || !ends || (tool && tool.about !== aboutOf(held.person))) return;
    const occasions = printer.codes.get('occasion') ?? ['first'];
    const measure = tool?.measure ?? printer.codes.get('measure')?.[0] ?? '';
    const [low, high] = tool?.first ?? [1, 5];
    const drawn = random.between(low, high);
    const targeted = plan.service.offer === 'targeted';
    // The worse half of the scores: the lower one, unless a lower score is better.
    const worst = (tool?.change[0] ?? 0) < 0 && (tool?.change[1] ?? 0) <= 0 ? high : low;
    const first = targeted ? Math.round((drawn + worst) / 2) : drawn;
    const last = Math.max(1, first + random.between(...(tool?.change ?? [0, 1])));
    const started = Math.max(begins.starts + random.below(30), held.registered);
    const comesBack = random.chance(SHARE_ASSESSED);
    const scored = (occasion: string, score: number): RowEvent => ({
      ...{ instrument, measure, occasion, score: String(score) },
    });
    yield [started, scored(occasions[0] ?? 'first', first)];
    const finished = ends.ends - 1 - random.below(20);
    const latest = occasions.at(-1) ?? 'last';
    if (comesBack && finished > started + 20) yield [finished, scored(latest, last)];
  }

  /** Results of an academic year: the profile at the end of reception, and the measurement of that year. */
  *atSchool(source: ServicePlan, household: Household, usedBy: UsedBy): Generator<SyntheticRow> {
    const { outcome } = source;
    if (!outcome || source.user) return;
    const instrument = instrumentOf(source, outcome);
    for (const [quarter, file] of outcome.files.entries()) {
      if (!file) continue;
      const ends = Number(file.period.slice(0, 4)) + 1;
      if (quarter < household.arrives || quarter > household.leaves) continue;
      for (const child of household.children) {
        // Reception is the school year in which a child turns five.
        const born = isoOf(child.born);
        if (born < `${ends - 6}-09-01` || born >= `${ends - 5}-09-01`) continue;
        const random = this.#random.at(
          'outcome',
          (child.number * this.#plan.quarters.length + quarter) * this.#plan.services.length + source.index,
        );
        if (!random.chance(SHARE_ASSESSED)) continue;
        const day = Date.UTC(ends, 5, 10 + random.below(18)) / 86_400_000;
        const held = this.#enrolments.outcomeCase(source, child, household, day);
        const event =
          instrument === 'eyfsp'
            ? profile(random, outcome, household, ends, usedBy(day))
            : measurement(random, held, day, usedBy(day));
        const printed = outcome.printer.printCase(
          holdCase(held, momentOf(held, quarter, day), this.#contacts),
        );
        const dated = { eventDate: dateText(day, source.style), ...event };
        yield rowOf(file, outcome.printer.printLine(printed, dated), child);
      }
    }
  }

  #quarterOf(day: Day): number {
    return this.#plan.quarters.findIndex(({ starts, ends }) => day >= starts && day < ends);
  }
}

/** The tool of a dataset: fixed by its schema, chosen by the service, or the first that the schema lists. */
const instrumentOf = ({ profile: { instrument } }: ServicePlan, { dataset, printer }: DatasetPlan): string =>
  dataset.schema['x-kinledger'].facts?.instrument ?? instrument ?? printer.codes.get('instrument')?.[0] ?? '';

const aboutOf = ({ role, relationship }: Person): string | undefined =>
  role === 'child' ? 'child' : relationship;

const chanceExpected = ({ decile }: Household, uses: ServicesUsed): number =>
  0.78 + decile * 0.012 + (uses === 'none' ? 0 : EFFECT) - (uses === 'targeted' ? TARGETED : 0);

/** The five domains at about 27 months, or at 24 or 30. */
function* agesAndStages(
  random: Random,
  child: Person,
  household: Household,
  usedBy: UsedBy,
): Generator<readonly [Day, RowEvent]> {
  const occasion = random.pick(['24-months', '27-months', '27-months', '30-months']);
  const day = child.born + Math.round(Number(occasion.slice(0, 2)) * 30.44) + random.below(25);
  if (child.role !== 'child' || !random.chance(SHARE_ASSESSED)) return;
  const perDomain = chanceExpected(household, usedBy(day)) ** (1 / 5);
  for (const [measure, cutOff] of Object.entries(asqCutOffs[occasion] ?? {})) {
    const expected = random.chance(child.gender === 'M' ? perDomain - 0.01 : perDomain);
    // Points are given in fives.
    const lowest = Math.ceil(cutOff / 5);
    const score = 5 * (expected ? random.between(lowest, 12) : random.between(0, lowest - 1));
    yield [day, { measure, occasion, score: String(score) }];
  }
}

/** Codes of spontaneous births, births with instruments, and caesareans. */
const deliveryMethods = ['0', '0', '0', '0', '0', '0', '3', '4', '2', '7', '7', '8', '8'] as const;

/** The weight of a newborn, with its order among twins. */
function* birth(random: Random, child: Person, household: Household): Generator<readonly [Day, RowEvent]> {
  const twins = household.children.filter(({ born }) => born === child.born);
  const days = Math.round(278 - (twins.length > 1 ? 20 : 0) + bell(random) * 11);
  // Babies of deprived areas are lighter.
  const grams =
    Math.round((3350 + (household.decile - 5) * 15 - (278 - days) * 24 + bell(random) * 420) / 5) * 5;
  const firstDay = isoOf(child.born).slice(0, 8) + '01';
  const gestation = Math.min(Math.max(days, 160), 310);
  const firstFeed = random.chance(0.8) ? 'maternal-breast-milk' : 'not-breast-milk';
  const inKilograms = random.chance(IN_KILOGRAMS);
  const inWeeks = random.chance(IN_WEEKS);
  const columns = {
    birth_order: String(twins.indexOf(child) + 1),
    gestation_at_birth: String(inWeeks ? Math.round(gestation / 7) : gestation),
    outcome: 'live-birth',
    first_feed: firstFeed,
    delivery_method: random.pick(deliveryMethods),
  };
  if (child.role !== 'child') return;
  const weight = Math.min(Math.max(grams, 600), 5600);
  const score = inKilograms ? (weight / 1000).toFixed(2) : String(weight);
  yield [child.born, { eventDate: firstDay, score, columns }];
}

/** The seventeen goals, and whether the first twelve are all met. */
function profile(
  random: Random,
  { printer }: DatasetPlan,
  household: Household,
  yearEnds: number,
  uses: ServicesUsed,
): RowEvent {
  const good = random.chance(chanceExpected(household, uses) - 0.17);
  const missed = random.below(12);
  const goals = printer.goals.map((name, index) => {
    const met = index < 12 ? good || (index !== missed && random.chance(0.8)) : random.chance(0.85);
    return [name, met ? '2' : '1'] as const;
  });
  const columns = {
    ...Object.fromEntries(goals),
    academic_year: `${yearEnds - 1}/${yearEnds}`,
    local_authority: '999',
    establishment: `999${2000 + (household.number % 40)}`,
    urn: String(990_000 + (household.number % 40)),
    score: good ? '1' : '0',
  };
  return { columns };
}

/** Height, weight and body mass index of a child of about five. */
function measurement(random: Random, { person }: Case, day: Day, uses: ServicesUsed): RowEvent {
  const months = Math.floor((day - person.born) / 30.44);
  const height = 108 + (months - 60) * 0.55 + bell(random) * 4.6;
  const z = bell(random) * 1.05 + (uses === 'none' ? 0.35 : 0.25);
  const weight = (15.6 + z * 1.5) * (height / 100) ** 2;
  const category =
    z < -2.05 ? 'underweight' : z < 1.04 ? 'healthy-weight' : z < 1.64 ? 'overweight' : 'very-overweight';
  return {
    occasion: 'reception',
    columns: {
      score: z.toFixed(2),
      system_id: `N${person.number}`,
      age_in_months: String(months),
      // Some nurses read the scale in whole centimetres.
      height: random.chance(0.07) ? `${Math.round(height)}.0` : height.toFixed(1),
      weight: weight.toFixed(1),
      urn: String(990_000 + (person.number % 40)),
      population_category: category,
    },
  };
}

/** A number about 0, mostly within 2 of it, from the sum of twelve uniform ones. */
function bell(random: Random): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.unit();
  return sum;
}
