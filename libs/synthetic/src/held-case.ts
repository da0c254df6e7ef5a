import type { Role } from '@kinledger/contracts';
import { attributeBits } from './case-faults.js';
import type { CaseFaults } from './case-faults.js';
import type { Contacts } from './contacts.js';
import { britishOf, isoOf, spreadsheetNumber } from './days.js';
import type { Day } from './days.js';
import type { Household, Person } from './household.js';
import { maternityBooking, type MaternityBooking } from './maternity-booking.js';
import { otherSpelling, shortForms, UNNAMED } from './names.js';
import { styledMobile, styledNhsNumber, styledPostcode } from './provider-style.js';
import type { ProviderStyle } from './provider-style.js';
import { unitOf } from './random.js';

/** A provider's values for one person at one time, as printed; coded attributes as codes, '' if missing. */
export interface HeldCase {
  readonly caseNumber: string;
  readonly role: Role;
  readonly firstName: string;
  /** Names in full, as schools and children’s centres hold them; not on an adult’s row. */
  readonly forename: string;
  readonly surname: string;
  /** Whole names as a service writes them down, with its slips; for definitions whose files of people have them. */
  readonly wholeGivenName: string;
  readonly wholeSurname: string;
  readonly familyReference: string;
  readonly email: string;
  readonly carerEmail: string;
  readonly contactNumber: string;
  readonly additionalContactNumber: string;
  readonly nhsNumber: string;
  /** The carer’s, on a child’s row. */
  readonly carerNhsNumber: string;
  readonly dateOfBirth: string;
  readonly gender: string;
  readonly postcode: string;
  readonly lsoa: string;
  readonly dateRegistered: string;
  readonly relationship: string;
  readonly ethnicity: string;
  readonly homeLanguage: string;
  readonly disability: string;
  readonly countryOfOrigin: string;
  readonly specialEducationalNeeds: string;
  readonly loneParent: string;
  readonly pregnant: string;
  readonly expectedDate: string;
  readonly volunteer: string;
  readonly employmentStatus: string;
  readonly parentalEducation: string;
  readonly readingHours: string;
  readonly previousLiveBirths: string;
  /** Of a mother. */
  readonly maternity: MaternityBooking | undefined;
  readonly consentGiven: string;
  readonly consentFormVersion: string;
  readonly consentDate: string;
}

/** The part of a case that changes with time; equal moments print equal rows. */
export interface CaseMoment {
  readonly emailChanged: boolean;
  readonly carerEmailChanged: boolean;
  readonly mobileChanged: boolean;
  readonly moved: boolean;
  readonly unnamed: boolean;
  /** A child who is registered before the birth. */
  readonly unborn: boolean;
  readonly renamed: boolean;
  readonly corrected: boolean;
  readonly withdrawn: boolean;
}

/** A person in a service, with everything that the provider's record depends on. */
export interface Case {
  readonly caseNumber: string;
  readonly person: Person;
  /** The carer whose contacts are on a child's row. */
  readonly carer: Person;
  readonly household: Household;
  readonly registered: Day;
  readonly faults: CaseFaults;
  /** By how much the rates of faults were multiplied. */
  readonly difficulty: number;
  readonly style: ProviderStyle;
  readonly service: number;
  /** The code in place of a postcode; undefined unless the address is protected. */
  readonly protectedPostcode: string | undefined;
}

/** Maximum number of services, by which random streams of cases are numbered. */
export const SERVICES_AT_MOST = 64;

/** Days after birth before a newborn's row has a name. */
const NAMED_AFTER = 42;

/** The moment of a case in a quarter, given the quarter's end. */
export function momentOf(held: Case, quarter: number, quarterEnds: Day): CaseMoment {
  const { person, carer, household } = held;
  const holder = person.mailbox ?? person;
  return {
    emailChanged: holder.contacts.emailChanges <= quarter,
    carerEmailChanged: (carer.mailbox ?? carer).contacts.emailChanges <= quarter,
    mobileChanged: (person.role === 'child' ? carer : person).contacts.mobileChanges <= quarter,
    moved: household.moves <= quarter,
    unnamed: person.role === 'child' && person.born + NAMED_AFTER > quarterEnds,
    unborn: person.role === 'child' && person.born >= quarterEnds,
    renamed: person.surnameChanges <= quarter,
    corrected: held.faults.corrected <= quarter,
    withdrawn: held.faults.withdrawn <= quarter,
  };
}

