import type { Role } from '@kinledger/contracts';
import type { Contacts } from './contacts.js';
import type { Day } from './days.js';
import type { Enrolment, Enrolments, Member } from './enrolment.js';
import { dateText } from './held-case.js';
import type { Case, HeldCase } from './held-case.js';
import type { Household, Households, Person } from './household.js';
import type { DatasetPlan, Plan, QuarterDays, ServicePlan, SyntheticFile } from './plan.js';
import { Random } from './random.js';
import type { ReachTally } from './reach-tally.js';
import type { RowEvent } from './row-printer.js';
import { OutcomeRows } from './outcome-rows.js';
import type { ServicesUsed } from './outcome-rows.js';
import { CasePages } from './case-pages.js';
import { drawSessions } from './sessions.js';
import type { Session } from './sessions.js';
import { personId, rowOf } from './synthetic-item.js';
import type { SyntheticPerson, SyntheticRow } from './synthetic-item.js';

const ATTENDS = 0.88;
/** Share of the last fortnight's sessions that are written up after the file has been sent. */
const WRITTEN_UP_LATE = 0.05;
const LATE_DAYS = 14;
const ROW_TWICE = 0.0015;
/** Days after birth before a child comes to a session. */
const COMES_AFTER = 12;
/** Anonymous contacts per family and quarter. */
const ANONYMOUS = 0.06;
const SHARE_OF_WORKERS = 0.004;
/** Share of carers who also help out in a service: one person is an adult in one service and workforce in another. */
const CARER_VOLUNTEERS = 0.04;
const GIVES_FEEDBACK = 0.3;
/** One in so many people who declined is in a file all the same. */
const SENT_IN_ERROR = 5;
/** The item under which a service reports how many declined. */
const WITHOUT_CONSENT = 'people-without-consent';
/** Share of missed sessions of which the provider knows who cancelled. */
const CANCELLER_KNOWN = 0.6;

/** Writes the rows of a household, a worker or a service. */
export class RowWriter {
  readonly #sessions: Random;
  readonly #outcomes: OutcomeRows;
  readonly #feedback: Random;
  readonly #activity: Random;
  readonly #workers: Random;
  readonly #nobody: HeldCase;
  /** How many people declined, by service and quarter. */
  readonly #declined: readonly number[][];
  readonly #plan: Plan;
  readonly #contacts: Contacts;
  readonly #enrolments: Enrolments;
  readonly #tally: ReachTally;

  constructor(root: Uint32Array, plan: Plan, contacts: Contacts, enrolments: Enrolments, tally: ReachTally) {
    this.#plan = plan;
    this.#contacts = contacts;
    this.#enrolments = enrolments;
    this.#tally = tally;
    this.#sessions = new Random(root);
    this.#outcomes = new OutcomeRows(root, plan, contacts, enrolments);
    this.#feedback = new Random(root);
    this.#activity = new Random(root);
    this.#workers = new Random(root);
    this.#nobody = nobody();
    this.#declined = plan.services.map(() => plan.quarters.map(() => 0));
  }

