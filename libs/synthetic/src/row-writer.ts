import type { Role } from '@kinledger/contracts';
import type { Contacts } from './contacts.js';
import { isoOf } from './days.js';
import type { Enrolment, Enrolments, Member } from './enrolment.js';
import { dateText, holdCase, momentOf, signatureOf } from './held-case.js';
import type { Case, CaseMoment, HeldCase } from './held-case.js';
import type { Household, Households, Person } from './household.js';
import type { DatasetPlan, Plan, QuarterDays, ServicePlan, SyntheticFile } from './plan.js';
import { Random } from './random.js';
import type { ReachTally } from './reach-tally.js';
import type { PrintedCase, RowEvent } from './row-printer.js';
import { drawSessions } from './sessions.js';
import type { Session } from './sessions.js';
import { personId } from './synthetic-item.js';
import type { SyntheticPerson, SyntheticRow } from './synthetic-item.js';

const ATTENDS = 0.88;
/** Share of the last fortnight's sessions that are written up after the file has been sent. */
const WRITTEN_UP_LATE = 0.05;
const LATE_DAYS = 14;
const ROW_TWICE = 0.0015;
/** Anonymous contacts per family and quarter. */
const ANONYMOUS = 0.06;
const SHARE_OF_WORKERS = 0.004;
/** Share of carers who also help out in a service: one person is an adult in one service and workforce in another. */
const CARER_VOLUNTEERS = 0.04;
/** Share of school rows without a parent’s email, the only identifier that the profile shares. */
const SCHOOL_WITHOUT_EMAIL = 0.6;
const SHARE_ASSESSED = 0.75;

