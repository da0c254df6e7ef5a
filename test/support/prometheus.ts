import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether this machine has a Prometheus, with its promtool. */
export const hasPrometheus = async (): Promise<boolean> =>
  Promise.all([run('prometheus', ['--version']), run('promtool', ['--version'])]).then(
    () => true,
    () => false,
  );

/** A line of an answer: its labels, and its value as Prometheus writes it. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: {
    readonly resultType: string;
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}

/** A Prometheus of its own, on loopback. */
export class LocalPrometheus {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(folder: string, child: ChildProcess, url: string) {
    this.#folder = folder;
    this.#child = child;
    this.#url = url;
  }

  /** @param services their URLs. @param rules files of rules. @param every seconds between scrapes and evaluations. */
  static async start(
    services: readonly string[],
    rules: readonly string[] = [],
    every = 1,
  ): Promise<LocalPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'kinledger-prometheus-'));
    const config = {
      global: {
        scrape_interval: `${every}s`,
        scrape_timeout: `${Math.min(every, 10)}s`,
        evaluation_interval: `${every}s`,
      },
      rule_files: rules,
      scrape_configs: services.map((url) => ({
        job_name: new URL(url).host,
        static_configs: [{ targets: [new URL(url).host] }],
      })),
    };
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const port = await freePort();
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const started = new LocalPrometheus(folder, child, `http://127.0.0.1:${port}`);
    await started.#untilAnswers();
    return started;
  }

  /** The lines that a query gives now. A scalar is one line without labels. @throws Error for a wrong query. */
  async query(expr: string): Promise<Line[]> {
    const response = await fetch(`${this.#url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
    });
    // Prometheus documents this form.
    const answer = (await response.json()) as Answer;
    if (answer.status === 'error') throw new Error(`${expr}: ${answer.error ?? 'refused'}`);
    if (answer.data.resultType !== 'vector') throw new Error(`${expr} is no vector`);
    return answer.data.result.map(({ metric: labels, value: [, value] }) => ({ labels, value }));
  }

  /** Resolves when a query gives one line with this value. */
  async until(expr: string, value: string): Promise<void> {
    while ((await this.query(expr))[0]?.value !== value) await pause(250);
  }

  /** Names of the alerts that fire now. */
  async firing(): Promise<string[]> {
    const lines = await this.query('ALERTS{alertstate="firing"}');
    return [...new Set(lines.map(({ labels }) => labels['alertname'] ?? ''))].sort();
  }

  /** Names of the alerts that fire now or would if their reason lasted. */
  async active(): Promise<string[]> {
    const lines = await this.query('ALERTS');
    return [...new Set(lines.map(({ labels }) => labels['alertname'] ?? ''))].sort();
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #untilAnswers(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error('Prometheus did not start');
      const isReady = await fetch(`${this.#url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      await pause(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
