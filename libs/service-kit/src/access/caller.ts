import type { AccessRole, AskedBy, ProviderId } from '@kinledger/contracts';

/** Who is calling: a person, the organisation that the person acts for, and what the person may do. */
export interface Caller {
  /** As the identity names them: an account name or a subject, never a person’s details. */
  readonly person: string;
  /** The provider that the person acts for; absent for the programme’s own people. */
  readonly organisation?: ProviderId;
  readonly roles: readonly AccessRole[];
}

export const hasRole = (caller: Caller, role: AccessRole): boolean => caller.roles.includes(role);

/** The caller as a command, or anything else that somebody answers for, names them. */
export const askedByOf = ({ person, organisation }: Caller): AskedBy => ({
  person,
  ...(organisation === undefined ? {} : { organisation }),
});