/** A number that differs whenever the printed row may differ. */
export const signatureOf = (moment: CaseMoment): number =>
  (moment.emailChanged ? 1 : 0) |
  (moment.carerEmailChanged ? 2 : 0) |
  (moment.mobileChanged ? 4 : 0) |
  (moment.moved ? 8 : 0) |
  (moment.unnamed ? 16 : 0) |
  (moment.corrected ? 32 : 0) |
  (moment.withdrawn ? 64 : 0) |
  (moment.unborn ? 128 : 0) |
  (moment.renamed ? 256 : 0);

const placeholders = ['none@none.com', 'noemail@example.com', ''] as const;
const formVersions = ['2021-1', '2022-1', '2023-2'] as const;

/** Prints a case as its provider would at a moment. */
export function holdCase(held: Case, moment: CaseMoment, contacts: Contacts): HeldCase {
  const { person, carer, household, style, faults, service } = held;
  const child = person.role === 'child';
  const fault = <Name extends keyof CaseFaults>(name: Name, none: CaseFaults[Name]) =>
    moment.corrected ? none : faults[name];
  const missing = (bit: number) => (faults.attributesMissing & bit) !== 0;
  const contact = child ? carer : person;
  const email = emailText(
    contact,
    child ? moment.carerEmailChanged : moment.emailChanged,
    fault('email', 'none'),
    held,
    contacts,
  );
  const apart = contact === household.carers[1] ? household.apart : undefined;
  const address = apart ?? (moment.moved ? household.laterAddress : household.address);
  const hidden = held.protectedPostcode !== undefined;
  const expected = child || person.gender !== 'F' ? undefined : nextBirth(household, held.registered);
  const sometimes = (one: number) => !child && person.number % SOME_HOLD < one;
  return {
    caseNumber: held.caseNumber,
    role: person.role,
    firstName: child ? firstNameText(held, moment, fault('firstName', 'none')) : '',
    forename: child ? (moment.unnamed ? UNNAMED : person.firstName) : '',
    surname: surnameText(held, moment),
    wholeGivenName: slippedName(
      held,
      moment,
      firstNameText(held, moment, fault('firstName', 'none')),
      'given',
    ),
    wholeSurname: slippedName(held, moment, surnameText(held, moment), 'family'),
    familyReference: `LB${String(household.number + 1).padStart(5, '0')}`,
    email: child ? '' : email,
    carerEmail: child ? email : '',
    contactNumber:
      child && household.grandparentPhone !== undefined && (person.number + service) % 3 > 0
        ? styledMobile(contacts.grandparentMobileOf(household.grandparentPhone), style)
        : mobileText(contact, moment.mobileChanged, fault('mobile', 'none'), held, contacts),
    additionalContactNumber:
      sometimes(1) && person.mailbox ? contacts.mobileOf(person.mailbox.number, false) : '',
    carerNhsNumber: child ? nhsNumberText(contacts.nhsNumberOf(carer.number), 'none', style) : '',
    nhsNumber: nhsNumberText(contacts.nhsNumberOf(person.number), fault('nhsNumber', 'none'), style),
    dateOfBirth: birthDateText(
      moment.unborn ? expectedOf(person) : person.born,
      fault('birthDate', 'none'),
      style,
    ),
    gender: moment.unborn
      ? (unbornGenders[person.number % unbornGenders.length] ?? '')
      : genderText(person, faults.gender),
    postcode: postcodeText(held.protectedPostcode ?? address.postcode, fault('postcode', 'none'), style),
    lsoa: hidden || fault('postcode', 'none') !== 'none' ? '' : address.lsoa,
    dateRegistered: missing(attributeBits.dateRegistered) ? '' : dateText(held.registered, style),
    relationship: child || missing(attributeBits.relationship) ? '' : (person.relationship ?? ''),
    ethnicity: missing(attributeBits.ethnicity) ? '' : person.ethnicity,
    homeLanguage: missing(attributeBits.homeLanguage) ? '' : person.homeLanguage,
    disability: missing(attributeBits.disability) ? '' : person.disability,
    countryOfOrigin: missing(attributeBits.countryOfOrigin) ? '' : person.countryOfOrigin,
    specialEducationalNeeds:
      !child || missing(attributeBits.specialEducationalNeeds) ? '' : person.specialEducationalNeeds,
    loneParent: child || person.relationship === undefined ? '' : household.loneParent ? 'yes' : 'no',
    pregnant: child || person.gender !== 'F' ? '' : expected === undefined ? 'no' : 'yes',
    expectedDate: expected === undefined ? '' : dateText(expected, style),
    volunteer: sometimes(SOME_HOLD) ? 'no' : '',
    employmentStatus: sometimes(SOME_HOLD - 1) ? pickOf(employments, person.number) : '',
    parentalEducation: sometimes(SOME_HOLD - 2) ? pickOf(educations, person.number) : '',
    readingHours: sometimes(SOME_HOLD - 3) ? String((person.number * 7) % 15) : '',
    previousLiveBirths: child ? '' : String(born(household, held.registered)),
    maternity:
      person.relationship === 'mother' ? maternityBooking(person, household, moment.moved) : undefined,
    consentGiven: consentText(faults.consent, moment),
    consentFormVersion: missing(attributeBits.consentFormVersion)
      ? ''
      : (formVersions[held.service % formVersions.length] ?? ''),
    consentDate: faults.consent === 'given' ? dateText(held.registered, style) : '',
  };
}

