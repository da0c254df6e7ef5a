import type { Role } from '@kinledger/contracts';
import { isPlausibleAge } from '@kinledger/domain/identifiers';
import type { DatasetSchema } from '@kinledger/programme/definition';
import type { FieldCheck } from './field-check.js';
import type { FileDates } from './file-dates.js';
import type { Finding, RuleOfField } from './finding.js';

/**
 * Takes a birth date away that makes nobody of the row's role, such as an adult of two: as a guard it would contradict
 * the same person elsewhere, and a child key made of it would be nobody's.
 */
export class AgeCheck {
  readonly #births: readonly { readonly field: number; readonly rule: RuleOfField }[];
  /** Digests that a source made of the same birth date. */
  readonly #madeOfIt: readonly number[];
  readonly #ownDate: number;

  constructor(
    schema: DatasetSchema,
    checks: readonly FieldCheck[],
    readonly dates: FileDates,
  ) {
    this.#births = checks.flatMap(({ implausibleAge }, field) =>
      implausibleAge === undefined ? [] : [{ field, rule: implausibleAge }],
    );
    this.#madeOfIt = schema.fields.flatMap(({ 'x-kinledger': { identifiers } }, field) =>
      identifiers.some(
        ({ kind, form }) => form === 'digest' && (kind === 'birth-date' || kind === 'child-key'),
      )
        ? [field]
        : [],
    );
    this.#ownDate = schema.fields.findIndex(
      ({ 'x-kinledger': { target } }) =>
        target?.to === 'fact' && (target.name === 'eventDate' || target.name === 'registeredOn'),
    );
  }

  /** @param textOf the cell of a field as it stands in the file. */
  apply(
    values: (string | null)[],
    role: Role | undefined,
    textOf: (field: number) => string | null,
    findings: Finding[],
  ): void {
    if (role === undefined || role === 'none') return;
    for (const { field, rule } of this.#births) {
      const born = values[field] ?? null;
      if (born === null || this.#isPlausible(born, role, values[this.#ownDate] ?? null)) continue;
      values[field] = null;
      for (const digest of this.#madeOfIt) values[digest] = null;
      findings.push({ rule, value: rule.showsValue ? textOf(field) : null });
    }
  }

  #isPlausible(born: string, role: Role, ownDate: string | null): boolean {
    const { period, today } = this.dates;
    if (born > today.slice(0, born.length)) return false;
    const { end } = period;
    const earliest = ownDate !== null && ownDate < end ? ownDate : end;
    return isPlausibleAge(born, { isChild: role === 'child', earliest, latest: end });
  }
}
