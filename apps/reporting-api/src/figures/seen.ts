import { hasRole, type Caller } from '@kinledger/service-kit';

/** How a caller sees counts: exactly, or after disclosure control. */
export type Seen = 'exact' | 'shown';

/** Exact counts are for the programme’s own people; everybody else is answered by the database after disclosure control. */
export const seenBy = (caller: Caller): Seen =>
  hasRole(caller, 'data-team') || hasRole(caller, 'operator') ? 'exact' : 'shown';
