import type { KeyObject } from 'node:crypto';
import { fingerprintOf, marksOf } from '@kinledger/pseudonymisation';
import type pg from 'pg';

/** Publishes to intake the marks by which it recognises the salt and its digests of empty values. Idempotent. */
export async function publishSaltMarks(pool: pg.Pool, salt: KeyObject): Promise<void> {
  await pool.query(
    `INSERT INTO pseudonymiser.salt_marks AS known (fingerprint, marks) VALUES ($1, $2)
     ON CONFLICT (fingerprint) DO UPDATE SET marks = excluded.marks, changed_at = now()
     WHERE known.marks <> excluded.marks`,
    [fingerprintOf(salt), JSON.stringify(marksOf(salt.export().toString()))],
  );
}
