import type { UploadId } from '@kinledger/contracts';
import type { ForeseenSubmission } from './foresee-submission.js';

const MOST_KEPT = 200;

/**
 * What submitting the latest uploads would do, as it was foreseen when they were received: most are submitted soon, and
 * need not be compared with the dataset's rows again unless its submissions have changed.
 */
export class ForeseenSubmissions {
  readonly #kept = new Map<string, ForeseenSubmission>();

  keep(upload: UploadId, foreseen: ForeseenSubmission): void {
    this.#kept.set(upload, foreseen);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Returns what was foreseen for an upload, and forgets it. */
  take(upload: string): ForeseenSubmission | undefined {
    const foreseen = this.#kept.get(upload);
    this.#kept.delete(upload);
    return foreseen;
  }
}
