import {
  isPublished,
  ledgerContracts,
  readLedgerEvent,
  topics,
  type LedgerContract,
} from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { programme, submissionNamed } from '../testing/messages.js';
import { DecisionMessages } from './decision-messages.js';

const eventOf = ({ name, version, example }: LedgerContract, revision: number) =>
  readLedgerEvent(
    Buffer.from(
      JSON.stringify({
        id: 'b3608f2c-cee0-8b1b-ba24-fc96e4ca8ef6',
        type: name,
        version,
        revision,
        time: '2023-10-09T09:30:00Z',
        cause: 'file-1',
        data: example,
      }),
    ),
  );

describe('the messages of a decision', () => {
  it('go to the topics that the contracts of its events name', () => {
    for (const contract of Object.values<LedgerContract>(ledgerContracts)) {
      const decision = { programme, submission: submissionNamed('a'), intake: 1, outcome: 'linked' } as const;
      const messages = new DecisionMessages(decision);
      for (const event of [eventOf(contract, 7), eventOf(ledgerContracts.SubmissionParked, 8)]) {
        if (isPublished(event)) messages.take(event);
      }
      const sent = new Set(messages.drain().map(({ topic }) => topic.name));
      const named = [...contract.roles.publishedOn, 'submissionDecided'] as const;
      expect(sent, contract.name).toEqual(new Set(named.map((name) => topics[name].name)));
    }
  });
});
