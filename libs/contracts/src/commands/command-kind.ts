import { z } from 'zod';
import { code, instant, programmeId, providerId } from '../identifiers.js';

/** Identifies a command for good: what comes twice under one id is one command. */
export const commandId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens')
  .max(64)
  .describe('Idempotency key, chosen by who asks: a repeated command has the same one.')
  .brand<'CommandId'>();
export type CommandId = z.infer<typeof commandId>;

/** Who asked, as the sign-in names them. */
export const askedBy = z.object({
  person: z
    .string()
    .min(1)
    .max(100)
    .describe('Account that asked; an account name, never a person’s details.'),
  organisation: providerId.exactOptional().describe('The provider that the account belongs to.'),
});
export type AskedBy = z.infer<typeof askedBy>;

/** What every command says, whatever its kind. */
const envelope = z.object({
  id: commandId,
  programme: programmeId,
  askedBy,
  reason: code.describe('Why: a short code, never words about anybody.'),
  time: instant.describe('When it was asked for. The events that it causes bear this time.'),
  after: z
    .int()
    .nonnegative()
    .describe(
      'Place in the order of intake that must be decided first: the last one that existed when it was asked for.',
    ),
});

/** One kind of command: what it carries, and why the linker may refuse it. */
export interface CommandContract<
  Kind extends string = string,
  Payload extends z.ZodType = z.ZodType,
  Refusal extends string = string,
> {
  readonly kind: Kind;
  readonly description: string;
  readonly payload: Payload;
  /** One sentence for each reason to refuse it. It names nothing and nobody. */
  readonly refusals: Readonly<Record<Refusal, string>>;
  readonly example: z.input<Payload>;
}

/** Declares a kind of command. Its file and the file of its handler are all that a new kind needs, and a line in each list. */
export const commandContract = <
  const Kind extends string,
  Payload extends z.ZodType,
  const Refusal extends string,
>(
  definition: CommandContract<Kind, Payload, Refusal>,
): CommandContract<Kind, Payload, Refusal> => definition;

/** The shape of a command of one kind. */
export const commandOf = <Kind extends string, Payload extends z.ZodType, Refusal extends string>({
  kind,
  payload,
}: CommandContract<Kind, Payload, Refusal>) => envelope.extend({ kind: z.literal(kind), payload });
