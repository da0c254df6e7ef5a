import pg from 'pg';
import type { LoadedFiles } from '../demo/demo-folder.js';

/**
 * The submission of each dataset and period: the last one, if there were several.
 * @param platformUrl a role that may read the golden dataset.
 */
export async function submittedFiles(platformUrl: string): Promise<LoadedFiles> {
  const client = new pg.Client({ connectionString: platformUrl, application_name: 'kinledger-evaluation' });
  await client.connect();
  try {
    const { rows } = await client.query<LoadedFiles[number]>(
      `SELECT DISTINCT ON (dataset, period) dataset, period, replace(submission_id::text, '-', '') AS submission, NULL AS reason
       FROM golden.submission WHERE state = 'linked' ORDER BY dataset, period, sequence DESC`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