export const dateText = (day: Day, style: ProviderStyle): string =>
  style.dates === 'british' ? britishOf(day) : isoOf(day);

/** Days from conception, roughly, to birth. */
const PREGNANCY = 280;

/** The expected birth of the child that a mother carries on a day; undefined if she is not pregnant. */
const nextBirth = ({ children, expecting }: Household, registered: Day): Day | undefined => {
  const child = children.find(({ born }) => born > registered && born <= registered + PREGNANCY);
  if (child !== undefined) return expectedOf(child);
  return expecting !== undefined && expecting <= registered + PREGNANCY ? expecting : undefined;
};

/** The day on which a birth was expected: within ten days of the birth. */
const expectedOf = ({ born, number }: Person): Day => born + (Math.imul(number, 7) % 21) - 10;

/** What files say of the gender of an unborn child: unknown mostly, or a row that intake has to refuse. */
const unbornGenders = ['X', 'X', ''] as const;

/** A newborn has the mother’s surname until it is named. */
function surnameText({ person, carer }: Case, { unnamed, renamed }: CaseMoment): string {
  if (person.role === 'child' && unnamed) return carer.surname;
  return renamed ? person.laterSurname : person.surname;
}

const born = (household: Household, day: Day): number =>
  household.children.filter((child) => child.born <= day).length;

/** Of so many adults all but a few have answered an optional question. */
const SOME_HOLD = 8;
const employments = [
  ...['employed', 'employed', 'employed', 'looking-after-home-or-family', 'self-employed'],
  ...['unemployed', 'student', 'long-term-sick-or-disabled', 'not-stated'],
] as const;
const educations = ['level-2', 'level-3', 'level-4-and-above', 'none', 'level-1', 'apprenticeship'] as const;

const pickOf = (codes: readonly string[], number: number): string =>
  codes[(Math.imul(number, 0x9e3779b1) >>> 8) % codes.length] ?? '';

function consentText(consent: CaseFaults['consent'], { withdrawn }: CaseMoment): string {
  if (consent === 'missing') return '';
  return consent === 'refused' || withdrawn ? 'false' : 'true';
}

function emailText(
  person: Person,
  changed: boolean,
  fault: CaseFaults['email'],
  { faults, service }: Case,
  contacts: Contacts,
): string {
  const owner = person.mailbox ?? person;
  const email = contacts.emailOf(owner.number, owner.firstName, owner.surname, changed);
  switch (fault) {
    case 'none':
      return email;
    case 'missing':
      return '';
    case 'typo':
      return slipped(email, faults.slip, email.indexOf('@'));
    case 'placeholder':
      return placeholders[faults.placeholder] || `centre${service}@example.org`;
    case 'upper-case':
      return email.toUpperCase();
    case 'outer-space':
      return ` ${email} `;
  }
}

