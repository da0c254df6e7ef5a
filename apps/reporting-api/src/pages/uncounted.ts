import { reachUncounted, SUPPRESSED } from '@kinledger/figures';
import type { FigureAnswer } from '../figures/reach-answer.js';

/** The table rows for what a figure of reach does not count. */
export const uncountedOf = (figure: FigureAnswer) =>
  reachUncounted.map(({ column, name, explanation, inUpperBound }) => ({
    ...{ name, meaning: explanation, inUpperBound },
    value: figure.suppressed.includes(column) ? SUPPRESSED : figure[column],
  }));
