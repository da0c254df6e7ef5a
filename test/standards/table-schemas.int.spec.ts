import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pythonTools } from './python-tools.js';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../programmes', import.meta.url));
const files = globSync('*/datasets/*.json', { cwd: folder });
const tools = await pythonTools();
const absent = 'absent' in tools ? ` (absent: ${tools.absent})` : '';

/** Reads a schema, and tables with it, like any user of frictionless. */
const reader = `
import json, sys
from frictionless import Schema, Resource, FrictionlessException
try:
    schema = Schema.from_descriptor(sys.argv[1])
except FrictionlessException as error:
    sys.exit('\\n'.join(reason.note for reason in error.reasons) or str(error))
def errors(rows):
    report = Resource(data=rows, schema=schema).validate()
    return [error.type for task in report.tasks for error in task.errors]
print(json.dumps({
    'fields': [field.name for field in schema.fields],
    'errors': [errors(rows) for rows in json.loads(sys.argv[2])],
}))
`;

interface SchemaFile {
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly format?: string;
    readonly constraints?: { readonly enum?: readonly string[]; readonly minimum?: number };
  }[];
}
interface Read {
  readonly fields: readonly string[];
  /** The errors of each table. */
  readonly errors: readonly (readonly string[])[];
}

/** A value in Kinledger's canonical form. */
function valueOf({ type, format, constraints }: SchemaFile['fields'][number]): string {
  if (constraints?.enum?.[0] !== undefined) return constraints.enum[0];
  switch (type) {
    case 'date':
      return '2023-07-04';
    case 'boolean':
      return 'true';
    case 'integer':
    case 'number':
      return String(constraints?.minimum ?? 1);
    default:
      return format === 'email' ? 'amara.okafor7@example.org' : 'a';
  }
}

describe.skipIf('absent' in tools)(`frictionless${absent}`, () => {
  const read = async (name: string, tables: readonly unknown[]): Promise<Read> => {
    if ('absent' in tools) throw new Error(tools.absent);
    const { stdout } = await run(tools.python, ['-c', reader, name, JSON.stringify(tables)], {
      cwd: folder,
    });
    return JSON.parse(stdout) as Read;
  };

  it.each(files)('reads %s and a table with it, and finds the errors of a bad table', async (name) => {
    const { fields } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as SchemaFile;
    const header = fields.map((field) => field.name);
    const good = fields.map(valueOf);
    const dates = fields.flatMap(({ type }, index) => (type === 'date' ? [index] : []));
    const withDates = (text: string) => good.map((value, index) => (dates.includes(index) ? text : value));
    const tables = [good, withDates('29/02/2020'), withDates('no day')].map((row) => [header, row]);
    expect(await read(name, tables)).toEqual({
      fields: header,
      errors: [[], [], dates.map(() => 'type-error')],
    });
  });
});
