import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import { until } from '../until.js';
import type { Submission, Work } from '../submissions/programme.js';
import { DISK_MIB, SmallDisk } from './small-disk.js';

/**
 * Moves the landing store to a disk of its own, fills it, sends a file, and frees it again. The disk is a small tmpfs;
 * if the account may not mount one, the test raises PostgreSQL's disk-full error instead.
 * @returns which of the two it was, and the response to the file.
 */
export async function fillAndFreeLandingDisk(platform: PlatformUnderTest, work: Work): Promise<string> {
  const disk = SmallDisk.mount(platform.victim('postgresql').pids()[0]);
  if (disk === undefined) return `no file system could be mounted; ${await raiseInstead(platform, work)}`;
  try {
    await superuser(platform, `CREATE TABLESPACE small LOCATION '${disk.directory}'`);
    await superuser(platform, 'ALTER TABLE landing.chunk SET TABLESPACE small');
    disk.fill();
    const answer = await refusedForRoom(platform, work);
    disk.makeRoom();
    return `a disk of ${DISK_MIB} MiB was full; ${answer}`;
  } finally {
    disk.makeRoom();
    await superuser(platform, 'ALTER TABLE landing.chunk SET TABLESPACE pg_default');
    await superuser(platform, 'DROP TABLESPACE IF EXISTS small');
    disk.unmount();
  }
}

async function raiseInstead(platform: PlatformUnderTest, work: Work): Promise<string> {
  await superuser(
    platform,
    `CREATE OR REPLACE FUNCTION landing.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
     CREATE OR REPLACE TRIGGER full_disk BEFORE INSERT ON landing.chunk EXECUTE FUNCTION landing.full_disk()`,
  );
  try {
    return await refusedForRoom(platform, work);
  } finally {
    await superuser(platform, 'DROP FUNCTION IF EXISTS landing.full_disk CASCADE');
  }
}

const superuser = (platform: PlatformUnderTest, sql: string) =>
  until(`"${sql.slice(0, 40)}" is done`, async () => {
    await platform.query('restricted', sql);
    return true;
  });

/** Uploads the programme's longest file, without submitting it, until ingest answers that the disk is full. */
async function refusedForRoom(platform: PlatformUnderTest, { waves }: Work): Promise<string> {
  const [longest] = waves
    .flat()
    .flatMap((action): Submission[] => (action.kind === 'submit' ? [action.submission] : []))
    .sort((a, b) => b.content.length - a.content.length);
  if (longest === undefined) throw new Error('there is no file to send');
  const { services, tokens } = platform.connection;
  const query = new URLSearchParams({ dataset: longest.dataset, period: longest.period }).toString();
  return until('a file is refused for room', async () => {
    const answer = await fetch(`${services.ingest}/v1/uploads?${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens.providers[longest.provider] ?? ''}`,
        'content-type': 'text/csv',
      },
      body: longest.content,
    });
    const { type } = (await answer.json()) as { readonly type?: string };
    return answer.status === 507 ? `a file was answered 507 (${type ?? 'no type'})` : undefined;
  });
}
