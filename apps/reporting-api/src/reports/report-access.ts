import { hasRole, Problem, type Caller } from '@kinledger/service-kit';
import { seenBy, type Seen } from '../figures/seen.js';

const internal = ['reader', 'data-team', 'operator'] as const;

/** Whether a caller sees every report, and not those of its own services alone. */
export const seesEveryReport = (caller: Caller): boolean => internal.some((role) => hasRole(caller, role));

/** Whether a caller may see the report of a service of this provider. */
export const maySeeReportOf = (caller: Caller, provider: string | undefined): boolean =>
  seesEveryReport(caller) ||
  (hasRole(caller, 'provider') && caller.organisation !== undefined && caller.organisation === provider);

/**
 * Which services there are is public configuration, so that another provider’s report is refused and not denied.
 * @throws Problem 403 for the report of a service of another provider.
 */
export function requireReportOf(caller: Caller, provider: string | undefined): void {
  if (maySeeReportOf(caller, provider)) return;
  throw new Problem(403, 'not-allowed', {
    detail: 'This account sees the reports of its own services alone, and this service is another’s.',
  });
}

/** How a caller sees the counts of a report. */
export interface ReportSight {
  /** Counts of people and of what they did. */
  readonly counts: Seen;
  /** Counts by what is known of people, some of which other services and health records told. */
  readonly characteristics: Seen;
}

/**
 * A provider sees counts of its own service exactly: they are its own rows. Characteristics are those of the person, whoever
 * told them, so that a provider sees them after disclosure control, as readers see everything.
 */
export function sightOf(caller: Caller): ReportSight {
  const characteristics = seenBy(caller);
  const isOwn = !seesEveryReport(caller);
  return { counts: isOwn ? 'exact' : characteristics, characteristics };
}
