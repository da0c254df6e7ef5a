import type { LedgerEvent, RowChunkHead } from '@kinledger/contracts';

/**
 * Compares what stands before the rows of a segment with what the ledger says of their submission. No commitment covers a
 * segment's head, since none has to: everything in it that could matter stands in the events as well.
 */
export class SegmentHeads {
  readonly #files = new Map<string, Pick<RowChunkHead, 'programme' | 'dataset' | 'period'>>();
  /** Row keys that refuse consent in the submission that is being decided. */
  readonly #refused = new Set<string>();

  /** Follows the ledger, event by event. */
  follow(event: LedgerEvent): void {
    if (event.type === 'SubmissionReceived') {
      const { submission, programme, dataset, period } = event.data;
      this.#files.set(submission, { programme, dataset, period });
      this.#refused.clear();
    } else if (event.type === 'ConsentRefused') {
      for (const rowKey of event.data.rowKeys) this.#refused.add(rowKey);
    }
  }

  /** What of a head is not what the event, and those before it, say; undefined if all is. */
  differenceOf(head: RowChunkHead, event: LedgerEvent): string | undefined {
    if (event.type !== 'RecordsPlaced') return undefined;
    const { submission, chunk } = event.data;
    if (head.submission !== submission) return 'submission';
    if (head.chunk !== chunk) return 'number of the chunk';
    const file = this.#files.get(submission);
    if (file === undefined) return undefined; // Its event is missing, which is a fault of its own.
    for (const what of ['programme', 'dataset', 'period'] as const)
      if (head[what] !== file[what]) return what;
    return head.refused.every((rowKey) => this.#refused.has(rowKey)) ? undefined : 'refusals of consent';
  }
}
