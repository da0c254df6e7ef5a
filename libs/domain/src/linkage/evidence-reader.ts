import type { RowKey } from '@kinledger/contracts';
import { evidenceOf, marksOf, type Evidence, type RecordReading } from './evidence.js';
import { HolderCount } from './force.js';
import type { LinkageRecord, Partition } from './partition.js';
import { RowReader } from './row-reader.js';
import type { Strategy } from './strategy.js';

/** Reads all records once and knows which tokens have force among them, and which candidate keys are crowded. */
export class EvidenceReader {
  readonly #strategy: Strategy;
  readonly #reader: RowReader;
  readonly #readings = new Map<RowKey, RecordReading>();
  readonly #withoutForce = new Set<number>();
  /** For each candidate key, how many person records hold it. */
  readonly #holdersOfKey = new Map<number, number>();

  constructor(records: readonly LinkageRecord[], strategy: Strategy) {
    const { channels, ownLimits } = strategy;
    this.#strategy = strategy;
    this.#reader = new RowReader(strategy);
    const counts = new Map<number, HolderCount>();
    for (const record of records) {
      if (record.kind === 'impersonal') continue;
      const reading = this.#reader.readingOf(record);
      this.#readings.set(record.rowKey, reading);
      for (const key of reading.keys) this.#holdersOfKey.set(key, (this.#holdersOfKey.get(key) ?? 0) + 1);
      const marks = marksOf(reading, channels);
      reading.own.forEach((token, index) => {
        const isNhsNumber = reading.ownChannels[index] === channels.nhsNumber;
        const count = counts.get(token) ?? new HolderCount(ownLimits, isNhsNumber);
        counts.set(token, count);
        if (!count.add(marks)) this.#withoutForce.add(token);
      });
    }
  }

  evidenceOf({ rowKey }: LinkageRecord): Evidence {
    const reading = this.#readings.get(rowKey) as RecordReading; // read by the constructor
    const { channels, pairs } = this.#strategy;
    return evidenceOf(
      reading,
      channels,
      (token) => !this.#withoutForce.has(token),
      (key) => (this.#holdersOfKey.get(key) ?? 0) > (pairs?.maxHoldersPerKey ?? 0),
    );
  }

  tokensWithoutForce(): Partition['tokensWithoutForce'] {
    const { channels } = this.#strategy;
    return [...this.#withoutForce]
      .map((number) => {
        const { channel, token } = this.#reader.tokenOf(number);
        return { domain: channels.domainOf(channel), token };
      })
      .sort((one, other) => compareText(one.domain, other.domain) || compareText(one.token, other.token));
  }
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
