import type { ReferralId } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import type { Ground } from './ground.js';
import { GroundTable } from './ground-table.js';
import { IdTable } from './id-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

/** The waiting referrals, by the row key of their subject. */
export class ReferralTable implements Archived {
  readonly #ids = new IdTable();
  readonly #subject = new Int32Column();
  readonly #next = new Int32Column();
  readonly #waits = new Uint8Column();
  readonly #grounds = new GroundTable();
  readonly #ground = new Int32Column();
  readonly #firstOfSubject = new Map<number, number>();

  get bytes(): number {
    return bytesOf(this.#columns) + this.#firstOfSubject.size * 40;
  }

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, [...this.#columns, this.#grounds]);
    this.#firstOfSubject.clear();
    // The newest referral of a subject heads its list.
    this.#subject.view().forEach((subject, referral) => this.#firstOfSubject.set(subject, referral));
  }

  get #columns(): readonly Column[] {
    return [this.#ids, this.#subject, this.#next, this.#waits, this.#ground];
  }

  idOf(referral: number): ReferralId {
    return this.#ids.idOf(referral) as ReferralId; // interned as one
  }

  /** @param ground the ground on which the link would have been made. */
  refer(id: ReferralId, subject: number, ground: Ground): void {
    const referral = this.#ids.intern(id);
    if (referral < this.#waits.length) {
      this.#waits.set(referral, 1);
      this.#ground.set(referral, this.#grounds.intern(ground));
      return;
    }
    this.#waits.push(1);
    this.#ground.push(this.#grounds.intern(ground));
    this.#subject.push(subject);
    this.#next.push(this.#firstOfSubject.get(subject) ?? NONE);
    this.#firstOfSubject.set(subject, referral);
  }

  lapse(id: ReferralId): void {
    const referral = this.#ids.find(id);
    if (referral !== NONE) this.#waits.set(referral, 0);
  }

  /** Whether the referral is waiting for review, on this same ground. */
  waits(id: ReferralId, ground: Ground): boolean {
    const referral = this.#ids.find(id);
    if (referral === NONE || this.#waits.get(referral) === 0) return false;
    return this.#ground.get(referral) === this.#grounds.find(ground);
  }

  /** The waiting referrals whose subject has this row key. */
  *ofSubject(subject: number): Generator<number> {
    for (let at = this.#firstOfSubject.get(subject) ?? NONE; at !== NONE; at = this.#next.get(at)) {
      if (this.#waits.get(at) === 1) yield at;
    }
  }
}
