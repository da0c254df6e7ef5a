import { FiguresComputed } from '../messages/figures-computed.js';
import { commandContract } from './command-kind.js';

export const PublishFigures = commandContract({
  kind: 'publish-figures',
  description:
    'Record the figures of a closed quarter. The projector asks for it, on a topic of its own, with what it computed; nobody else does.',
  payload: FiguresComputed.schema,
  refusals: {
    'quarter-not-closed': 'The ledger closes no such quarter at that position: its figures are not recorded.',
    'figures-published-already': 'The figures of that quarter are published already, and stay.',
  },
  example: FiguresComputed.example,
});
