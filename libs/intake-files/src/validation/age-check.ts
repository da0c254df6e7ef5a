import type { Role } from '@kinledger/contracts';
import { isPlausibleAge } from '@kinledger/domain/identifiers';
import type { DatasetSchema } from '@kinledger/programme/definition';
import type { FieldCheck } from './field-check.js';
import type { FileDates } from './file-dates.js';
import type { Finding, RuleOfField } from './finding.js';

/**
 * Removes a birth date that is implausible for the row's role, such as that of a two-year-old adult. As a guard it
 * would contradict the same person's other rows, and a child key made from it would match nobody.
 */
export class AgeCheck {
  readonly #births: readonly { readonly field: number; readonly rule: RuleOfField }[];
  /** Fields with digests that a source made from the same birth date. */
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
    this.#madeOfIt = schema.fields.flatMap(({ 'x-kinledger': { identifiers, format } }, field) =>
      format === 'derived-digests' ||
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

  /** @param textOf the cell of a field, as in the file. */
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
    const { period, today, plausibility } = this.dates;
    if (born > today.slice(0, born.length)) return false;
    const { end } = period;
    const earliest = ownDate !== null && ownDate < end ? ownDate : end;
    return isPlausibleAge(born, { isChild: role === 'child', earliest, latest: end }, plausibility);
  }
}
