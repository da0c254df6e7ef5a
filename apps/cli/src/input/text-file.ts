import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { Failure } from '../failure.js';

/** @throws Failure if the file cannot be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`${file} cannot be read`);
  }
}

/** Reads a CSV table with a header. @throws Failure naming the first line that is not as `line` says. */
export function readTable<Line>(text: string, file: string, line: z.ZodType<Line>): readonly Line[] {
  const rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, relax_column_count: true });
  return z
    .array(z.unknown())
    .parse(rows)
    .map((row, index) => {
      const result = line.safeParse(row);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw new Failure(
        `${file}, line ${index + 2}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      );
    });
}
