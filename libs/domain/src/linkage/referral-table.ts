import type { ReferralId } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

/** Referrals that wait, listed by the row key of their subject. */
export class ReferralTable implements Archived {
  readonly #ids = new IdTable();
  readonly #subject = new Int32Column();
  readonly #next = new Int32Column();
  readonly #waits = new Uint8Column();
  readonly #level = new Uint8Column();
  readonly #firstOfSubject = new Map<number, number>();

  get bytes(): number {
    return bytesOf(this.#columns) + this.#firstOfSubject.size * 40;
  }

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, this.#columns);
    this.#firstOfSubject.clear();
    // The last one of a subject leads its list.
    this.#subject.view().forEach((subject, referral) => this.#firstOfSubject.set(subject, referral));
  }

  get #columns(): readonly Column[] {
    return [this.#ids, this.#subject, this.#next, this.#waits, this.#level];
  }

  idOf(referral: number): ReferralId {
    return this.#ids.idOf(referral) as ReferralId; // interned as one
  }

  /** @param level authority level of the token that would have linked, -1 for none. */
  refer(id: ReferralId, subject: number, level: number): void {
    const referral = this.#ids.intern(id);
    if (referral < this.#waits.length) {
      this.#waits.set(referral, 1);
      this.#level.set(referral, level + 1);
      return;
    }
    this.#waits.push(1);
    this.#level.push(level + 1);
    this.#subject.push(subject);
    this.#next.push(this.#firstOfSubject.get(subject) ?? NONE);
    this.#firstOfSubject.set(subject, referral);
  }

  lapse(id: ReferralId): void {
    const referral = this.#ids.find(id);
    if (referral !== NONE) this.#waits.set(referral, 0);
  }

  /** Whether the doubt waits for review, on the strength of this level's token. */
  waits(id: ReferralId, level: number): boolean {
    const referral = this.#ids.find(id);
    return referral !== NONE && this.#waits.get(referral) === 1 && this.#level.get(referral) === level + 1;
  }

  /** Referrals that wait on the subject with this row key. */
  *ofSubject(subject: number): Generator<number> {
    for (let at = this.#firstOfSubject.get(subject) ?? NONE; at !== NONE; at = this.#next.get(at)) {
      if (this.#waits.get(at) === 1) yield at;
    }
  }

  /** Whether anything was ever referred on this subject. */
  knows(subject: number): boolean {
    return this.#firstOfSubject.has(subject);
  }
}
