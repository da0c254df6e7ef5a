import type { Coverage } from './coverage.js';

/** The text shown in place of an unknown count. */
const names: Readonly<Record<Coverage, string>> = {
  'files-received': 'Files received',
  'no-attendance-file': 'No attendance file received',
  'no-files': 'No files received',
  'activity-only': 'Reports activity, not people',
};

export const coverageName = (coverage: Coverage): string => names[coverage];
