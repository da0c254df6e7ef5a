import { z } from 'zod';
import { code, instant, programmeId, providerId } from '../identifiers.js';

/** Permanent id of a command: repeated requests with one id are one command. */
export const commandId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens')
  .max(64)
  .describe('Idempotency key, chosen by the requester: a repeated command has the same id.')
  .brand<'CommandId'>();
export type CommandId = z.infer<typeof commandId>;

/** Who asked, as authenticated. */
export const askedBy = z.object({
  person: z
    .string()
    .min(1)
    .max(100)
    .describe('Account that asked; an account name, never a person’s details.'),
  organisation: providerId.exactOptional().describe('The provider that the account belongs to.'),
});
export type AskedBy = z.infer<typeof askedBy>;

/** The fields of every command, whatever its kind. */
const envelope = z.object({
  id: commandId,
  programme: programmeId,
  askedBy,
  reason: code.describe('Reason, as a short code; never details of a person.'),
  time: instant.describe('When it was requested. The events that it causes have this time.'),
  after: z
    .int()
    .nonnegative()
    .describe(
      'Intake number up to which the linker must decide first: the last one assigned when the command was requested.',
    ),
});

/** One kind of command: its payload, and the reasons for which the linker may refuse it. */
export interface CommandContract<
  Kind extends string = string,
  Payload extends z.ZodType = z.ZodType,
  Refusal extends string = string,
> {
  readonly kind: Kind;
  readonly description: string;
  readonly payload: Payload;
  /** One sentence for each reason for refusal, without details or names. */
  readonly refusals: Readonly<Record<Refusal, string>>;
  readonly example: z.input<Payload>;
}

/** Declares a kind of command. A new kind needs its file, the file of its handler, and a line in each list. */
export const commandContract = <
  const Kind extends string,
  Payload extends z.ZodType,
  const Refusal extends string,
>(
  definition: CommandContract<Kind, Payload, Refusal>,
): CommandContract<Kind, Payload, Refusal> => definition;

/** The schema of a command of one kind. */
export const commandOf = <Kind extends string, Payload extends z.ZodType, Refusal extends string>({
  kind,
  payload,
}: CommandContract<Kind, Payload, Refusal>) => envelope.extend({ kind: z.literal(kind), payload });
