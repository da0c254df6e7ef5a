import { identifiersIn, parsePeriod, type IdentifierInText } from '@kinledger/domain';
import { z } from 'zod';

export const actionStates = ['open', 'done', 'dropped'] as const;
export type ActionState = (typeof actionStates)[number];

const named: Readonly<Record<IdentifierInText, string>> = {
  email: 'an email address',
  'nhs-number': 'an NHS number',
  mobile: 'a mobile number',
  postcode: 'a postcode',
  date: 'a date',
};

/** Why a text may not be kept, in words; undefined where it may. */
export function refusalOf(text: string): string | undefined {
  const [kind] = identifiersIn(text);
  if (kind === undefined) return undefined;
  return `it holds ${named[kind]}: write what is to be done, and nothing of a person (the due date has a field of its own)`;
}

/** Free text without what could tell of a person; no error repeats it. */
const plainText = (least: number, most: number) =>
  z
    .string(`expected ${least} to ${most} letters`)
    .trim()
    .min(least, `expected ${least} to ${most} letters`)
    .max(most, `expected ${least} to ${most} letters`)
    .superRefine((text, context) => {
      const message = refusalOf(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

export const actionText = plainText(5, 500).describe('What is to be done; nothing of a person.');
export const actionOwner = plainText(2, 80).describe('A role, or the name of a member of staff.');
export const actionDue = z.iso.date('expected a day such as 2024-01-31').describe('Due date.');
const quarterOf = (text: string) => {
  const period = parsePeriod(text);
  return period?.kind === 'quarter' && period.code === text ? period : undefined;
};
export const actionPeriod = z
  .string()
  .refine((text) => quarterOf(text) !== undefined, 'expected a quarter such as 2023-24-Q2')
  .describe('The quarter that the meeting was about.');
export const actionId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'expected the id of an action: 32 hexadecimal digits');

/** What a meeting agreed. */
export interface AgreedAction {
  readonly period: string;
  readonly text: string;
  readonly owner: string;
  readonly due: string;
}

const version = z.int().min(1);
const change = z.object({
  version,
  text: z.string(),
  owner: z.string(),
  due: z.iso.date(),
  state: z.enum(actionStates),
  by: z.string().describe('Account of the person.'),
  organisation: z
    .string()
    .nullable()
    .describe('The provider for which the person acted; null for the programme.'),
  at: z.iso.datetime(),
});
export type ActionChange = z.infer<typeof change>;

/** An action as it is, and as it was. */
export const meetingAction = change.omit({ by: true, organisation: true, at: true }).extend({
  id: z.string(),
  service: z.string(),
  period: z.string().describe('The quarter that the meeting was about.'),
  history: z.array(change).describe('Every version, the first one first: who changed it, and when.'),
});
export type MeetingAction = z.infer<typeof meetingAction>;

export const periodNameOf = (code: string): string => quarterOf(code)?.label ?? code;
