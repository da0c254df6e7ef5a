import { canonicalBytes, canonicalJson } from '@kinledger/domain';
import { z } from 'zod';

const named = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ProgrammeDefined'),
    data: z.object({ definition: z.hash('sha256'), signingKey: z.string() }),
  }),
  z.object({
    type: z.literal('StrategyAdopted'),
    data: z.object({
      strategy: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      digest: z.hash('sha256'),
    }),
  }),
]);

/** What an event names that lies beside it: a definition and a key, or a strategy. */
export type NamedInEvent = z.infer<typeof named>;

/** What of its kind an event names; undefined for an event that names neither. */
export function namedIn(event: unknown): NamedInEvent | undefined {
  const read = named.safeParse(event);
  return read.success ? read.data : undefined;
}

const keyChange = z.object({
  type: z.literal('SigningKeyChanged'),
  revision: z.int().positive(),
  data: z.object({ signingKey: z.string(), previous: z.string(), signature: z.string() }),
});

/** A change of the signing key: the position from which on the new key signs, and the old key's signature. */
export interface SignedKeyChange {
  readonly from: number;
  readonly publicKey: string;
  readonly previous: string;
  readonly signature: string;
}

/** The change of key that an event is; undefined for any other event. */
export function keyChangeIn(event: unknown): SignedKeyChange | undefined {
  const read = keyChange.safeParse(event);
  if (!read.success) return undefined;
  const { revision: from, data } = read.data;
  return { from, publicKey: data.signingKey, previous: data.previous, signature: data.signature };
}

/** The bytes whose SHA-256 is the digest of a strategy: the canonical JSON of its name and parameters. */
export const strategyBytes = ({ strategy, parameters }: StrategyNamed): Uint8Array =>
  canonicalBytes({ name: strategy, parameters });

type StrategyNamed = Extract<NamedInEvent, { type: 'StrategyAdopted' }>['data'];

/** The members that every event has, in the canonical form that it is stored in. */
const envelope = z.strictObject({
  cause: z.string(),
  data: z.record(z.string(), z.unknown()),
  id: z.uuid(),
  revision: z.int().nonnegative(),
  time: z.string(),
  type: z.string().regex(/^[A-Za-z]{1,80}$/),
  version: z.int().positive(),
});
export type EventEnvelope = z.infer<typeof envelope>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads an event’s bytes; undefined for what is not the canonical JSON of an event. */
export function readEnvelope(bytes: Uint8Array): EventEnvelope | undefined {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    const read = envelope.safeParse(value);
    return read.success && canonicalJson(value) === text ? read.data : undefined;
  } catch {
    return undefined;
  }
}
