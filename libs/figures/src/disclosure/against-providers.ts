import type { QuarterFigures } from '@kinledger/contracts';
import { secondarySuppression, withoutCells, type Release, type Solver } from '@kinledger/disclosure';
import { Cells, type Cell } from '../closing/cells.js';
import type { ReachColumn } from '../reach/reach-columns.js';
import type { ServiceOfStrand } from './quarter-release.js';

/** Counts of reach that follow from a service’s own rows, which its provider knows; others need what other files told of the same people. */
export const columnsOfOwnRows: readonly ReachColumn[] = [
  ...(['children', 'adults', 'individuals', 'workforce'] as const),
  ...(['unlinkable', 'referred', 'anonymous'] as const),
];

/** What a provider works out of others’ services. */
export interface AgainstProviders {
  /** Further counts to suppress, so that it does not. */
  readonly suppressed: readonly string[];
  /** What is still given away to some provider. */
  readonly left: readonly string[];
}

/**
 * A provider knows the counts of its own services as they are, and may subtract them from those of a strand or the programme: what
 * is left is others’, and where one provider alone is left, that one’s. So each provider is taken as a reader who
 * knows its own counts, and asks for those of other services in its strands. That it knows a part of what a strand or the
 * programme counts, nothing can change.
 */
export function againstProviders(
  solver: Solver,
  release: Release,
  current: ReadonlyMap<string, Cell>,
  full: QuarterFigures,
  services: readonly ServiceOfStrand[],
): AgainstProviders {
  const counts = new Cells(full);
  const suppressed = new Set<string>();
  const left = new Set<string>();
  const providers = Map.groupBy(
    services.filter(({ provider }) => provider !== undefined),
    ({ provider }) => provider,
  );
  // Where all services are one provider’s, nobody else’s are left.
  if (providers.size < 2) return { suppressed: [], left: [] };
  for (const own of providers.values()) {
    const ownScopes = new Set(own.map(({ service }) => `service:${service}`));
    const strands = new Set(own.map(({ strand }) => strand));
    const others = new Set(
      services
        .filter(({ service, strand }) => strands.has(strand) && !ownScopes.has(`service:${service}`))
        .map(({ service }) => `service:${service}`),
    );
    const isReach = ({ figure, column }: Cell): boolean =>
      figure.startsWith('reach@') && columnsOfOwnRows.some((each) => each === column);
    const only = new Set<string>();
    const cells = withoutCells(release, suppressed).cells.map((cell) => {
      const of = current.get(cell.id);
      if (of === undefined || !isReach(of)) return cell;
      if (others.has(of.scope) && cell.protected) only.add(cell.id);
      if (!ownScopes.has(of.scope)) return cell;
      const count = counts.valueOf({ ...of, figure: of.figure.replace(/@.*$/, '') });
      const { secondary: _, ...known } = cell;
      return { ...known, known: { low: count, high: count }, protected: false };
    });
    if (only.size === 0) continue;
    const remedy = secondarySuppression(solver, { cells, relations: release.relations }, { only });
    for (const id of remedy.suppressed) suppressed.add(id);
    for (const { cell } of remedy.audit.narrowed) left.add(cell);
    for (const cell of remedy.audit.unknown) left.add(cell);
  }
  return { suppressed: [...suppressed], left: [...left] };
}
