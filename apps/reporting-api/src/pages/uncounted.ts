import { reachUncounted } from '@kinledger/figures';
import type { FigureAnswer } from '../figures/reach-answer.js';

/** What the figures of reach do not count: the lines of the table for one figure. */
export const uncountedOf = (figure: FigureAnswer) =>
  reachUncounted.map(({ column, name, explanation, inUpperBound }) => ({
    ...{ name, meaning: explanation, inUpperBound },
    value: figure[column],
  }));
