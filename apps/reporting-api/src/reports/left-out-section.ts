import type { ReportSight } from './report-access.js';
import type { PartOf } from './reach-sections.js';
import type { ReportSection } from './report.js';

const reasons: Readonly<Record<ReportSight['shows'], string | undefined>> = {
  everything: undefined,
  'figures that close':
    'Figures that no closed quarter publishes, such as those of activity, outcomes and who people are, and counts of rows in files, are for the programme’s own team: beside what closed quarters publish they would tell what was suppressed there.',
  'own rows':
    'This account sees exact counts of the service’s own rows: families, upper bounds, areas, characteristics and use of other services are left out, since they follow from what other services and health records told of the same people.',
};

/** What a report leaves out for the caller, and why; undefined where it leaves out nothing. */
export function leftOutSection(of: PartOf, { shows }: ReportSight): ReportSection | undefined {
  const finding = reasons[shows];
  return finding === undefined
    ? undefined
    : { id: `${of.key}-left-out`, title: 'What this report leaves out', finding, tables: [] };
}

/** Why a report has no lifetime for a reader. */
export const lifetimeLeftOutSection = (of: PartOf): ReportSection => ({
  id: `${of.key}-left-out`,
  title: 'What the lifetime leaves out',
  finding:
    'Counts of the lifetime are for the programme’s own team: no release publishes them, and beside the quarters that are published they would tell what was suppressed there.',
  tables: [],
});
