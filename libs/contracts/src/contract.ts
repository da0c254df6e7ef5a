import { z } from 'zod';
import { fitsAsItIs } from './fast-check.js';

/** An older shape of a contract: what was stored then, and how it reads as the next version. */
export interface EarlierVersion {
  readonly version: number;
  readonly schema: z.ZodType;
  /** Turns valid data of this version into data of the next one. Pure. */
  readonly upcast: (data: never) => unknown;
}

/** How data stands in the body of a message, where that is not JSON. Older versions are told apart by the bytes. */
export interface BodyForm<Data = unknown> {
  readonly mediaType: string;
  /** What the bytes are, for people who read them without this program. */
  readonly description: string;
  /** The bytes of data that is believed. */
  encode(data: Data): Uint8Array;
  /** Data as the newest shape, which its schema would give back as it is. @throws UnreadableContract */
  decode(body: Uint8Array): unknown;
}

/** One event or command: its name, its newest version and shape, and every shape it ever had. */
export interface Contract<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly version: number;
  readonly description: string;
  readonly schema: Schema;
  readonly example: z.input<Schema>;
  readonly earlier: readonly EarlierVersion[];
  /** JSON where there is none. */
  readonly form?: BodyForm<z.output<Schema>>;
}

/** The data of a contract, as readers see it: always the newest shape. */
export type DataOf<C extends Contract> = z.output<C['schema']>;

export interface UnreadableContract extends Error {
  readonly code: 'unreadable-contract';
  readonly contract: string;
  readonly version: number;
}

export const isUnreadableContract = (error: unknown): error is UnreadableContract =>
  error instanceof Error && 'code' in error && error.code === 'unreadable-contract';

/** The error of data that no version of a contract describes. Names paths and rules, never a value. */
export function unreadableContract(contract: string, version: number, why: string): UnreadableContract {
  return Object.assign(new Error(`${contract} version ${version} cannot be read: ${why}`), {
    code: 'unreadable-contract' as const,
    contract,
    version,
  });
}

/** What a contract is declared with. */
export interface ContractDefinition<Name extends string, Schema extends z.ZodType> {
  readonly name: Name;
  readonly version: number;
  readonly description: string;
  readonly schema: Schema;
  readonly example: z.input<Schema>;
  readonly earlier?: readonly EarlierVersion[];
  readonly form?: BodyForm<z.output<Schema>>;
}

/**
 * Declares a contract. Earlier versions are listed oldest first and end at the version before the newest.
 * @throws Error when the versions leave a gap: an old message would have no way to the newest shape.
 */
export function contract<const Name extends string, Schema extends z.ZodType>(
  definition: ContractDefinition<Name, Schema>,
): Contract<Name, Schema> {
  const earlier = definition.earlier ?? [];
  const gapless =
    earlier.length === definition.version - 1 && earlier.every((entry, index) => entry.version === index + 1);
  if (!gapless)
    throw new Error(`${definition.name}: versions 1 to ${definition.version - 1} must each be kept`);
  return { ...definition, earlier };
}

/**
 * Reads data of any version that a contract ever had, as the newest shape.
 * @throws UnreadableContract for a version that is not known, or data that does not fit its version.
 */
export function read<C extends Contract>(type: C, version: number, data: unknown): DataOf<C> {
  requireKnownVersion(type, version);
  let current = data;
  for (const earlier of type.earlier.slice(version - 1)) {
    current = earlier.upcast(parse(type.name, earlier.version, earlier.schema, current) as never);
  }
  return parse(type.name, type.version, type.schema, current) as DataOf<C>;
}

/** @throws UnreadableContract for a version that the contract never had. */
export function requireKnownVersion({ name, version: newest }: Contract, version: number): void {
  if (!Number.isInteger(version) || version < 1 || version > newest) {
    throw unreadableContract(name, version, `versions 1 to ${newest} are known`);
  }
}

/** Of the body of its messages. */
export const mediaTypeOf = ({ form }: Contract): string => form?.mediaType ?? 'application/json';

function parse(name: string, version: number, schema: z.ZodType, data: unknown): unknown {
  if (fitsAsItIs(schema, data)) return data;
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw unreadableContract(name, version, whatDiffers(schema, result.error.issues));
}

/** Paths and rules. A path may lead through a member that only the data names, and so holds a value: it is a star here. */
function whatDiffers(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): string {
  const names = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }));
  const step = (part: PropertyKey) =>
    typeof part === 'number' || names.includes(`"${String(part)}":`) ? String(part) : '*';
  return issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.map(step).join('.') || '(root)'}: ${code}`)
    .join('; ');
}
