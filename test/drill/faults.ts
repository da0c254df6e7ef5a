import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPostgresMessageBus } from '@kinledger/message-bus';
import { freeze, kill, wake, type Victim } from '../chaos/platform/victim.js';
import { SmallDisk } from '../chaos/disturb/small-disk.js';
import { until } from '../chaos/until.js';
import type { DrillSite } from './site.js';

export interface Fault {
  /** What happens, as in the table of the drill. */
  readonly name: string;
  /** The alert that says so. */
  readonly alert: string;
  /** Alerts that must have fired by then too. */
  readonly also?: readonly string[];
  /** Alerts of what follows from it, which may fire beside. Any other alert, except on an objective, is a false one. */
  readonly follows: readonly string[];
  /** Whether the alert looks back so far that it goes on for long after the fault is mended. */
  readonly lingers?: boolean;
  /** Whether `npm test`, whose time is short, leaves it out. */
  readonly onlyAtLength?: boolean;
  /** Brings it about. @returns what mends it. */
  readonly strike: (site: DrillSite) => Promise<() => Promise<void> | void>;
}

/** Kills it, and freezes what would start it again. */
async function stopped(site: DrillSite, victim: Victim) {
  const launcher = await freeze(site.launcher);
  await kill(victim);
  return () => wake(launcher);
}

async function frozen(victim: Victim) {
  const pids = await freeze(victim);
  return () => wake(pids);
}

/**
 * Alerts on objectives look back for hours, so that any fault may cost some of a budget which an earlier one has nearly
 * spent.
 */
export const onObjectives: ReadonlySet<string> = new Set([
  ...['KinledgerFilesLateFast', 'KinledgerFiguresLateFast', 'KinledgerRequestsFailFast'],
  ...['KinledgerFilesLateSlow', 'KinledgerFiguresLateSlow', 'KinledgerRequestsFailSlow'],
]);

/** Without its database, hardly anything works: all of these follow. */
export const withoutDatabase = [
  'KinledgerBatchesFail',
  'KinledgerEventStoreAway',
  'KinledgerFiguresBehind',
  'KinledgerMessageBusAway',
  'KinledgerNoLinkerAtWork',
  'KinledgerNoProjectorAtWork',
];

export const withoutBus = ['KinledgerBatchesFail', 'KinledgerOutboxWaits'];

