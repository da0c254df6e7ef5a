import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addGoldenCommand } from './golden.command.js';

describe('kinledger golden connect', () => {
  let folder: string;
  /** Stands where PostgreSQL does, and counts who comes. */
  let server: Server;
  let visits: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-connect-'));
    visits = 0;
    server = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const url = 'http://127.0.0.1:1';
    const connection = {
      version: 1,
      launcher: { pid: process.pid },
      home: folder,
      programme: 'leap',
      programmeDirectory: folder,
      services: { ingest: url, pseudonymiser: url, linker: url, projector: url, 'reporting-api': url },
      tokens: { dataTeam: 'a', reader: 'b', operator: 'c', providers: {} },
      evaluation: {
        platformUrl: `postgres://inspector@127.0.0.1:${port}/kinledger_platform`,
        secretsDirectory: folder,
      },
    };
    writeFileSync(join(folder, 'connection.json'), JSON.stringify(connection));
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'postgres', 'superuser-password'), 'none');
  });
  afterEach(async () => {
    await new Promise((closed) => server.close(closed));
    rmSync(folder, { recursive: true });
  });

  async function connect(out: string): Promise<void> {
    const program = new Command('kinledger');
    addGoldenCommand(program);
    const options = ['--role', 'analyst', '--home', folder, '--out', out];
    await program.parseAsync(['golden', 'connect', ...options], { from: 'user' });
  }

  it('asks the database for a password where its files can be written', async () => {
    const out = join(folder, 'out');
    await expect(connect(out)).rejects.toThrow();
    expect([visits, existsSync(join(out, 'pgpass'))]).toEqual([1, false]);
  });

  it.each(['pgpass', 'kinledger.pbids', 'golden.pq'])(
    'changes no password where %s cannot be written',
    async (name) => {
      const out = join(folder, 'out');
      mkdirSync(join(out, name), { recursive: true });
      await expect(connect(out)).rejects.toThrow(`${join(out, name)} is a folder`);
      expect(visits).toBe(0);
    },
  );

  it('changes no password where there can be no folder', async () => {
    await expect(connect(join(folder, 'connection.json'))).rejects.toThrow('name another folder');
    expect(visits).toBe(0);
  });
});
