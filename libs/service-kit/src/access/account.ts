import type { AccessRole, ProviderId } from '@kinledger/contracts';

/** Who is calling. */
export interface Account {
  readonly name: string;
  readonly roles: readonly AccessRole[];
  readonly provider?: ProviderId;
}

export const hasRole = (caller: Account, role: AccessRole): boolean => caller.roles.includes(role);