/** Faults of a platform whose bus and ledger are in its own PostgreSQL. In this order they do not disturb one another. */
export const faults: readonly Fault[] = [
  {
    ...{ name: 'the linker is killed and not started again', alert: 'KinledgerNoLinkerAtWork', follows: [] },
    strike: (site) => stopped(site, site.service('linker')),
  },
  {
    ...{ name: 'the linker is frozen', alert: 'KinledgerNoLinkerAtWork', follows: [], onlyAtLength: true },
    strike: (site) => frozen(site.service('linker')),
  },
  {
    name: 'the projector is killed and not started again',
    ...{ alert: 'KinledgerNoProjectorAtWork', follows: ['KinledgerFiguresBehind'], onlyAtLength: true },
    strike: (site) => stopped(site, site.service('projector')),
  },
  {
    name: 'the reporting API is killed and not started again',
    ...{ alert: 'KinledgerServiceAway', follows: [], onlyAtLength: true },
    strike: (site) => stopped(site, site.service('reporting-api')),
  },
  {
    name: 'the pseudonymiser is killed and not started again while a file comes',
    ...{ alert: 'KinledgerFileWaits', also: ['KinledgerServiceAway'], follows: [] },
    strike: async (site) => {
      const mend = await stopped(site, site.service('pseudonymiser'));
      await site.submitCorrection(await site.uploadCorrection());
      return mend;
    },
  },
  {
    ...{ name: 'the database is killed and not started again', alert: 'KinledgerDatabaseAway' },
    follows: withoutDatabase,
    strike: (site) => stopped(site, site.database),
  },
  {
    ...{ name: 'the database is frozen with its connections open', alert: 'KinledgerDatabaseAway' },
    ...{ follows: withoutDatabase, onlyAtLength: true },
    strike: (site) => frozen(site.database),
  },
  {
    ...{ name: 'landed rows of a file are damaged', alert: 'KinledgerSubmissionParked', follows: [] },
    onlyAtLength: true,
    strike: async (site) => {
      const upload = await site.uploadCorrection();
      await site.platform.query(
        `DELETE FROM landing.chunk WHERE upload = '${upload}' AND kind = 'rows' AND n = 0`,
        'restricted',
      );
      const submission = await site.submitCorrection(upload);
      return () => site.platform.withdraw(submission);
    },
  },
  {
    ...{ name: 'checkpoints cannot be stored', alert: 'KinledgerLedgerNotSigned', follows: [] },
    onlyAtLength: true,
    strike: async (site) => {
      const role = 'kinledger_linker';
      await site.platform.query(`REVOKE INSERT ON ledger.checkpoint FROM ${role}`);
      await site.submitCorrection(await site.uploadCorrection());
      return async () => {
        await site.platform.query(`GRANT INSERT ON ledger.checkpoint TO ${role}`);
      };
    },
  },
  {
    name: 'checkpoints cannot be copied to their folder',
    ...{ alert: 'KinledgerCheckpointsNotCopied', follows: [], onlyAtLength: true },
    strike: async (site) => {
      const folder = join(site.platform.installation.home, 'checkpoints');
      renameSync(folder, `${folder}-aside`);
      writeFileSync(folder, 'not a folder');
      await site.submitCorrection(await site.uploadCorrection());
      return () => {
        rmSync(folder);
        renameSync(`${folder}-aside`, folder);
      };
    },
  },
  {
    ...{ name: 'a message cannot be read', alert: 'KinledgerMessagesSetAside', follows: [], lingers: true },
    strike: async (site) => {
      const url = site.platform.superuserUrl('bus');
      const bus = createPostgresMessageBus({ url, applicationName: 'drill' });
      await bus.publish('intake.internal.file-accepted.1', [
        { key: 'drill', headers: {}, value: Buffer.from('nobody reads this') },
      ]);
      return () => bus.close();
    },
  },
  {
    name: 'the disk of the landing store is full',
    ...{ alert: 'KinledgerDatabaseFull', lingers: true },
    follows: [],
    strike: fillDisk,
  },
];

/** With the bus in Kafka. */
export const faultsOnKafka: readonly Fault[] = [
  {
    name: 'the Kafka broker is killed and not started again',
    ...{ alert: 'KinledgerMessageBusAway', follows: withoutBus },
    strike: async ({ broker }) => {
      if (broker === undefined) throw new Error('there is no broker');
      await broker.kill();
      return () => broker.restart();
    },
  },
];

/**
 * Moves the landing store to a disk of a few MiB, fills it, and lets a file be refused for it. Without the right to
 * mount a disk, the database raises the error of a full one.
 */
async function fillDisk(site: DrillSite) {
  const ask = (sql: string) => site.platform.query(sql, 'restricted');
  const disk = SmallDisk.mount(site.database.pids().at(-1));
  if (disk === undefined) {
    await ask(`CREATE FUNCTION landing.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`);
    await ask('CREATE TRIGGER full_disk BEFORE INSERT ON landing.chunk EXECUTE FUNCTION landing.full_disk()');
  } else {
    await ask(`CREATE TABLESPACE small LOCATION '${disk.directory}'`);
    await ask('ALTER TABLE landing.chunk SET TABLESPACE small');
    disk.fill();
  }
  await until('a file is refused for room', async () => (await site.attemptCorrection()) === 507);
  return async () => {
    if (disk === undefined) {
      await ask('DROP FUNCTION landing.full_disk CASCADE');
      return;
    }
    disk.makeRoom();
    await ask('ALTER TABLE landing.chunk SET TABLESPACE pg_default');
    await ask('DROP TABLESPACE small');
    disk.unmount();
  };
}
