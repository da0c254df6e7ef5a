import { code, commandId, providerId } from '@kinledger/contracts';
import { isNoValue } from '@kinledger/domain';
import { identifierFormsFor, type ReadValue, type ValueForm } from '@kinledger/intake-files';
import type { Programme } from '@kinledger/programme';
import { namesOnePerson, type PersonIdentifiers } from '@kinledger/pseudonymised-rows';
import { Problem, type ProblemDetail } from '@kinledger/service-kit';
import { z } from 'zod';

const text = z.string().min(1).max(1000);

/** What somebody says of a person in order to name them, as they have it. */
const person = z.strictObject({
  nhsNumber: text.optional(),
  birthDate: text
    .optional()
    .describe('The person’s own: of individuals with a shared email or mobile it leaves out others.'),
  email: text.optional().describe('An adult’s own. It names nobody alone, but does with a birth date.'),
  mobile: text.optional().describe('An adult’s own. It names nobody alone, but does with a birth date.'),
  contacts: z
    .enum(['alone', 'shared'])
    .optional()
    .describe(
      'Whether nobody else uses this email and mobile. If so, rows of children in later files go further without them; if not, or if it is not said, they stay there, where they may be another carer’s.',
    ),
  child: z
    .strictObject({ carerEmail: text, birthDate: text, firstName: text, gender: text })
    .optional()
    .describe('The parts of a child key.'),
  caseNumber: z
    .strictObject({ provider: providerId, number: text })
    .optional()
    .describe('The number by which a provider knows the person: the row id of its files of people.'),
});
type PersonSaid = z.output<typeof person>;

const request = z.strictObject({
  person,
  reason: code.describe('The basis, as a short code such as data-subject-request: never a name.'),
  id: commandId.optional().describe('Idempotency key: a repeated request with the same one is one request.'),
});
export const liftBody = request;
export const eraseBody = request.extend({
  several: z
    .boolean()
    .default(false)
    .describe('Erase all individuals that the identifiers name, where they name several.'),
});

/**
 * Brings identifiers to the form in which rows have them, by the same functions.
 * @throws Problem 400, which tells the field and what is wrong, and never a value.
 */
export function readIdentifiers(programme: Programme, said: PersonSaid): PersonIdentifiers {
  const forms = identifierFormsFor({ synthetic: programme.definition.synthetic === true });
  const errors: ProblemDetail[] = [];
  const read = (form: ValueForm, path: string, value: string | undefined) => {
    if (value === undefined) return undefined;
    const kept = canonical(form, value);
    if (kept === undefined) errors.push({ path: `body.person.${path}`, message: wrong(path) });
    return kept;
  };
  const { child, caseNumber } = said;
  const found = {
    nhsNumber: read(forms.nhsNumber, 'nhsNumber', said.nhsNumber),
    birthDate: read(forms.birthDate, 'birthDate', said.birthDate),
    email: read(forms.email, 'email', said.email),
    mobile: read(forms.mobile, 'mobile', said.mobile),
    contactsAlone: said.contacts === 'alone' ? true : undefined,
    child: child && {
      carerEmail: read(forms.email, 'child.carerEmail', child.carerEmail),
      birthDate: read(forms.birthDate, 'child.birthDate', child.birthDate),
      firstName3: read(forms.firstName, 'child.firstName', child.firstName),
      gender: read(forms.gender, 'child.gender', child.gender),
    },
    caseNumber: caseNumber && {
      provider: caseNumber.provider,
      value: read(forms.caseNumber, 'caseNumber.number', caseNumber.number),
    },
  };
  if (caseNumber !== undefined && !isProvider(programme, caseNumber.provider))
    errors.push({ path: 'body.person.caseNumber.provider', message: 'is no provider of the programme' });
  if (errors.length > 0)
    throw new Problem(400, 'identifiers-invalid', {
      detail: 'Some of what is said of the person cannot be read. Nothing was asked for.',
      errors,
    });
  // Members without a value are left out, and the others are canonical: their forms say so.
  const identifiers = JSON.parse(JSON.stringify(found)) as PersonIdentifiers;
  if (!namesOnePerson(identifiers)) throw namesNobody();
  return identifiers;
}

function canonical(form: ValueForm, value: string): string | undefined {
  const trimmed = value.trim();
  if (trimmed === '' || isNoValue(trimmed)) return undefined;
  const read: string | ReadValue = form(trimmed);
  return (typeof read === 'string' ? read : read.value) ?? undefined;
}

const isProvider = ({ definition }: Programme, provider: string): boolean =>
  definition.services.some((service) => service.provider === provider);

const expectations: Readonly<Record<string, string>> = {
  nhsNumber: 'is no valid NHS number: ten digits, the last of which checks the others',
  mobile: 'is no mobile number of the United Kingdom',
  gender: 'is none of F, M and X, and no usual word for one of them',
  firstName: 'has no letter that a child key could take',
  number: 'is no case number',
};
const byKind: readonly (readonly [end: string, message: string])[] = [
  ['email', 'is no email address, or one that stands for none'],
  ['birthdate', 'is no date, or one that stands for none: write it as yyyy-mm-dd'],
];

function wrong(path: string): string {
  const field = path.split('.').at(-1) ?? path;
  const kind = byKind.find(([end]) => field.toLowerCase().endsWith(end));
  return kind?.[1] ?? expectations[field] ?? 'cannot be read';
}

const namesNobody = () =>
  new Problem(400, 'names-nobody', {
    detail:
      'Give an NHS number, all parts of a child key, a case number with its provider, or an adult’s email or mobile with the birth date. Email, mobile and birth date are shared by several people, and name nobody alone.',
  });
