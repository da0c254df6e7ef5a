import type { Role } from '@kinledger/contracts';
import { cellOfDigests } from '@kinledger/derivations';
import type { Digest } from '@kinledger/domain/identifiers';
import { rolesOf, type Dataset, type PostcodeLookup } from '@kinledger/programme/definition';
import type { DerivedDigests } from './derived-digests.js';
import { planDerivations, type PlannedDerivations } from './planned-derivations.js';
import { derivedInRow, type MakerOfDerived } from './row-derivations.js';

/**
 * Makes what a source sends in a column of format `derived-digests`, on the source's own machine: of its clear columns, what the
 * platform would derive of them on arrival.
 */
export class DerivedAtSource {
  readonly #plans: ReadonlyMap<string, PlannedDerivations>;
  readonly #maker: MakerOfDerived<Digest>;
  readonly #postcodes: Pick<PostcodeLookup, 'isProtected'>;

  /** @param dataset the schema of the clear file, and what the agreement permits. */
  constructor(
    { schema, derived = [] }: Pick<Dataset, 'schema' | 'derived'>,
    digests: DerivedDigests,
    postcodes: Pick<PostcodeLookup, 'isProtected'>,
  ) {
    this.#plans = new Map(
      rolesOf(schema).map((role) => [role, planDerivations(schema, role, derived)] as const),
    );
    this.#maker = {
      ofSet: (derivation, canonical) => digests.ofSet(derivation, canonical),
      ofValues: (domain, values) => values.map((value) => digests.of(domain, value)),
    };
    this.#postcodes = postcodes;
  }

  /** The cell of a row in canonical form; empty if nothing is derived of it. */
  cellOf(role: Role, values: readonly (string | null)[]): string {
    const plan = this.#plans.get(role);
    if (plan === undefined) return '';
    return cellOfDigests(
      derivedInRow(plan, this.#maker, this.#postcodes, values).map(({ derivation, version, made }) => ({
        name: derivation,
        version,
        digests: made,
      })),
    );
  }
}