/** Swaps two neighbouring letters before `end`; if they are equal, drops one. */
function slipped(text: string, slip: number, end: number): string {
  const at = Math.floor(slip * Math.max(end - 1, 1));
  const left = text.charAt(at);
  const right = text.charAt(at + 1);
  return left === right
    ? text.slice(0, at) + text.slice(at + 1)
    : text.slice(0, at) + right + left + text.slice(at + 2);
}

function mobileText(
  person: Person,
  changed: boolean,
  fault: CaseFaults['mobile'],
  { style, service, faults }: Case,
  contacts: Contacts,
): string {
  const owner = changed ? person.number : (person.contacts.recycledFrom ?? person.number);
  const mobile = contacts.mobileOf(owner, changed);
  switch (fault) {
    case 'none':
      return styledMobile(
        mobile,
        faults.internationalMobile ? { ...style, mobiles: 'international' } : style,
      );
    case 'missing':
      return '';
    case 'zero-lost':
      return mobile.slice(1);
    case 'centre':
      return styledMobile(contacts.centreMobileOf(service), style);
    case 'landline':
      return `020 7946 0${100 + Math.floor(faults.slip * 900)}`;
  }
}

function nhsNumberText(number: string, fault: CaseFaults['nhsNumber'], style: ProviderStyle): string {
  switch (fault) {
    case 'none':
      return styledNhsNumber(number, style);
    case 'missing':
      return '';
    case 'check-digit':
      return styledNhsNumber(number.slice(0, 9) + String((Number(number.charAt(9)) + 1) % 10), style);
  }
}

function birthDateText(born: Day, fault: CaseFaults['birthDate'], style: ProviderStyle): string {
  switch (fault) {
    case 'none':
      return dateText(born, style);
    case 'missing':
      return '';
    case 'transposed':
      return transposed(dateText(born, style), style);
    case 'spreadsheet-number':
      return spreadsheetNumber(born);
  }
}

/** Swaps the two digits of the day if that gives a different valid day; otherwise makes the day invalid. */
function transposed(text: string, { dates }: ProviderStyle): string {
  const day = dates === 'british' ? text.slice(0, 2) : text.slice(8);
  const swapped = day.charAt(1) + day.charAt(0);
  const isDay = swapped !== day && swapped >= '01' && swapped <= '28';
  const wrong = isDay ? swapped : day === '11' ? '12' : '11';
  return dates === 'british' ? wrong + text.slice(2) : text.slice(0, 8) + wrong;
}

function genderText(person: Person, fault: CaseFaults['gender']): string {
  switch (fault) {
    case 'none':
      return person.gender;
    case 'missing':
      return '';
    case 'wrong':
      return person.gender === 'F' ? 'M' : 'F';
  }
}

function postcodeText(postcode: string, fault: CaseFaults['postcode'], style: ProviderStyle): string {
  switch (fault) {
    case 'none':
      return styledPostcode(postcode, style);
    case 'missing':
      return '';
    case 'malformed':
      return postcode.slice(0, -1);
  }
}

function firstNameText(
  { person, faults: { slip } }: Case,
  moment: CaseMoment,
  fault: CaseFaults['firstName'],
): string {
  if (moment.unnamed) return UNNAMED;
  switch (fault) {
    case 'none':
      return person.firstName;
    case 'missing':
      return '';
    case 'short-form':
      return shortForms.get(person.firstName) ?? person.firstName.slice(0, 2);
    case 'other-spelling':
      return otherSpelling(person.firstName, slip);
  }
}

/** Share of names with two neighbouring letters exchanged, or one of two equal ones left out, at scale 1. */
const NAME_SLIP = 0.012;
/** Purposes of the draws for names, of which two cases of one person have different ones. */
const nameDraws = { given: 40, family: 42 } as const;

/** A name with a slip in some cases, until the case is corrected. Drawn apart, so that no other value depends on it. */
function slippedName(
  { person, service, difficulty }: Case,
  { corrected }: CaseMoment,
  name: string,
  which: keyof typeof nameDraws,
): string {
  const draw = (purpose: number) =>
    unitOf(person.number * SERVICES_AT_MOST + service, nameDraws[which] + purpose);
  if (corrected || draw(0) >= NAME_SLIP * difficulty || name.length < 3) return name;
  return slipped(name, draw(1), name.length);
}
