import type { Publication } from './publication.js';

/** Combines several publications into one. */
export const together = (...publications: readonly Publication[]): Publication => ({
  run: async (signal) => {
    await Promise.all(publications.map((each) => each.run(signal)));
  },
  closedUpTo: (revision, quarters, keys, erasures) => {
    for (const each of publications) each.closedUpTo(revision, quarters, keys, erasures);
  },
});
