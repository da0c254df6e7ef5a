import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaBroker } from '@kinledger/kafka-broker';
import { processes, serviceOf, type Victim } from '../chaos/platform/victim.js';
import type { ProgrammeFile, RunningPlatform } from '../e2e/running-platform.js';

/** A running platform with its programme, on which faults are brought about. */
export class DrillSite {
  readonly platform: RunningPlatform;
  /** On Kafka, its broker. */
  readonly broker: KafkaBroker | undefined;
  readonly #file: ProgrammeFile;
  readonly #rows: readonly string[];
  #corrections = 0;

  /** @param folder of a generated programme, of which the files are submitted. */
  constructor(platform: RunningPlatform, folder: string, broker?: KafkaBroker) {
    this.platform = platform;
    this.broker = broker;
    const [first] = filesOf(folder);
    if (first === undefined) throw new Error('there is no file');
    this.#file = first;
    this.#rows = readFileSync(join(folder, first.path), 'utf8').trimEnd().split('\n');
  }

  /** Submits the files of a generated programme, and waits until they are linked. */
  static async withProgramme(
    platform: RunningPlatform,
    folder: string,
    broker?: KafkaBroker,
  ): Promise<DrillSite> {
    let last = '';
    for (const file of filesOf(folder)) last = (await platform.submit(folder, file)).id;
    await platform.until(last, 'linked');
    return new DrillSite(platform, folder, broker);
  }

  service(name: string): Victim {
    return serviceOf(this.#launcher, name);
  }

  /** What starts a service again when it ends. */
  get launcher(): Victim {
    return { name: 'launcher', pids: () => [this.#launcher] };
  }

  /** All processes of the database server. */
  get database(): Victim {
    return {
      name: 'database',
      pids: () => {
        const all = processes();
        const server = all.find(
          ({ parent, command }) => parent === this.#launcher && /\bpostgres -D /.test(command),
        );
        if (server === undefined) return [];
        return [...all.filter(({ parent }) => parent === server.pid).map(({ pid }) => pid), server.pid];
      },
    };
  }

  /** Uploads a correction of the first file: each lacks one more of its rows, so that it was not sent before. */
  async uploadCorrection(): Promise<string> {
    this.#corrections += 1;
    const { id } = await this.platform.upload(this.#file, this.#rows.slice(0, -this.#corrections).join('\n'));
    return id;
  }

  /** @returns the id of the submission. */
  async submitCorrection(upload: string): Promise<string> {
    const request = { mode: 'replace', confirmRetiring: true } as const;
    return (await this.platform.submitUpload(this.#file.provider, upload, request)).id;
  }

  /** Uploads a correction, whatever the answer. @returns its status. */
  async attemptCorrection(): Promise<number> {
    const { services, tokens } = this.platform.connected;
    const { dataset, period, provider } = this.#file;
    this.#corrections += 1;
    const query = new URLSearchParams({ dataset, period }).toString();
    const { status } = await fetch(`${services.ingest}/v1/uploads?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.providers[provider] ?? ''}`, 'content-type': 'text/csv' },
      body: this.#rows.slice(0, -this.#corrections).join('\n'),
    });
    return status;
  }

  get #launcher(): number {
    return this.platform.connected.launcher.pid;
  }
}

function filesOf(folder: string): readonly ProgrammeFile[] {
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
  // The command line writes this file.
  return (JSON.parse(manifest) as { readonly files: readonly ProgrammeFile[] }).files;
}
