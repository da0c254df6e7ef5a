import { request, type IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Balancer } from './balancer.ts';

/** One file in the manifest of a generated programme. */
export interface ProgrammeFile {
  readonly dataset: string;
  readonly period: string;
  readonly provider: string;
  readonly path: string;
  readonly rows: number;
}

/** A file that was accepted. */
export interface Sent {
  readonly file: ProgrammeFile;
  readonly submission: string;
  readonly intake: number;
  /** Rows that the upload's answer said to be accepted. */
  readonly accepted: number;
}

/** An upload's id and its accepted rows. */
interface Uploaded {
  readonly id: string;
  readonly accepted: number;
}

/** What senders and readers saw in a phase. */
export interface Tally {
  readonly sent: Sent[];
  /** Requests that were answered, uploads and reads. */
  answers: number;
  /** Answers 503 with Retry-After. */
  refused: number;
  /** Everything else that a sender or reader could not use: other answers from 500, and connections that broke. */
  readonly failed: string[];
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const READ_EVERY_MS = 400;
const SENDERS = 2;
const SEND_EVERY_MS = 1_200;

/**
 * Providers and readers of a platform behind balancers: files are sent at a steady rate, several at once, and the APIs
 * are read all the time. Senders do as they are told: after a refusal they wait for as long as it says, and send again.
 */
export class Load {
  /** All that was accepted. */
  readonly sent: Sent[] = [];
  readonly #stopping = new AbortController();
  readonly #readers: Promise<void>[];
  #tally: Tally = emptyTally();
  #begun = 0;

  constructor(
    readonly api: { readonly ingest: Balancer; readonly projector: Balancer; readonly reports: Balancer },
    readonly token: string,
    readonly folder: string,
    readonly files: readonly ProgrammeFile[],
  ) {
    const { ingest, projector, reports } = api;
    this.#readers = [
      this.#read(reports, '/v1/figures/reach?period=lifetime', '/v1/submissions?limit=20'),
      this.#read(ingest, '/v1/submissions'),
      this.#read(projector, '/v1/recounts'),
    ];
  }

  /** Counts from here on into a new tally. */
  newTally(): Tally {
    this.#tally = emptyTally();
    return this.#tally;
  }

  /**
   * Sends files while the work goes on: up to so many of the programme, in their order, and then files that are discarded
   * instead of submitted, so that intake is never idle, however long the work takes.
   * @returns what the work returns.
   */
  async during<T>(work: () => Promise<T>, files: number): Promise<T> {
    let goesOn = true;
    const last = this.#begun + files;
    const sender = async () => {
      while (goesOn) {
        const isOfProgramme = this.#begun < Math.min(last, this.files.length);
        await Promise.all([isOfProgramme ? this.sendNext() : this.#sendInVain(), pause(SEND_EVERY_MS)]);
      }
    };
    const senders = Promise.all(Array.from({ length: SENDERS }, sender));
    const [result] = await Promise.all([work().finally(() => (goesOn = false)), senders]);
    return result;
  }

  /** Sends all files that are left. */
  async sendRest(): Promise<void> {
    const sender = async () => {
      while (this.#begun < this.files.length) await this.sendNext();
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
  }

  /** Sends all files; they are accepted in their order, though some are uploaded ahead. */
  async sendInOrder(): Promise<void> {
    const AHEAD = 3;
    const uploads = new Map<ProgrammeFile, Promise<Uploaded>>();
    for (const [index, file] of this.files.entries()) {
      for (const next of this.files.slice(index, index + 1 + AHEAD))
        if (!uploads.has(next)) uploads.set(next, this.upload(next));
      const upload = await uploads.get(file);
      if (upload !== undefined) await this.submit(file, upload);
    }
  }

  /** Uploads a file and discards it. */
  async #sendInVain(): Promise<void> {
    const [file] = this.files;
    if (file === undefined) return;
    const { id } = await this.upload(file);
    await this.#untilTaken(() => this.#send('DELETE', `/v1/uploads/${id}`));
  }

  /** Whether files of the programme are left to send. */
  get hasMore(): boolean {
    return this.#begun < this.files.length;
  }

  /** Uploads and submits the next file. */
  async sendNext(upload = (file: ProgrammeFile) => this.upload(file)): Promise<void> {
    const file = this.files[this.#begun++];
    if (file === undefined) return;
    await this.submit(file, await upload(file));
  }

  async upload(file: ProgrammeFile): Promise<Uploaded> {
    return uploadedOf(await this.#untilTaken(() => this.#post(uploadPath(file), this.contentOf(file))));
  }

  async submit(file: ProgrammeFile, { id, accepted }: Uploaded): Promise<void> {
    const { status, body } = await this.#untilTaken(() =>
      this.#post(
        `/v1/uploads/${id}/submit`,
        JSON.stringify({ onBehalfOf: file.provider, confirmRetiring: true }),
        'application/json',
      ),
    );
    if (status !== 200) throw new Error(`submitting ${file.path} was answered ${status}`);
    const sent = { file, accepted, submission: String(body['id']), intake: Number(body['intake']) };
    this.sent.push(sent);
    this.#tally.sent.push(sent);
  }

  /**
   * Uploads a file in pieces over a time, as over a slow line; if it takes for ever, the last piece is held back until
   * somebody answers. Then as usual.
   */
  async uploadSlowly(file: ProgrammeFile, milliseconds: number): Promise<Uploaded> {
    const content = Buffer.from(this.contentOf(file));
    const PIECES = 20;
    const size = Math.ceil(content.length / PIECES);
    const sending = this.#begin(uploadPath(file), 'text/csv');
    const answered = sending.answer.then(
      () => true,
      () => true,
    );
    for (let piece = 0; piece < PIECES; piece += 1) {
      const wait = Number.isFinite(milliseconds) ? milliseconds / PIECES : 100;
      if (await Promise.race([answered, pause(wait)])) break;
      if (piece === PIECES - 1 && !Number.isFinite(milliseconds)) break;
      sending.outgoing.write(content.subarray(piece * size, (piece + 1) * size));
    }
    if (Number.isFinite(milliseconds)) sending.outgoing.end();
    const taken = await this.#judged(sending.answer);
    sending.outgoing.destroy();
    return taken === undefined ? this.upload(file) : uploadedOf(taken);
  }

  contentOf(file: ProgrammeFile): string {
    return readFileSync(join(this.folder, file.path), 'utf8');
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#readers);
  }

  async #read(balancer: Balancer, ...paths: readonly string[]): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const path of paths) {
        const answer = fetch(`${balancer.url}${path}`, { headers: this.#authorised }).then(answerOf);
        const taken = await this.#judged(answer);
        if (taken !== undefined && taken.status !== 200)
          this.#tally.failed.push(`${path} was answered ${taken.status}`);
        await pause(READ_EVERY_MS);
      }
    }
  }

  get #authorised() {
    return { authorization: `Bearer ${this.token}` };
  }

  #post(path: string, body: string, type = 'text/csv'): Promise<Answer> {
    return this.#send('POST', path, { body, type });
  }

