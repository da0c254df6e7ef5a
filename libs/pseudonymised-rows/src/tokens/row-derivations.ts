import { MAX_DERIVATIONS } from '@kinledger/contracts';
import type { Derivation } from '@kinledger/derivations';
import type { PostcodeLookup } from '@kinledger/programme/definition';
import { fieldValuesOf, type PlannedDerivations } from './planned-derivations.js';

type Values = readonly (string | null)[];

/** What one derivation makes of a row: digests at a source, tokens in the restricted zone. */
export interface DerivedInRow<Made extends string> {
  readonly derivation: string;
  readonly version: number;
  readonly domain: string;
  readonly made: readonly Made[];
}

/** Makes digests or tokens of derived values. */
export interface MakerOfDerived<Made extends string> {
  /** Of all that a derivation makes of a canonical value, padded, in order. */
  readonly ofSet: (derivation: Derivation, canonical: string) => readonly Made[];
  /** Of values of a domain, in order. */
  readonly ofValues: (domain: string, values: readonly string[]) => readonly Made[];
}

/**
 * What is derived of a row's clear columns: for each derivation and column one entry, for each candidate key one.
 * @param withheld columns of which nothing may be derived in this row.
 */
export function derivedInRow<Made extends string>(
  plan: PlannedDerivations,
  maker: MakerOfDerived<Made>,
  postcodes: Pick<PostcodeLookup, 'isProtected'>,
  values: Values,
  withheld: readonly number[] = [],
): DerivedInRow<Made>[] {
  const isProtected = plan.columns.some(
    ({ field, column }) => field === 'postcode' && postcodes.isProtected(values[column] ?? ''),
  );
  const usable = plan.columns.flatMap((planned) => {
    const value = values[planned.column] ?? null;
    if (value === null || withheld.includes(planned.column)) return [];
    // A protected address leaves no trace: neither its postcode nor a line of it.
    if (isProtected && (planned.field === 'postcode' || planned.field === 'address')) return [];
    return [{ ...planned, value }];
  });
  const found: DerivedInRow<Made>[] = [];
  for (const { derivations, value } of usable)
    for (const { name, derivation } of derivations)
      addTo(found, name, derivation, maker.ofSet(derivation, value));
  if (plan.keys.length === 0) return found;
  const fields = fieldValuesOf(usable);
  for (const { name, key } of plan.keys) addTo(found, name, key, maker.ofValues(key.domain, key.of(fields)));
  return found;
}

/** Two columns may hold the same value, such as a main and a second number. */
export function addTo<Made extends string>(
  found: DerivedInRow<Made>[],
  derivation: string,
  { version, domain }: Pick<Derivation, 'version' | 'domain'>,
  made: readonly Made[],
): void {
  if (made.length === 0 || found.length === MAX_DERIVATIONS) return;
  const isRepeated = found.some(
    (other) => other.derivation === derivation && other.made.join() === made.join(),
  );
  if (!isRepeated) found.push({ derivation, version, domain, made });
}
