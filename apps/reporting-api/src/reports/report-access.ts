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
  readonly seen: Seen;
  /**
   * `everything` for the programme’s own team; `figures that close` with a quarter for readers, since others would tell what
   * closed quarters suppressed; for a provider `own rows`, what its own files say, without what others told of the same people.
   */
  readonly shows: 'everything' | 'figures that close' | 'own rows';
}

/** A provider sees counts of its own rows exactly, and nothing that follows from what others sent. */
export function sightOf(caller: Caller): ReportSight {
  const seen = seenBy(caller);
  if (!seesEveryReport(caller)) return { seen: 'exact', shows: 'own rows' };
  return { seen, shows: seen === 'exact' ? 'everything' : 'figures that close' };
}
