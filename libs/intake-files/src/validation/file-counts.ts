import type { IntakeCounts } from '@kinledger/contracts';
import type { RuleOfField } from './finding.js';
import type { ValidatedRow } from './row-validator.js';

export type { IntakeCounts };
/** Findings by rule name; one row may cause several. */
export type CountsByRule = Readonly<Record<string, number>>;

/** Counts the rows of one file as they are read. */
export class FileCounts {
  readonly #byRule = new Map<RuleOfField, number>();
  #read = 0;
  #accepted = 0;
  #warned = 0;
  #rejected = 0;
  #notConsented = 0;
  #setAside = 0;
  #duplicate = 0;
  #consentRefused = 0;

  add(row: ValidatedRow): void {
    this.#read += 1;
    switch (row.outcome) {
      case 'accepted':
        this.#accepted += 1;
        break;
      case 'warned':
        this.#accepted += 1;
        this.#warned += 1;
        break;
      case 'rejected':
        this.#rejected += 1;
        break;
      case 'set-aside':
        this.#rejected += 1;
        this.#setAside += 1;
        break;
      case 'not-consented':
        this.#rejected += 1;
        this.#notConsented += 1;
        break;
      case 'consent-refused':
        this.#rejected += 1;
        this.#notConsented += 1;
        this.#consentRefused += 1;
        break;
      case 'duplicate':
        this.#duplicate += 1;
        break;
      case 'blank':
        this.#read -= 1;
        break;
    }
    for (const { rule } of row.findings) this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
  }

  /** Counts findings that concern the file as a whole. */
  addFinding(rule: RuleOfField, count: number): void {
    if (count > 0) this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + count);
  }

  get counts(): IntakeCounts {
    return {
      read: this.#read,
      accepted: this.#accepted,
      warned: this.#warned,
      rejected: this.#rejected,
      duplicate: this.#duplicate,
      consentRefused: this.#consentRefused,
    };
  }

  get findings(): CountsByRule {
    return Object.fromEntries([...this.#byRule].map(([rule, count]) => [rule.code, count]));
  }

  /**
   * The share of rows rejected for an error in the file, 0 to 1. Excludes rows without consent from both counts: a
   * service is not at fault for families that declined. Also excludes rows of another time, because a mistyped year
   * says nothing about other rows; see {@link setAsideShare}.
   */
  get rejectedShare(): number {
    const left = this.#read - this.#notConsented - this.#setAside;
    return left === 0 ? 0 : this.rejectedRows / left;
  }

  /** Number of rows that {@link rejectedShare} counts as rejected. */
  get rejectedRows(): number {
    return this.#rejected - this.#notConsented - this.#setAside;
  }

  /** The share of rows whose date lies in the future or far outside the period, 0 to 1. */
  get setAsideShare(): number {
    const consented = this.#read - this.#notConsented;
    return consented === 0 ? 0 : this.#setAside / consented;
  }
}
