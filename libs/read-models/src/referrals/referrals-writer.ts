import { copyInto } from '@kinledger/database';
import type { EventOf, Writing } from '../read-model.js';

type Reviewed = EventOf<'ReviewGiven' | 'LinkReviewed' | 'LinkForbidden' | 'LinkAllowed'>;

export class ReferralsWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  refer(event: EventOf<'LinkReferred'>): Promise<void> | undefined {
    return this.#writing.batch.add(this.#write, event);
  }

  lapse(referral: string): Promise<void> | undefined {
    return this.#writing.batch.add(this.#delete, referral);
  }

  review(event: Reviewed): Promise<void> | undefined {
    return this.#writing.batch.add(this.#writeReviews, event);
  }

  readonly #write = async (events: readonly EventOf<'LinkReferred'>[]): Promise<void> => {
    await copyInto(
      this.#writing.client,
      'referral',
      [
        ...['referral_id', 'reason', 'rule', 'score', 'levels', 'subject', 'candidates', 'referred'],
        'referred_at',
      ],
      events.map(({ data, revision, time }) => [
        data.referral,
        data.reason,
        data.rule,
        data.score ?? null,
        data.levels === undefined ? null : JSON.stringify(data.levels),
        data.subject,
        data.candidates,
        revision,
        time,
      ]),
    );
  };

  readonly #delete = async (referrals: readonly string[]): Promise<void> => {
    await this.#writing.client.query('DELETE FROM referral WHERE referral_id = ANY ($1::uuid[])', [
      referrals,
    ]);
  };

  readonly #writeReviews = async (events: readonly Reviewed[]): Promise<void> => {
    await copyInto(
      this.#writing.client,
      'review',
      [
        ...['position', 'kind', 'answer', 'one', 'other', 'referral_id', 'subject', 'candidate', 'reason'],
        ...['decided_by', 'organisation', 'decided_at', 'cause'],
      ],
      events.map((event) => {
        const { revision, time, cause, data } = event;
        const { kind, answer, reviewed } = saidBy(event);
        return [
          ...[revision, kind, answer, ...data.rows.toSorted(), reviewed?.referral ?? null],
          ...[reviewed?.subject ?? null, reviewed?.candidate ?? null, data.reason, data.by],
          ...[data.organisation ?? null, time, cause],
        ];
      }),
    );
  };
}

/** What an event says of two rows. */
function saidBy(event: Reviewed) {
  switch (event.type) {
    case 'ReviewGiven':
      return { kind: 'opinion', answer: event.data.answer, reviewed: event.data } as const;
    case 'LinkReviewed':
      return { kind: 'decision', answer: 'same', reviewed: event.data.review } as const;
    case 'LinkForbidden':
      return { kind: 'decision', answer: 'different', reviewed: event.data.review } as const;
    case 'LinkAllowed':
      return { kind: 'undone', answer: null, reviewed: undefined } as const;
    default:
      return event satisfies never;
  }
}
