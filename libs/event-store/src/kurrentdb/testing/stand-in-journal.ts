import { appendFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { StandInStreams, type Expectation, type HeldEvent, type WriteOutcome } from './stand-in-streams.js';

interface Line {
  readonly name: string;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly contentType: string;
    /** Base64. */
    readonly data: string;
    readonly metadata: string;
  }[];
}

/** Streams that survive a SIGKILL of their process: each append is in the file before it is answered. */
export function journalledStreams(file: string): StandInStreams {
  const streams = new JournalledStreams(file);
  streams.replay();
  return streams;
}

class JournalledStreams extends StandInStreams {
  #replaying = false;
  readonly #file: string;

  constructor(file: string) {
    super();
    this.#file = file;
  }

  replay(): void {
    if (!existsSync(this.#file)) return;
    this.#replaying = true;
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    // A last line without a line end was cut by a kill; its append was never answered.
    for (const text of lines.slice(0, -1)) {
      if (text === '') continue;
      const { name, events } = JSON.parse(text) as Line;
      this.write(
        name,
        'any',
        events.map((event) => ({
          ...event,
          data: Buffer.from(event.data, 'base64'),
          metadata: Buffer.from(event.metadata, 'base64'),
        })),
      );
    }
    this.#replaying = false;
    const torn = lines.at(-1) ?? '';
    if (torn !== '') truncateSync(this.#file, statSync(this.#file).size - Buffer.byteLength(torn));
    this.forgetRecent();
  }

  override write(name: string, expected: Expectation, events: readonly HeldEvent[]): WriteOutcome {
    const before = lengthOf(this, name);
    const outcome = super.write(name, expected, events);
    const isNew = name.startsWith('$$') || lengthOf(this, name) > before;
    if (outcome.kind === 'success' && isNew && !this.#replaying) this.#keep(name, events);
    return outcome;
  }

  #keep(name: string, events: readonly HeldEvent[]): void {
    const line: Line = {
      name,
      events: events.map((event) => ({
        ...event,
        data: Buffer.from(event.data).toString('base64'),
        metadata: Buffer.from(event.metadata).toString('base64'),
      })),
    };
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

function lengthOf(streams: StandInStreams, name: string): number {
  const found = streams.find(name);
  return found === undefined || found === 'deleted' ? 0 : found.events.length;
}