  /** Yields all rows of a household, and counts its reach. */
  *household(household: Household): Generator<SyntheticRow> {
    this.#tally.begin(household);
    let stream = household.number * 16;
    const enrolments = this.#enrolments.of(household);
    const used = enrolments.filter(({ plan }) => !plan.service.administrative);
    const usedBy = (day: Day): ServicesUsed => {
      const before = used.filter(({ from }) => (this.#plan.quarters[from]?.starts ?? Infinity) < day);
      if (before.length === 0) return 'none';
      return before.some(({ plan }) => plan.service.offer === 'targeted') ? 'targeted' : 'universal';
    };
    for (const enrolment of enrolments) {
      stream += 1;
      const pages = this.#pagesOf(enrolment);
      yield* this.#enrolment(enrolment, pages, stream * this.#plan.quarters.length);
      yield* this.#outcomes.ofEnrolment(enrolment, pages, household, usedBy);
      yield* this.#feedbackRows(enrolment, pages, stream);
    }
    this.#tally.add(household);
    for (const carer of household.carers) yield* this.#volunteering(carer, household);
    for (const source of this.#plan.services) yield* this.#outcomes.atSchool(source, household, usedBy);
  }

  *#volunteering(carer: Person, home: Household): Generator<SyntheticRow> {
    const random = this.#workers.at('volunteering', carer.number);
    const open = this.#plan.services.filter(
      ({ service, user }) => !service.administrative && user?.roles.includes('volunteer'),
    );
    if (open.length === 0 || !random.chance(CARER_VOLUNTEERS)) return;
    const plan = random.pick(open);
    const from = random.below(this.#plan.quarters.length);
    yield* this.#working(plan, { ...carer, role: 'volunteer' }, home, from, 2 ** 28 + carer.number);
  }

  /** Rows of practitioners and volunteers, who are in the same files as families but do not count as reach. */
  *workers(
    households: Households,
    people: number,
    firstNumber: number,
  ): Generator<SyntheticRow | SyntheticPerson> {
    let number = firstNumber;
    for (const plan of this.#plan.services) {
      const roles = plan.user?.roles ?? [];
      for (const role of ['practitioner', 'volunteer'] as const) {
        if (!plan.user || plan.service.administrative || !roles.includes(role)) continue;
        const count = Math.max(1, Math.round((people * SHARE_OF_WORKERS) / this.#plan.services.length / 2));
        for (let worker = 0; worker < count; worker++, number++) {
          const { person, home } = households.worker(number, role);
          const { ethnicity } = person;
          yield { of: 'person', person: personId(number), family: '', role, decile: home.decile, ethnicity };
          const from = number % this.#plan.quarters.length;
          yield* this.#working(plan, person, home, from, 2 ** 27 + number);
        }
      }
    }
  }

  /** Rows of a person who works in a service, from a quarter to the end. */
  *#working(
    plan: ServicePlan,
    person: Person,
    home: Household,
    from: number,
    stream: number,
  ): Generator<SyntheticRow> {
    const registered = (this.#plan.quarters[from]?.starts ?? 0) + 3;
    const held = this.#enrolments.workerCase(plan, person, home, registered);
    const member: Member = { place: 0, case: held, joins: from, consents: held.faults.consent === 'given' };
    const enrolment = { plan, from, to: this.#plan.quarters.length - 1, members: [member] };
    const pages = this.#pagesOf(enrolment);
    yield* this.#enrolment(enrolment, pages, stream * this.#plan.quarters.length);
    yield* this.#feedbackRows(enrolment, pages, stream);
  }

  #pagesOf({ members }: Enrolment): readonly CasePages[] {
    return members.map((member) => new CasePages(member.case, this.#contacts, this.#plan));
  }

  /**
   * Rows of services about what they do and with what, not about people; after those of all households, because they
   * count the people who declined.
   */
  *activity(): Generator<SyntheticRow> {
    for (const { input, user, index, style } of this.#plan.services) {
      if (!input) continue;
      for (const [quarter, { starts, ends }] of this.#plan.quarters.entries()) {
        const file = input.files[quarter];
        if (!file) continue;
        const random = this.#activity.at('activity', index * 1000 + quarter);
        const printed = input.printer.printCase(this.#nobody);
        const codes = (fact: 'category' | 'item' | 'unit') => input.printer.codes.get(fact) ?? [''];
        const items = codes('item').filter((item) => item !== WITHOUT_CONSENT);
        for (let row = random.between(3, 8); row > 0; row--) {
          const item = random.pick(items);
          const usual = usualActivity[item];
          const event: RowEvent = {
            eventDate: dateText(starts + random.below(ends - starts), style),
            category: usual?.category ?? random.pick(codes('category')),
            item,
            quantity: String(random.between(1, usual?.most ?? 50)),
            unit: usual?.unit ?? random.pick(codes('unit')),
          };
          yield { of: 'row', file, line: input.printer.printLine(printed, event), person: '', role: 'none' };
        }
        if (user?.printer.asksConsent !== true || !codes('item').includes(WITHOUT_CONSENT)) continue;
        const event: RowEvent = {
          eventDate: dateText(ends - 1, style),
          ...{ category: 'activity', item: WITHOUT_CONSENT, unit: 'people' },
          quantity: String(this.#declined[index]?.[quarter] ?? 0),
        };
        yield { of: 'row', file, line: input.printer.printLine(printed, event), person: '', role: 'none' };
      }
    }
  }

  *#enrolment(enrolment: Enrolment, pages: readonly CasePages[], stream: number): Generator<SyntheticRow> {
    const { plan, from, to, members } = enrolment;
    for (const [quarter, days] of this.#plan.quarters.entries()) {
      if (quarter < from) continue;
      if (plan.user) yield* this.#userRows(plan.user, enrolment, pages, quarter);
      const reviews = plan.engagement?.printer.codes.get('sessionKind')?.includes('new-birth-visit') === true;
      if (plan.engagement && reviews) {
        yield* this.#reviewRows(plan.engagement, members, pages, quarter, days);
      } else if (plan.engagement && quarter <= to) {
        yield* this.#engagementRows(plan, plan.engagement, members, pages, quarter, days, stream + quarter);
      }
    }
  }

  *#userRows(
    user: DatasetPlan,
    { from, to, members }: Enrolment,
    pages: readonly CasePages[],
    quarter: number,
  ): Generator<SyntheticRow> {
    const file = user.files[quarter];
    if (!file) return;
    // The first file of a service that begins late names everybody who has come so far.
    const begins = user.files.findIndex((one) => one !== undefined);
    const delta = user.dataset.extractKind === 'delta';
    for (const [index, member] of members.entries()) {
      const page = pages[index];
      if (!page || quarter < member.joins || !user.roles.includes(member.case.person.role)) continue;
      // After a family has left, its record is no longer updated.
      const held = Math.min(quarter, to);
      const first = quarter === Math.max(member.joins, from, begins);
      const changed = quarter <= to && page.changedIn(quarter);
      if (delta && !first && !changed) continue;
      if (user.printer.asksConsent && member.case.faults.consent === 'refused') {
        if (first) this.#countDeclined(member.case.service, quarter);
        // Nobody’s row should be sent who declines. Some are.
        if (member.case.person.number % SENT_IN_ERROR > 0) continue;
      }
      const line = page.line(user, held, noEvent);
      yield rowOf(file, line, member.case.person);
    }
  }

  #countDeclined(service: number, quarter: number): void {
    const counts = this.#declined[service];
    if (counts) counts[quarter] = (counts[quarter] ?? 0) + 1;
  }

  *#engagementRows(
    plan: ServicePlan,
    engagement: DatasetPlan,
    members: readonly Member[],
    pages: readonly CasePages[],
    quarter: number,
    days: QuarterDays,
    stream: number,
  ): Generator<SyntheticRow> {
    const file = fileFrom(engagement, quarter);
    if (!file) return;
    const later = engagement.files[quarter + 1];
    const random = this.#sessions.at('sessions', stream);
    const first = Math.min(...members.map((member) => member.case.registered));
    for (const session of drawSessions(random, plan, days, first)) {
      const late =
        later !== undefined && session.day >= days.ends - LATE_DAYS && random.chance(WRITTEN_UP_LATE);
      for (const [index, member] of members.entries()) {
        const attended = random.chance(ATTENDS) || !session.qualifies;
        const twice = random.chance(ROW_TWICE);
        const said = random.unit();
        const canceller = attended || said >= CANCELLER_KNOWN ? '' : said < 0.5 ? 'participant' : 'service';
        const { person, registered } = member.case;
        const page = pages[index];
        if (!page || !member.consents || registered > session.day || !engagement.roles.includes(person.role))
          continue;
        if (person.role === 'child' && person.born + COMES_AFTER > session.day) continue;
        if (member.case.faults.withdrawn <= quarter) continue;
        const event = sessionEvent(session, attended, member.case, canceller);
        const line = page.line(engagement, quarter, event);
        const reached = attended && session.qualifies && (person.role === 'child' || person.role === 'adult');
        const written = {
          ...rowOf(late ? later : file, line, person),
          ...(reached ? { reachedIn: days.period.code } : {}),
        };
        yield written;
        if (twice) yield written;
        if (reached) this.#tally.engaged(member.place, quarter, plan.index);
      }
      const role = engagement.roles.includes('none') ? 'none' : 'adult';
      if (random.chance(ANONYMOUS / plan.profile.sessions[1]) && engagement.roles.includes(role)) {
        yield this.#anonymous(engagement, file, session, plan, role);
      }
    }
  }

  /** A child’s mandated reviews that fall into the quarter. */
  *#reviewRows(
    engagement: DatasetPlan,
    members: readonly Member[],
    pages: readonly CasePages[],
    quarter: number,
    days: QuarterDays,
  ): Generator<SyntheticRow> {
    const file = engagement.files[quarter];
    if (!file) return;
    for (const [index, member] of members.entries()) {
      const { person, registered, style } = member.case;
      const page = pages[index];
      if (!page || person.role !== 'child' || !member.consents) continue;
      const random = this.#sessions.at('reviews', person.number);
      for (const [kind, due] of reviewsDue) {
        const day = person.born + due + random.below(14);
        const attended = random.chance(ATTENDS);
        const byTelephone = random.chance(0.1);
        if (day < Math.max(days.starts, registered) || day >= days.ends) continue;
        const event: RowEvent = {
          eventDate: dateText(day, style),
          sessionKind: kind,
          attended: attended ? 'true' : 'false',
          minutes: attended ? String(30 + 15 * (day % 3)) : '',
          columns: { medium: byTelephone ? 'telephone' : 'face-to-face' },
        };
        yield rowOf(file, page.line(engagement, quarter, event), person);
      }
    }
  }

  /** What adults, and practitioners, say of a service when they leave it. */
  *#feedbackRows(
    { plan, from, to, members }: Enrolment,
    pages: readonly CasePages[],
    stream: number,
  ): Generator<SyntheticRow> {
    const { feedback } = plan;
    const file = feedback && fileFrom(feedback, to);
    const days = this.#plan.quarters[to];
    if (!feedback || !file || !days || from > to) return;
    const random = this.#feedback.at('feedback', stream);
    for (const [index, member] of members.entries()) {
      const { person, registered, style, household } = member.case;
      const page = pages[index];
      const day = Math.max(days.starts + random.below(days.ends - days.starts), registered);
      if (!random.chance(GIVES_FEEDBACK) || !page || !member.consents) continue;
      if (!feedback.roles.includes(person.role) || day >= days.ends) continue;
      if (member.case.faults.withdrawn <= to) continue;
      for (const question of feedback.printer.codes.get('question') ?? []) {
        const aboutWork = question.startsWith('training') || question.startsWith('confident');
        if (aboutWork !== (person.role === 'practitioner')) continue;
        const pleased = random.chance(0.6 + household.decile * 0.02);
        const rating = String(pleased ? 4 + random.below(2) : 1 + random.below(4));
        const event: RowEvent = { eventDate: dateText(day, style), question, rating };
        yield rowOf(file, page.line(feedback, to, event), person);
      }
    }
  }

  /** A row that names nobody: with the role for it, if the file has one; else an adult without identifiers. */
  #anonymous(
    engagement: DatasetPlan,
    file: SyntheticFile,
    session: Session,
    plan: ServicePlan,
    role: Role,
  ): SyntheticRow {
    const printed = engagement.printer.printCase({ ...this.#nobody, role });
    const event = sessionEvent(session, true, plan);
    return { of: 'row', file, line: engagement.printer.printLine(printed, event), person: '', role };
  }
}

/** The file of a quarter; of a service that begins late, its first file, which holds what came before. */
const fileFrom = ({ files }: DatasetPlan, quarter: number): SyntheticFile | undefined =>
  files[quarter] ?? files.slice(quarter).find((file) => file !== undefined);

const noEvent: RowEvent = {};

/** The reviews of a health visitor, by the day of life on which they are due. */
const reviewsDue: readonly (readonly [kind: string, day: Day])[] = [
  ['new-birth-visit', 12],
  ['6-to-8-week-review', 49],
  ['12-month-review', 370],
  ['2-to-2-and-a-half-year-review', 830],
];

const sessionEvent = (
  session: Session,
  attended: boolean,
  { style }: Pick<Case, 'style'>,
  canceller = '',
): RowEvent => ({
  eventDate: dateText(session.day, style),
  sessionKind: session.kind,
  attended: attended ? 'true' : 'false',
  minutes: attended && session.minutes > 0 ? String(session.minutes) : '',
  columns: { cancelled_by: canceller },
});

/** Category, unit and maximum quantity of the activity items in LEAP's definition. */
const usualActivity: Readonly<Record<string, { category: string; unit: string; most: number }>> = {
  'training-course': { category: 'activity', unit: 'sessions', most: 6 },
  'practitioners-trained': { category: 'human', unit: 'people', most: 24 },
  'practice-supervision': { category: 'human', unit: 'hours', most: 40 },
  'capital-spend': { category: 'financial', unit: 'pounds', most: 25_000 },
  'places-improved': { category: 'material', unit: 'places', most: 3 },
  'resource-packs': { category: 'material', unit: 'packs', most: 200 },
  expenditure: { category: 'financial', unit: 'pounds', most: 20_000 },
  income: { category: 'financial', unit: 'pounds', most: 5_000 },
  'staff-in-post': { category: 'human', unit: 'full-time-equivalents', most: 6 },
  'staff-hours': { category: 'human', unit: 'hours', most: 600 },
  volunteers: { category: 'human', unit: 'people', most: 12 },
  'volunteer-hours': { category: 'human', unit: 'hours', most: 120 },
  'sessions-delivered': { category: 'activity', unit: 'sessions', most: 40 },
  'homes-inspected': { category: 'activity', unit: 'homes', most: 15 },
};

const nobody = (): HeldCase => ({
  caseNumber: '',
  role: 'none',
  firstName: '',
  forename: '',
  surname: '',
  wholeGivenName: '',
  wholeSurname: '',
  familyReference: '',
  email: '',
  carerEmail: '',
  contactNumber: '',
  additionalContactNumber: '',
  nhsNumber: '',
  carerNhsNumber: '',
  dateOfBirth: '',
  gender: '',
  postcode: '',
  lsoa: '',
  dateRegistered: '',
  relationship: '',
  ethnicity: '',
  homeLanguage: '',
  disability: '',
  countryOfOrigin: '',
  specialEducationalNeeds: '',
  loneParent: '',
  pregnant: '',
  expectedDate: '',
  volunteer: '',
  employmentStatus: '',
  parentalEducation: '',
  readingHours: '',
  previousLiveBirths: '',
  maternity: undefined,
  consentGiven: '',
  consentFormVersion: '',
  consentDate: '',
});
