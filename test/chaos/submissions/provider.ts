import { setTimeout as pause } from 'node:timers/promises';
import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import { until } from '../until.js';

/** A final answer, which a retry would not change. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface Submitted {
  /** Submission id. */
  readonly id: string;
  readonly intake: number;
}

interface File {
  readonly dataset: string;
  readonly period: string;
  readonly provider: string;
}

/** How often a sender had to retry, by status; 0 for no answer. */
export type Refusals = Map<number, number>;

/**
 * Sends like a well-behaved provider's program: it retries when there is no answer or the service is busy. Every
 * request is idempotent, so a lost answer does no harm.
 */
export class Provider {
  readonly refusals: Refusals = new Map();
  readonly #platform: PlatformUnderTest;

  constructor(platform: PlatformUnderTest) {
    this.#platform = platform;
  }

  async upload(
    file: File,
    content: string,
  ): Promise<Answer<{ readonly id: string; readonly state: string }>> {
    const query = new URLSearchParams({ dataset: file.dataset, period: file.period }).toString();
    return this.#answered(`/v1/uploads?${query}`, this.#tokenOf(file), content, 'text/csv');
  }

  /** Undefined if the upload no longer exists and has to be sent again. */
  async submit(file: File, upload: string): Promise<Submitted | undefined> {
    const { status, body } = await this.#answered<Submitted>(
      `/v1/uploads/${upload}/submit`,
      this.#tokenOf(file),
      // Sending half of a cumulative file is intended.
      '{"confirmRetiring":true}',
      'application/json',
    );
    if (status === 404 || status === 410) return undefined;
    if (status !== 200) throw new Error(`submitting ${file.dataset} was answered ${status}`);
    return body;
  }

  /** An action of the data team on a submission. */
  async act(submission: string, action: string, body: object): Promise<Answer<unknown>> {
    const { dataTeam } = this.#platform.connection.tokens;
    return this.#answered(
      `/v1/submissions/${submission}/${action}`,
      dataTeam,
      JSON.stringify(body),
      'application/json',
    );
  }

  #tokenOf({ provider }: File): string {
    return this.#platform.connection.tokens.providers[provider] ?? '';
  }

  async #answered<T>(path: string, token: string, body: string, type: string): Promise<Answer<T>> {
    const url = `${this.#platform.connection.services.ingest}${path}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    return until(`${path} is answered`, async () => {
      let status = 0;
      try {
        const answer = await fetch(url, { method: 'POST', headers, body });
        ({ status } = answer);
        const text = await answer.text();
        // Each caller states the shape of the members that it reads.
        if (status < 500 && status !== 429) return { status, body: JSON.parse(text) as T };
      } catch {
        status = 0;
      }
      this.refusals.set(status, (this.refusals.get(status) ?? 0) + 1);
      await pause(100);
      return undefined;
    });
  }
}
