import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const at = (file: string) => pathToFileURL(join(import.meta.dirname, '../../apps/cli', file)).href;

// Built code in a process of its own: to translate all commands for a test takes ten times as long as to load them.
const listing = `
  import { Command } from '${at('node_modules/commander/index.js')}';
  import { addCommands } from '${at('dist/command-modules.js')}';
  const commandsFor = async (given) => {
    const program = new Command('kinledger');
    await addCommands(program, given);
    return program.commands.map((command) => command.name());
  };
  const all = await commandsFor(undefined);
  const byName = [];
  for (const name of [...all, 'lnk', '--help']) byName.push([name, await commandsFor(name)]);
  console.log(JSON.stringify({ all, byName }));
`;

it('kinledger loads the command that is given, and all where none has the name', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', listing], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const { all, byName } = JSON.parse(stdout) as {
    readonly all: readonly string[];
    readonly byName: readonly (readonly [name: string, found: readonly string[]])[];
  };
  expect(all).toEqual(expect.arrayContaining(['demo', 'link', 'restore', 'install']));
  for (const [name, found] of byName)
    if (all.includes(name)) {
      expect(found).toContain(name);
      // One module makes two commands at most: backup and restore.
      expect(found.length).toBeLessThanOrEqual(2);
    } else expect(found).toEqual(all);
});
