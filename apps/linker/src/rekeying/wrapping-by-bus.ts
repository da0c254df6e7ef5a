import { randomUUID } from 'node:crypto';
import {
  encodeCloudEvent,
  MAX_TOKENS_TO_WRAP,
  TokensToWrap,
  topics,
  type DataOf,
  type DomainTokens,
  type ProgrammeId,
  type Token,
} from '@kinledger/contracts';
import type { KeyChange, TokenWrapping } from '@kinledger/decisions';
import type { MessageBus } from '@kinledger/message-bus';
import { SealedAnswers } from '@kinledger/service-kit';
import { pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import { LINKER_SOURCE } from '../publication/decision-messages.js';
import type { WrappedTokens, WrappedTokensTable } from './wrapped-tokens.js';

export interface WrappingByBusOptions {
  readonly programme: ProgrammeId;
  readonly bus: Pick<MessageBus, 'publish'>;
  readonly answers: Pick<WrappedTokensTable, 'take' | 'forgetOld'>;
  readonly now: () => Date;
  /** Called while requests stay unanswered, with the seconds since the last answer. */
  readonly onWaiting: (seconds: number) => void;
}

const LOOK_MS = 20;
/** A request is sent again after this time: it may have been lost with its topic. */
const ASK_AGAIN_MS = 30_000;
const TOKEN_BYTES = 16;

type Request = DataOf<typeof TokensToWrap>;

interface Pending {
  readonly resolve: (answer: WrappedTokens) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks the pseudonymiser over the bus, which is the only door between the zones. Requests that are made at once are sent
 * at once. Answers are sealed for this process.
 */
export class WrappingByBus implements TokenWrapping {
  readonly #options: WrappingByBusOptions;
  readonly #sealed = new SealedAnswers();
  readonly #pending = new Map<string, Pending>();
  #unsent: Request[] = [];
  #isLooking = false;
  readonly #answered = new WakeUp();

  constructor(options: WrappingByBusOptions) {
    this.#options = options;
  }

  /** To be called when an answer was kept in this process. */
  wake(): void {
    this.#answered.call();
  }

  async newest(signal: AbortSignal): Promise<number> {
    return (await this.#ask({ act: 'ask', from: 1, to: 1, domains: [] }, signal)).newest;
  }

  async adopt(keyVersion: number, signal: AbortSignal): Promise<void> {
    const { newest } = await this.#ask(
      { act: 'adopt', from: keyVersion, to: keyVersion, domains: [] },
      signal,
    );
    if (newest < keyVersion) throw keyGone(keyVersion);
  }

  async wrap(
    { from, to }: KeyChange,
    domains: readonly DomainTokens[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Token[])[]> {
    const parts = partsOf(domains);
    const wrapped = await Promise.all(
      parts.map(async (part) => {
        const { newest, sealed } = await this.#ask({ act: 'wrap', from, to, domains: part }, signal);
        if (sealed === undefined) throw newest < to ? keyGone(to) : new Error('no tokens were wrapped');
        return tokensIn(this.#sealed.open(sealed));
      }),
    );
    const all = wrapped.flat();
    let at = 0;
    const lists = domains.map(({ tokens }) => all.slice(at, (at += tokens.length)));
    if (at !== all.length) throw new Error('another number of tokens was wrapped than was asked for');
    return lists;
  }

  #ask(what: Pick<Request, 'act' | 'from' | 'to' | 'domains'>, signal: AbortSignal): Promise<WrappedTokens> {
    const { programme } = this.#options;
    const request = randomUUID();
    this.#unsent.push({ programme, request, sealFor: this.#sealed.publicKey, ...what });
    const answer = new Promise<WrappedTokens>((resolve, reject) => {
      this.#pending.set(request, { resolve, reject });
    });
    if (!this.#isLooking) void this.#lookForAnswers(signal);
    return answer;
  }

  /** Sends requests and takes answers until nothing is pending; a failure fails every pending request. Never rejects. */
  async #lookForAnswers(signal: AbortSignal): Promise<void> {
    const { answers, onWaiting } = this.#options;
    const sent = new Map<string, { readonly request: Request; at: number }>();
    this.#isLooking = true;
    try {
      await answers.forgetOld();
      let answeredAt = performance.now();
      let toldAt = answeredAt;
      while (this.#pending.size > 0) {
        signal.throwIfAborted();
        const now = performance.now();
        for (const request of this.#unsent)
          sent.set(request.request, { request, at: Number.NEGATIVE_INFINITY });
        this.#unsent = [];
        const due = [...sent.values()].filter(({ at }) => now - at >= ASK_AGAIN_MS);
        if (due.length > 0) await this.#send(due.map(({ request }) => request));
        for (const one of due) one.at = now;
        const taken = await answers.take([...sent.keys()]);
        for (const answer of taken) {
          sent.delete(answer.request);
          this.#pending.get(answer.request)?.resolve(answer);
          this.#pending.delete(answer.request);
        }
        if (taken.length > 0) {
          answeredAt = toldAt = performance.now();
          // Whoever was answered may ask again at once.
          await pauseUnlessAborted(0, signal);
        } else {
          if (performance.now() - toldAt >= ASK_AGAIN_MS) {
            toldAt = performance.now();
            onWaiting((toldAt - answeredAt) / 1000);
          }
          await this.#answered.wait({ ms: LOOK_MS, signal });
        }
      }
    } catch (error) {
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
      this.#unsent = [];
    } finally {
      this.#isLooking = false;
    }
  }

  async #send(requests: readonly Request[]): Promise<void> {
    const { bus, now, programme } = this.#options;
    const time = now().toISOString();
    await bus.publish(
      topics.tokensToWrap.name,
      requests.map((data) => ({
        key: programme,
        ...encodeCloudEvent(TokensToWrap, { id: data.request, source: LINKER_SOURCE, time, data }),
      })),
    );
  }
}

const keyGone = (version: number): Error =>
  new Error(`token key ${version} is not among the pseudonymiser's secrets: restore it`);

/** Divides lists of tokens into requests that are not too large. */
function partsOf(domains: readonly DomainTokens[]): DomainTokens[][] {
  const parts: DomainTokens[][] = [[]];
  let room = MAX_TOKENS_TO_WRAP;
  for (const { domain, tokens } of domains) {
    for (let from = 0; from < tokens.length;) {
      const its = tokens.slice(from, from + room);
      parts.at(-1)?.push({ domain, tokens: its });
      from += its.length;
      room -= its.length;
      if (room > 0) continue;
      parts.push([]);
      room = MAX_TOKENS_TO_WRAP;
    }
  }
  return parts.filter((part) => part.length > 0);
}

function tokensIn(bytes: Buffer): Token[] {
  const hex = bytes.toString('hex');
  return Array.from(
    { length: bytes.length / TOKEN_BYTES },
    (_, index) => hex.slice(index * 2 * TOKEN_BYTES, (index + 1) * 2 * TOKEN_BYTES) as Token, // made by the pseudonymiser
  );
}
