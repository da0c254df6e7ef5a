/** A change within SQL text. */
export interface SqlChange {
  readonly span: readonly [start: number, end: number];
  readonly replacement: string;
  readonly change: string;
}

/** Replacements. Most give valid SQL; a mutant with invalid SQL is killed at once. */
const rules: readonly (readonly [pattern: RegExp, replacement: string, change: string])[] = [
  [/ DESC\b/g, '', 'order'],
  [/\bNULLS FIRST\b/g, 'NULLS LAST', 'order of nulls'],
  [/\bNULLS LAST\b/g, 'NULLS FIRST', 'order of nulls'],
  [/\bIS NOT NULL\b/g, 'IS NULL', 'null'],
  [/\bIS NULL\b/g, 'IS NOT NULL', 'null'],
  [/\bNOT EXISTS\b/g, 'EXISTS', 'exists'],
  [/\bDISTINCT /g, '', 'distinct left out'],
  [/ >= /g, ' > ', 'bound'],
  [/ < /g, ' <= ', 'bound'],
  [/ <> /g, ' = ', 'comparison'],
  [/ = (?='|\$|ANY)/g, ' <> ', 'comparison'],
  [/ IN \(/g, ' NOT IN (', 'membership'],
  [/\bAND (?!NOT)[\w.]+(?= |\)|\n|$)(?! [=<>IB+-])/g, '', 'condition left out'],
  [
    /\bAND [\w.]+ (?:=|<>|<|>=|IS NOT|IS|IN) ?(?:\([^()]*\)|'[^']*'|\$\d+(?:::\w+)?|[\w.]+)/g,
    '',
    'condition left out',
  ],
  [/\bbool_or\b/g, 'bool_and', 'any for all'],
  [/\bmax\(/g, 'min(', 'greatest for least'],
  [/\bmin\(/g, 'max(', 'least for greatest'],
  [/ FILTER \(WHERE [^()]*\)/g, '', 'filter left out'],
  [/\bLEFT JOIN\b/g, 'JOIN', 'outer join'],
  [/ - (?=\w)/g, ' + ', 'sign'],
];
const statement =
  /\b(SELECT|UPDATE|DELETE|INSERT|FROM|WHERE|JOIN|FILTER|CASE|ORDER BY|NULLS|DESC|AND|count\()/;

/** The changes of a text that looks like SQL; empty for any other. */
export function sqlChanges(text: string, offset: number): readonly SqlChange[] {
  if (!statement.test(text)) return [];
  return rules.flatMap(([pattern, replacement, change]) =>
    [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
      ...{ span: [offset + index, offset + index + found.length] as const, replacement, change },
    })),
  );
}
