import pg from 'pg';
import { z } from 'zod';

/** Only what tells definitions apart; figures of closed quarters are payloads too. */
const payload = z.object({ definition: z.object({ id: z.string(), version: z.int() }) });
const defined = z.object({ data: z.object({ definition: z.string() }) });

/**
 * Refuses a definition whose version is lower than that of the one in force: it would silently decide everything again
 * as the programme did before. Where the events are in KurrentDB, the highest version that was ever in force counts.
 * @param platformUrl of a role that reads the ledger.
 * @param folder of the definition, for the error.
 * @throws Error that says what to do.
 */
export async function refuseEarlierDefinition(
  platformUrl: string,
  { id, version }: { readonly id: string; readonly version: number },
  folder: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: platformUrl });
  await client.connect();
  try {
    const versions = await versionsOf(client, id);
    // Without this, every start would search the ledger for the definition in force.
    if ([...versions.values()].every((one) => one <= version)) return;
    const inForce = versions.get((await lastDefined(client, id)) ?? '') ?? Math.max(...versions.values());
    if (inForce <= version) return;
    throw new Error(
      `the definition in ${folder} has version ${version}, and the ledger has version ${inForce} in force: name the folder of that one with --programme, or go back with --earlier-definition, which decides every link again`,
    );
  } finally {
    await client.end();
  }
}

/** The versions of all definitions that a programme ever had in force, by digest. */
async function versionsOf(client: pg.Client, id: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ digest: string; bytes: Buffer }>(
    `SELECT encode(digest, 'hex') AS digest, bytes FROM ledger.payload`,
  );
  return new Map(
    rows.flatMap(({ digest, bytes }): [string, number][] => {
      const read = payload.safeParse(parsed(bytes));
      return read.data?.definition.id === id ? [[digest, read.data.definition.version]] : [];
    }),
  );
}

/** Digest of the definition that a ledger names last. */
async function lastDefined(client: pg.Client, id: string): Promise<string | undefined> {
  const { rows } = await client.query<{ bytes: Buffer }>(
    `SELECT bytes FROM ledger.event
     WHERE stream = (SELECT stream FROM ledger.stream WHERE name = $1) AND type = 'ProgrammeDefined'
     ORDER BY revision DESC LIMIT 1`,
    [`programme-${id}`],
  );
  const [last] = rows;
  return last === undefined ? undefined : defined.parse(parsed(last.bytes)).data.definition;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
