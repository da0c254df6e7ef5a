import type { LedgerEvent, PeriodCode, ReleaseAudit } from '@kinledger/contracts';
import { passMapThrough, type Archive, type Archived } from '@kinledger/domain';

/** What leaves of a closing: nothing yet; its published form; no more, since another edition leaves; no more at all. */
export type ReleaseStanding = 'unpublished' | 'published' | 'superseded' | 'withdrawn';

/** One closing of a quarter. */
export interface Closing {
  /** From 1. */
  readonly edition: number;
  /** Revision of its QuarterClosed. */
  readonly closing: number;
  /** Profile of disclosure control. */
  readonly disclosure: string;
  /** Whether its figures leave by an act, and not as soon as they are computed, as they did before publishing was one. */
  readonly byAct: boolean;
  /** Absent until its figures are computed. */
  readonly figures?: ComputedFigures;
  readonly release: ReleaseStanding;
}

interface ComputedFigures {
  /** Revision of FiguresPublished. */
  readonly at: number;
  /** Of the published form. */
  readonly digest: string;
  /** Absent where the published form has none. */
  readonly audit?: ReleaseAudit;
}

type QuarterEvent = Extract<
  LedgerEvent,
  { readonly type: 'QuarterClosed' | 'FiguresPublished' | 'ReleasePublished' | 'ReleaseWithdrawn' }
>;

/** The quarters that a ledger closes, with every edition of each: a fold over its events. */
export class ClosedQuarters implements Archived {
  /** Editions of each quarter, the first one first. */
  readonly #editions = new Map<PeriodCode, readonly Closing[]>();

  /** Every edition of a quarter, the first one first; none if it is not closed. */
  editionsOf(period: PeriodCode): readonly Closing[] {
    return this.#editions.get(period) ?? [];
  }

  edition(period: PeriodCode, edition: number): Closing | undefined {
    return this.editionsOf(period)[edition - 1];
  }

  /** The closing at a revision, if it is one of that quarter. */
  closingAt(period: PeriodCode, closing: number): Closing | undefined {
    return this.editionsOf(period).find((one) => one.closing === closing);
  }

  /** The edition that leaves, if one does. */
  standing(period: PeriodCode): Closing | undefined {
    return this.editionsOf(period).find(({ release }) => release === 'published');
  }

  /** Revisions at which quarters are closed, in the order of their quarters. */
  get closings(): readonly number[] {
    return [...this.#editions.values()].flatMap((editions) => editions.map(({ closing }) => closing));
  }

  take(event: QuarterEvent): void {
    const { period } = event.data;
    switch (event.type) {
      case 'QuarterClosed': {
        const { edition, versions } = event.data;
        const before = this.editionsOf(period);
        const closed: Closing = {
          ...{ edition: before.length + 1, closing: event.revision, disclosure: versions.disclosure },
          ...{ byAct: edition !== undefined, release: 'unpublished' },
        };
        this.#editions.set(period, [...before, closed]);
        return;
      }
      case 'FiguresPublished': {
        const { closing, published: digest, audit } = event.data;
        const figures = { at: event.revision, digest, ...(audit === undefined ? {} : { audit }) };
        this.#change(period, (one) =>
          one.closing === closing ? { ...one, figures, release: one.byAct ? one.release : 'published' } : one,
        );
        return;
      }
      case 'ReleasePublished': {
        const { closing } = event.data;
        this.#change(period, (one) => {
          if (one.closing === closing) return { ...one, release: 'published' };
          return one.release === 'published' ? { ...one, release: 'superseded' } : one;
        });
        return;
      }
      case 'ReleaseWithdrawn': {
        const { closing } = event.data;
        this.#change(period, (one) => (one.closing === closing ? { ...one, release: 'withdrawn' } : one));
        return;
      }
      default:
        event satisfies never;
    }
  }

  async passThrough(archive: Archive): Promise<void> {
    await passMapThrough(archive, this.#editions);
  }

  #change(period: PeriodCode, change: (one: Closing) => Closing): void {
    this.#editions.set(period, this.editionsOf(period).map(change));
  }
}