  async #send(
    method: string,
    path: string,
    content?: { readonly body: string; readonly type: string },
  ): Promise<Answer> {
    const headers = {
      ...this.#authorised,
      ...(content === undefined ? {} : { 'content-type': content.type }),
    };
    const body = content === undefined ? {} : { body: content.body };
    return answerOf(await fetch(`${this.api.ingest.url}${path}`, { method, headers, ...body }));
  }

  #begin(path: string, type: string) {
    const headers = { ...this.#authorised, 'content-type': type };
    const outgoing = request(`${this.api.ingest.url}${path}`, { method: 'POST', headers });
    const answer = new Promise<Answer>((done, fail) => {
      outgoing.once('error', fail);
      outgoing.once('response', (incoming: IncomingMessage) => {
        const { statusCode: status = 0, headers: of } = incoming;
        json(incoming).then(
          (body) => done({ status, body: { ...(body as Answer['body']), ...retryAfter(of['retry-after']) } }),
          fail,
        );
      });
    });
    return { outgoing, answer };
  }

  async #untilTaken(send: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const taken = await this.#judged(send());
      if (taken !== undefined) return taken;
    }
  }

  /** Counts an answer. Undefined after a refusal, for which it has waited, and after a failure. */
  async #judged(asked: Promise<Answer>): Promise<Answer | undefined> {
    const tally = this.#tally;
    try {
      const answer = await asked;
      const wait = answer.body['retryAfter'];
      if (answer.status === 503 && typeof wait === 'number') {
        tally.refused += 1;
        await pause(wait * 1000, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
        return undefined;
      }
      if (answer.status >= 500) {
        tally.failed.push(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
        await pause(500);
        return undefined;
      }
      tally.answers += 1;
      return answer;
    } catch (error) {
      tally.failed.push(`no answer: ${error instanceof Error ? error.message : String(error)}`);
      await pause(500);
      return undefined;
    }
  }
}

/** @throws Error unless the upload was taken. */
function uploadedOf({ status, body }: Answer): Uploaded {
  if (status !== 201) throw new Error(`an upload was answered ${status}: ${JSON.stringify(body)}`);
  return {
    id: String(body['id']),
    accepted: (body['counts'] as { readonly accepted: number }).accepted,
  };
}

const emptyTally = (): Tally => ({ sent: [], answers: 0, refused: 0, failed: [] });

const uploadPath = ({ dataset, period }: ProgrammeFile): string =>
  `/v1/uploads?${new URLSearchParams({ dataset, period }).toString()}`;

const retryAfter = (header: string | null | undefined): { readonly retryAfter?: number } =>
  header === null || header === undefined ? {} : { retryAfter: Number(header) };

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {};
  return { status: response.status, body: { ...body, ...retryAfter(response.headers.get('retry-after')) } };
}
