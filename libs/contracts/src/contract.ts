import { z } from 'zod';
import { fitsAsItIs } from './fast-check.js';

/** An older version of a contract: its schema, and how it converts to the next version. */
export interface EarlierVersion {
  readonly version: number;
  readonly schema: z.ZodType;
  /** Converts valid data of this version to the next one. Pure. */
  readonly upcast: (data: never) => unknown;
}

/** The encoding of data in the body of a message, if not JSON. The bytes identify older versions. */
export interface BodyForm<Data = unknown> {
  readonly mediaType: string;
  /** Describes the bytes for people who read them without this program. */
  readonly description: string;
  /** Encodes data without validating it. */
  encode(data: Data): Uint8Array;
  /** Decodes data to the newest shape; equals what the schema would return. @throws UnreadableContract */
  decode(body: Uint8Array): unknown;
}

/** One event or command: its name, its newest version and schema, and all earlier ones. */
export interface Contract<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly version: number;
  readonly description: string;
  readonly schema: Schema;
  readonly example: z.input<Schema>;
  readonly earlier: readonly EarlierVersion[];
  /** Absent for JSON. */
  readonly form?: BodyForm<z.output<Schema>>;
}

/** The data of a contract as readers see it: always the newest shape. */
export type DataOf<C extends Contract> = z.output<C['schema']>;

export interface UnreadableContract extends Error {
  readonly code: 'unreadable-contract';
  readonly contract: string;
  readonly version: number;
}

export const isUnreadableContract = (error: unknown): error is UnreadableContract =>
  error instanceof Error && 'code' in error && error.code === 'unreadable-contract';

/** The error for data that no version of a contract describes. Names paths and rules, never a value. */
export function unreadableContract(contract: string, version: number, why: string): UnreadableContract {
  return Object.assign(new Error(`${contract} version ${version} cannot be read: ${why}`), {
    code: 'unreadable-contract' as const,
    contract,
    version,
  });
}

/** The arguments of `contract`. */
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
 * @throws Error if a version is missing, because an old message could then not be converted.
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
 * Reads data of any version of a contract, as the newest shape.
 * @throws UnreadableContract for an unknown version, or data that is invalid for its version.
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

/** Media type of the body of a contract's messages. */
export const mediaTypeOf = ({ form }: Contract): string => form?.mediaType ?? 'application/json';

function parse(name: string, version: number, schema: z.ZodType, data: unknown): unknown {
  if (fitsAsItIs(schema, data)) return data;
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw unreadableContract(name, version, describeIssues(schema, result.error.issues));
}

/**
 * Lists paths and rules. A path may include a member name that comes from the data, and so may be a value: it is
 * replaced with a star.
 */
function describeIssues(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): string {
  const names = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }));
  const step = (part: PropertyKey) =>
    typeof part === 'number' || names.includes(`"${String(part)}":`) ? String(part) : '*';
  return issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.map(step).join('.') || '(root)'}: ${code}`)
    .join('; ');
}
