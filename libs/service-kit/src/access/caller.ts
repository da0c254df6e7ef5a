import type { AccessRole, AskedBy, ProviderId } from '@kinledger/contracts';

/** The caller: a person, the organisation for which the person acts, and the person's roles. */
export interface Caller {
  /** An account name or a subject, as the identity names it; never a person’s details. */
  readonly person: string;
  /** The provider for which the person acts; absent for the programme’s own people. */
  readonly organisation?: ProviderId;
  readonly roles: readonly AccessRole[];
}

export const hasRole = (caller: Caller, role: AccessRole): boolean => caller.roles.includes(role);

/** Converts a caller to the form in which commands name who asked. */
export const askedByOf = ({ person, organisation }: Caller): AskedBy => ({
  person,
  ...(organisation === undefined ? {} : { organisation }),
});
