import { describe, expect, it } from 'vitest';
import { isUnreadableContract, read } from '../contract.js';
import { topics, type Topic } from '../topics.js';
import {
  causeOfCommand,
  Command,
  CommandAnswered,
  commandContracts,
  commandExamples,
  commandOfCause,
  sentenceOf,
  type CommandKind,
} from './command.js';

const kinds = Object.keys(commandContracts) as CommandKind[];

describe('commands', () => {
  it('are listed under the kind that their contract names', () => {
    for (const [kind, contract] of Object.entries(commandContracts)) expect(contract.kind).toBe(kind);
  });

  it('are read for every kind', () => {
    expect(commandExamples.map(({ kind }) => kind)).toEqual(kinds);
    for (const example of commandExamples) expect(read(Command, 1, example)).toEqual(example);
  });

  it('are refused if the payload is that of another kind, the kind is unknown or the id is invalid', () => {
    const [withdrawal, , erasure] = commandExamples;
    for (const wrong of [
      { ...withdrawal, payload: erasure?.payload },
      { ...withdrawal, kind: 'guess-links' },
      { ...withdrawal, id: 'Amara Okafor' },
      { ...withdrawal, askedBy: {} },
      { ...withdrawal, after: -1 },
    ]) {
      expect(() => read(Command, 1, wrong)).toThrow(expect.toSatisfy(isUnreadableContract) as Error);
    }
  });

  it('have one sentence for each reason for refusal, short enough for a reply', () => {
    for (const kind of kinds) {
      for (const [reason, sentence] of Object.entries(commandContracts[kind].refusals)) {
        expect(sentenceOf(kind, reason)).toBe(sentence);
        expect(sentence).toMatch(/^[A-Z][^\n]*\.$/);
        expect(CommandAnswered.schema.shape.detail.safeParse(sentence).success).toBe(true);
      }
      expect(sentenceOf(kind, 'never-heard-of')).toBe('The linker refused the command.');
    }
  });

  it('have causes that name them, while other causes name no command', () => {
    expect(commandOfCause(causeOfCommand('a-1'))).toBe('a-1');
    for (const cause of ['accepted:1f', 'erasure:1f', 'definition:1f'])
      expect(commandOfCause(cause)).toBeUndefined();
  });

  it('use one partition, so that they arrive in the order in which they were sent', () => {
    for (const topic of [topics.command, topics.commandAnswered] as readonly Topic[]) {
      expect([topic.partitions, topic.key]).toEqual([1, 'programme']);
    }
  });
});
