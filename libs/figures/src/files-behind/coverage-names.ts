import type { Coverage } from './coverage.js';

/** What a reader sees in place of a nought that nobody knows of. */
const names: Readonly<Record<Coverage, string>> = {
  'files-received': 'Files received',
  'no-attendance-file': 'No attendance file received',
  'no-files': 'No files received',
  'activity-only': 'Reports activity, not people',
};

export const coverageName = (coverage: Coverage): string => names[coverage];
