import { z } from 'zod';
import { providerId } from '../identifiers.js';

/**
 * provider: uploads of its own provider. data-team: uploads for any provider, withdrawals, all submissions. reader:
 * reports. operator: operations such as rebuilds. auditor: how individuals came to be, and who looked at whom.
 */
export const accessRoles = ['provider', 'data-team', 'reader', 'operator', 'auditor'] as const;
export type AccessRole = (typeof accessRoles)[number];

const account = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]+([-.][a-z0-9]+)*$/, 'expected lower-case words joined by hyphens or dots')
      .max(100),
    tokenSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the token, 64 lower-case hex digits'),
    roles: z.array(z.enum(accessRoles)).min(1),
    provider: providerId
      .exactOptional()
      .describe('The provider whose files it may upload; required by the role provider.'),
    email: z
      .email('expected an address such as officer@example.org')
      .max(254)
      .exactOptional()
      .describe('Where mails about the files and returns of its provider go; absent for none.'),
    expiresAt: z.iso
      .datetime()
      .exactOptional()
      .describe('When the token expires; without it, the token is valid until it is rotated or revoked.'),
  })
  .refine((entry) => !entry.roles.includes('provider') || entry.provider !== undefined, {
    message: 'an account with the role provider must name its provider',
    path: ['provider'],
  })
  .refine((entry) => entry.email === undefined || entry.roles.includes('provider'), {
    message: 'only an account with the role provider gets mails',
    path: ['email'],
  });
export type StoredAccount = z.infer<typeof account>;

const isDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** The file of bearer accounts that the services read: names, roles, and the hash of each token. */
export const accessFile = z.strictObject({
  accounts: z
    .array(account)
    .refine((all) => isDistinct(all.map(({ name }) => name)), 'two accounts have the same name')
    .refine(
      (all) => isDistinct(all.map(({ tokenSha256 }) => tokenSha256)),
      'two accounts have the same token',
    ),
});
export type AccessFile = z.input<typeof accessFile>;
