import { topics } from '@kinledger/contracts';
import type { MessageBus } from '@kinledger/message-bus';
import { BackOff, isAborted, pauseUnlessAborted, WakeUp, type BackOffSettings } from '@kinledger/waiting';
import type { Publication } from '../publication/publication.js';

/** Topics whose messages may hold tokens of a person: rows, and commands to erase somebody. */
const ofPeople = [topics.rowPseudonymised.name, topics.command.name];

export interface ErasedTopicsOptions {
  readonly bus: Pick<MessageBus, 'trim'>;
  /** Told of a failure, which will be retried. */
  readonly onError: (error: unknown) => void;
  /** Told once per erasure if a group has not yet read what is to go. */
  readonly onWaiting: () => void;
  readonly pause?: BackOffSettings;
}

const PAUSE = { firstMs: 200, longestMs: 60_000 };
/** So many looks later, a group is away rather than busy. */
const LOOKS_BEFORE_TOLD = 6;

/**
 * Deletes from topics what they carry of people who are erased, whatever the topics' retention: everything that was published
 * up to now and that every group has read. At a start it does so if anything was ever erased, in case it died before.
 */
export class ErasedTopics implements Publication {
  readonly #options: ErasedTopicsOptions;
  readonly #wakeUp = new WakeUp();
  #erasures = 0;
  #done = 0;

  constructor(options: ErasedTopicsOptions) {
    this.#options = options;
  }

  closedUpTo(
    _revision: number,
    _quarters: readonly number[],
    _keys: readonly unknown[],
    erasures: number,
  ): void {
    if (erasures <= this.#erasures) return;
    this.#erasures = erasures;
    this.#wakeUp.call();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#done === this.#erasures) await this.#wakeUp.wait({ signal });
      else await this.#trim(signal);
    }
  }

  /** Trims until nothing is left of what was there at the first look after the latest erasure. */
  async #trim(signal: AbortSignal): Promise<void> {
    const { bus, onError, onWaiting, pause = PAUSE } = this.#options;
    const backOff = new BackOff(pause);
    const erasures = this.#erasures;
    let upTo: ReadonlyMap<string, number> | undefined;
    for (let look = 1; !isAborted(signal) && erasures === this.#erasures; look += 1) {
      try {
        const left = await bus.trim(ofPeople);
        upTo ??= new Map(left.map(({ topic, partition, end }) => [`${topic} ${partition}`, end]));
        const ends = upTo;
        if (left.every(({ topic, partition, begin }) => begin >= (ends.get(`${topic} ${partition}`) ?? 0))) {
          this.#done = erasures;
          return;
        }
        if (look === LOOKS_BEFORE_TOLD) onWaiting();
      } catch (error) {
        onError(error);
      }
      await pauseUnlessAborted(backOff.failed(), signal);
    }
  }
}
