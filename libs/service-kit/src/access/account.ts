import { providerId, type ProviderId } from '@kinledger/contracts';
import { z } from 'zod';

/**
 * provider: uploads of its own provider. data-team: uploads for any provider, withdrawals, all submissions.
 * reader: reports. operator: rebuilds and the like.
 */
export const accessRoles = ['provider', 'data-team', 'reader', 'operator'] as const;
export type AccessRole = (typeof accessRoles)[number];

const account = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]+([-.][a-z0-9]+)*$/)
      .max(100),
    tokenSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the token, 64 lower-case hex digits'),
    roles: z.array(z.enum(accessRoles)).min(1),
    provider: providerId.exactOptional().describe('Whose uploads it may make; needed by the role provider.'),
  })
  .refine((entry) => !entry.roles.includes('provider') || entry.provider !== undefined, {
    message: 'an account with the role provider names its provider',
    path: ['provider'],
  });

export const accessFile = z.strictObject({ accounts: z.array(account) });
export type AccessFile = z.input<typeof accessFile>;

/** Who is calling. */
export interface Account {
  readonly name: string;
  readonly roles: readonly AccessRole[];
  readonly provider?: ProviderId;
}

export const hasRole = (caller: Account, role: AccessRole): boolean => caller.roles.includes(role);
