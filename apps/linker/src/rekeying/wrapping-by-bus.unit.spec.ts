import {
  MAX_TOKENS_TO_WRAP,
  TokensToWrap,
  type DataOf,
  type ProgrammeId,
  type Token,
} from '@kinledger/contracts';
import type { OutgoingMessage } from '@kinledger/message-bus';
import { sealFor } from '@kinledger/service-kit';
import { describe, expect, it } from 'vitest';
import type { WrappedTokens } from './wrapped-tokens.js';
import { WrappingByBus } from './wrapping-by-bus.js';

type Request = DataOf<typeof TokensToWrap>;
const { signal } = new AbortController();
const tokenOf = (number: number) => number.toString(16).padStart(32, '0') as Token;
const turned = (token: Token) => token.replace(/^0/, 'f') as Token;

/** A pseudonymiser that answers at once, for as many keys as it has. */
function world(newest = 2) {
  const published: Request[][] = [];
  const waiting = new Map<string, WrappedTokens>();
  const state = { away: false, silent: false };
  const wrapping = new WrappingByBus({
    programme: 'leap' as ProgrammeId,
    bus: {
      publish: async (_topic: string, messages: readonly OutgoingMessage[]) => {
        if (state.away) throw new Error('the bus is away');
        const requests = messages.map(({ value }) =>
          TokensToWrap.schema.parse(JSON.parse(Buffer.from(value).toString('utf8'))),
        );
        published.push(requests);
        if (state.silent) return;
        for (const { request, act, to, domains, sealFor: key } of requests) {
          const tokens = domains.flatMap((one) => one.tokens.map(turned)).join('');
          const sealed =
            act === 'wrap' && to <= newest ? sealFor(key, Buffer.from(tokens, 'hex')) : undefined;
          waiting.set(request, { request, newest, sealed });
        }
      },
    },
    answers: {
      forgetOld: () => Promise.resolve(),
      take: (requests) =>
        Promise.resolve(
          requests.flatMap((request) => {
            const answer = waiting.get(request);
            waiting.delete(request);
            return answer === undefined ? [] : [answer];
          }),
        ),
    },
    now: () => new Date(0),
    onWaiting: () => undefined,
  });
  return { wrapping, published, state };
}

describe('wrapping by the bus', () => {
  it('returns the tokens of each domain in their order, and sends what is asked for at once together', async () => {
    const { wrapping, published } = world();
    const lists = await Promise.all(
      [1, 2, 3].map((number) =>
        wrapping.wrap(
          { from: 1, to: 2 },
          [
            { domain: 'email', tokens: [tokenOf(number), tokenOf(7)] },
            { domain: 'mobile', tokens: [tokenOf(9)] },
          ],
          signal,
        ),
      ),
    );
    expect(lists).toEqual(
      [1, 2, 3].map((number) => [[turned(tokenOf(number)), turned(tokenOf(7))], [turned(tokenOf(9))]]),
    );
    expect(published.map(({ length }) => length)).toEqual([3]);
  });

  it('divides what is too much for one message', async () => {
    const { wrapping, published } = world();
    const tokens = Array.from({ length: MAX_TOKENS_TO_WRAP + 5 }, (_, number) => tokenOf(number));
    const domains = [
      { domain: 'email', tokens },
      { domain: 'mobile', tokens: tokens.slice(0, 3) },
    ];
    const wrapped = await wrapping.wrap({ from: 1, to: 2 }, domains, signal);
    expect(wrapped).toEqual(domains.map((one) => one.tokens.map(turned)));
    expect(published.flat().map((request) => request.domains.map((one) => one.tokens.length))).toEqual([
      [MAX_TOKENS_TO_WRAP],
      [5, 3],
    ]);
  });

  it('fails if the key is gone, and says which', async () => {
    const { wrapping } = world(1);
    expect(await wrapping.newest(signal)).toBe(1);
    await expect(wrapping.adopt(2, signal)).rejects.toThrow('token key 2');
    const domains = [{ domain: 'email', tokens: [tokenOf(1)] }];
    await expect(wrapping.wrap({ from: 1, to: 2 }, domains, signal)).rejects.toThrow('token key 2');
  });

  it('fails with the bus, and works again with it', async () => {
    const { wrapping, state } = world();
    state.away = true;
    await expect(wrapping.newest(signal)).rejects.toThrow('the bus is away');
    state.away = false;
    expect(await wrapping.newest(signal)).toBe(2);
  });

  it('ends when the signal aborts while nobody answers', async () => {
    const { wrapping, state } = world();
    state.silent = true;
    const stopping = new AbortController();
    const asked = wrapping.newest(stopping.signal);
    setTimeout(() => stopping.abort(new Error('stopped')), 30);
    await expect(asked).rejects.toThrow('stopped');
    state.silent = false;
    expect(await wrapping.newest(signal)).toBe(2);
  });
});
