import { describe, expect, it } from 'vitest';
import { awaitReply, type Command, type CommandsApi } from '../api/commands.js';
import { describeCommand } from './commands.command.js';

const waiting: Command = {
  ...{ id: 'a-1', kind: 'erase-records', state: 'waiting', askedBy: 'operator' },
  ...{ reason: 'data-subject-request', askedAt: '2024-04-02T10:00:00Z' },
};
const accepted: Command = { ...waiting, state: 'accepted', position: 1234 };
const refused: Command = {
  ...waiting,
  state: 'refused',
  refusal: { reason: 'record-unknown', detail: 'The ledger does not have all of these records.' },
};
const answering = (...answers: readonly Command[]): CommandsApi => {
  const left = [...answers];
  return {
    erase: () => Promise.reject(new Error('nothing is erased here')),
    closeQuarter: () => Promise.reject(new Error('nothing is closed here')),
    view: () => Promise.resolve(left.shift() ?? waiting),
  };
};

describe('the wait for a command’s reply', () => {
  it('ends with the accepted command', async () => {
    expect(await awaitReply(answering(waiting, accepted), waiting, 10)).toEqual(accepted);
  });

  it('fails with the linker’s message if the linker refuses', async () => {
    await expect(awaitReply(answering(refused), waiting, 10)).rejects.toThrow(
      'The ledger does not have all of these records.',
    );
  });

  it('ends at the time limit, says that the command is still valid and how to follow it', async () => {
    await expect(awaitReply(answering(), waiting, 0)).rejects.toThrow(
      'asked for; not answered yet: it is carried out when its turn comes; see "kinledger commands show a-1"',
    );
  });

  it('fails at once if the linker has halted', async () => {
    const halted = () => Promise.reject(new Error('the linker has halted'));
    await expect(awaitReply(answering(), waiting, 60, halted)).rejects.toThrow('the linker has halted');
  });
});

describe('the description of a command', () => {
  it('says whether the command waits, was carried out or was refused', () => {
    expect(describeCommand(waiting)).toContain('waits for the linker');
    expect(describeCommand(accepted)).toContain('is carried out at ledger position 1,234.');
    expect(describeCommand(refused)).toContain('was refused: The ledger does not have all of these records.');
  });
});