/** Writes the rows of a household, a worker or a service. */
export class RowWriter {
  readonly #sessions: Random;
  readonly #outcomes: Random;
  readonly #activity: Random;
  readonly #workers: Random;
  readonly #nobody: HeldCase;
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
    this.#outcomes = new Random(root);
    this.#activity = new Random(root);
    this.#workers = new Random(root);
    this.#nobody = nobody();
  }

  /** Yields all rows of a household, and counts its reach. */
  *household(household: Household): Generator<SyntheticRow> {
    this.#tally.begin(household);
    let stream = household.number * 16;
    for (const enrolment of this.#enrolments.of(household)) {
      stream += 1;
      yield* this.#enrolment(enrolment, stream * this.#plan.quarters.length);
    }
    this.#tally.add(household);
    for (const carer of household.carers) yield* this.#volunteering(carer, household);
    for (const source of this.#plan.services) {
      if (source.outcome) yield* this.#assessments(source, source.outcome, household);
    }
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
          yield { of: 'person', person: personId(number), family: '', role, decile: home.decile };
          const from = number % this.#plan.quarters.length;
          yield* this.#working(plan, person, home, from, 2 ** 27 + number);
        }
      }
    }
  }

  /** Rows of a person who works in a service, from a quarter to the end. */
  #working(
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
    return this.#enrolment(enrolment, stream * this.#plan.quarters.length);
  }

  /** Rows of services that report activity, not people. */
  *activity(): Generator<SyntheticRow> {
    for (const { input, index, style } of this.#plan.services) {
      if (!input) continue;
      for (const [quarter, { starts, ends }] of this.#plan.quarters.entries()) {
        const file = input.files[quarter];
        if (!file) continue;
        const random = this.#activity.at('activity', index * 1000 + quarter);
        const printed = input.printer.printCase(this.#nobody);
        const codes = (fact: 'category' | 'item' | 'unit') => input.printer.codes.get(fact) ?? [''];
        for (let row = random.between(3, 8); row > 0; row--) {
          const item = random.pick(codes('item'));
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
      }
    }
  }

  *#enrolment(enrolment: Enrolment, stream: number): Generator<SyntheticRow> {
    const { plan, from, to, members } = enrolment;
    const pages = members.map((member) => new CasePages(member.case, this.#contacts, this.#plan));
    for (const [quarter, days] of this.#plan.quarters.entries()) {
      if (quarter < from) continue;
      if (plan.user) yield* this.#userRows(plan.user, enrolment, pages, quarter);
      if (plan.engagement && quarter <= to) {
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
    const delta = user.dataset.extractKind === 'delta';
    for (const [index, member] of members.entries()) {
      const page = pages[index];
      if (!page || quarter < member.joins || !user.roles.includes(member.case.person.role)) continue;
      // After a family has left, its record is no longer updated.
      const held = Math.min(quarter, to);
      const first = quarter === Math.max(member.joins, from);
      const changed = quarter <= to && page.changedIn(quarter);
      if (delta && !first && !changed) continue;
      const line = page.line(user, held, noEvent);
      yield row(file, line, member.case.person);
    }
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
    const file = engagement.files[quarter];
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
        const { person, registered } = member.case;
        const page = pages[index];
        if (!page || !member.consents || registered > session.day || !engagement.roles.includes(person.role))
          continue;
        if (member.case.faults.withdrawn <= quarter) continue;
        const line = page.line(engagement, quarter, sessionEvent(session, attended, member.case));
        const reached = attended && session.qualifies && (person.role === 'child' || person.role === 'adult');
        const written = {
          ...row(late ? later : file, line, person),
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

  *#assessments(source: ServicePlan, outcome: DatasetPlan, household: Household): Generator<SyntheticRow> {
    for (const [quarter, file] of outcome.files.entries()) {
      if (!file) continue;
      const ends = Number(file.period.slice(0, 4)) + 1;
      const { printer } = outcome;
      for (const child of household.children) {
        // Reception is the school year in which a child turns five.
        const born = isoOf(child.born);
        if (born < `${ends - 6}-09-01` || born >= `${ends - 5}-09-01`) continue;
        const random = this.#outcomes.at('outcome', child.number * this.#plan.quarters.length + quarter);
        if (!random.chance(SHARE_ASSESSED)) continue;
        const assessed = Date.UTC(ends, 5, 10 + random.below(18)) / 86_400_000;
        const held = this.#enrolments.outcomeCase(source, child, household, assessed);
        const withoutEmail = random.chance(SCHOOL_WITHOUT_EMAIL);
        const known = holdCase(held, momentOf(held, quarter, assessed), this.#contacts);
        const printed = printer.printCase(withoutEmail ? { ...known, carerEmail: '' } : known);
        const word = (fact: 'instrument' | 'occasion') => printer.codes.get(fact)?.[0] ?? '';
        for (const measure of printer.codes.get('measure')?.slice(0, 3) ?? []) {
          const asExpected = random.chance(0.5 + household.decile * 0.03);
          const event: RowEvent = {
            eventDate: dateText(assessed, source.style),
            instrument: word('instrument'),
            measure,
            occasion: word('occasion'),
            score: asExpected ? '2' : '1',
          };
          yield row(file, printer.printLine(printed, event), child);
        }
      }
    }
  }
}

/** The printed rows of a member in a provider’s case system, printed again only when something has changed. */
class CasePages {
  #lastHeld: { signature: number; held: HeldCase } | undefined;
  readonly #printed = new Map<DatasetPlan, { signature: number; page: PrintedCase }>();
  readonly #subject: Case;
  readonly #contacts: Contacts;
  readonly #plan: Plan;

  constructor(subject: Case, contacts: Contacts, plan: Plan) {
    this.#subject = subject;
    this.#contacts = contacts;
    this.#plan = plan;
  }

  /** Whether the rows differ from those of the quarter before. */
  changedIn(quarter: number): boolean {
    return signatureOf(this.#momentIn(quarter)) !== signatureOf(this.#momentIn(quarter - 1));
  }

  line(dataset: DatasetPlan, quarter: number, event: RowEvent): string {
    const moment = this.#momentIn(quarter);
    const signature = signatureOf(moment);
    const known = this.#printed.get(dataset);
    if (known?.signature === signature) return dataset.printer.printLine(known.page, event);
    if (this.#lastHeld?.signature !== signature) {
      this.#lastHeld = { signature, held: holdCase(this.#subject, moment, this.#contacts) };
    }
    const page = dataset.printer.printCase(this.#lastHeld.held);
    this.#printed.set(dataset, { signature, page });
    return dataset.printer.printLine(page, event);
  }

  #momentIn(quarter: number): CaseMoment {
    return momentOf(this.#subject, quarter, this.#plan.quarters[Math.max(quarter, 0)]?.ends ?? 0);
  }
}

const noEvent: RowEvent = {};

const sessionEvent = (session: Session, attended: boolean, { style }: Pick<Case, 'style'>): RowEvent => ({
  eventDate: dateText(session.day, style),
  sessionKind: session.kind,
  attended: attended ? 'true' : 'false',
  minutes: attended && session.minutes > 0 ? String(session.minutes) : '',
});

const row = (file: SyntheticFile, line: string, person: Person): SyntheticRow => ({
  of: 'row',
  file,
  line,
  person: personId(person.number),
  role: person.role,
});

/** Category, unit and maximum quantity of the activity items in LEAP's definition. */
const usualActivity: Readonly<Record<string, { category: string; unit: string; most: number }>> = {
  'training-course': { category: 'activity', unit: 'sessions', most: 6 },
  'practitioners-trained': { category: 'human', unit: 'people', most: 24 },
  'practice-supervision': { category: 'human', unit: 'hours', most: 40 },
  'capital-spend': { category: 'financial', unit: 'pounds', most: 25_000 },
  'places-improved': { category: 'material', unit: 'places', most: 3 },
  'resource-packs': { category: 'material', unit: 'packs', most: 200 },
};

const nobody = (): HeldCase => ({
  caseNumber: '',
  role: 'none',
  firstName: '',
  email: '',
  carerEmail: '',
  contactNumber: '',
  nhsNumber: '',
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
  consentGiven: '',
  consentFormVersion: '',
  consentDate: '',
});
