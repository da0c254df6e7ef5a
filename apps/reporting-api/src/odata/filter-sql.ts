import type { Comparison, NamedColumn } from '@kinledger/golden';
import { defaultParser, TokenType, type Token } from '@odata/parser';
import { refused } from './refused.js';

/** SQL with numbered parameters, and their values: no text of a query is ever part of the SQL. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export const MOST_CHARACTERS = 2_000;
const MOST_PARENTHESES = 30;
const MOST_TERMS = 200;

/** The parser decodes percent signs by itself, so that those of a text are encoded for it. */
const encoded = (text: string): string => text.replaceAll('%', '%25');
const decoded = (text: string): string => text.replaceAll('%25', '%');

/**
 * Translates a $filter, which is decoded already, on these columns.
 * @throws Problem 400 for what is not OData, names another property, compares unlike types or is not supported.
 */
export function filterSql(filter: string, columns: readonly NamedColumn[]): Condition {
  const translation = new Translation(columns);
  return { sql: translation.condition(treeOf(filter)), values: translation.values };
}

/** What a database can be asked for by comparisons alone. */
export interface Narrowing {
  /** What every row that meets the filter meets. */
  readonly where: readonly Comparison[];
  /** Whether that is all that the filter says. */
  readonly whole: boolean;
}

/** The comparisons of a property with a value that a $filter joins by "and". It must be one that `filterSql` takes. */
export function narrowingOf(filter: string, columns: readonly NamedColumn[]): Narrowing {
  const terms = conjunctsOf(treeOf(filter));
  const translation = new Translation(columns);
  const where = terms.flatMap(({ term, negated }) => (negated ? [] : (translation.comparison(term) ?? [])));
  return { where, whole: where.length === terms.length };
}

/** Terms of which each must hold; a filter with an "or" between them is one term. */
function conjunctsOf(tree: Token): readonly Pick<Term, 'term' | 'negated'>[] {
  const terms = termsOf(tree);
  return terms.some(({ after }) => after === 'or') ? [{ term: tree, negated: false }] : terms;
}

function treeOf(filter: string): Token {
  if (filter.length > MOST_CHARACTERS)
    throw refused(`$filter has more than ${MOST_CHARACTERS} characters: ask for less at once.`);
  refuseUnread(filter);
  try {
    return defaultParser.filter(encoded(filter));
  } catch {
    throw refused('$filter cannot be read as OData.');
  }
}

/**
 * Refuses what is not given to the parser: it descends as deep as parentheses are nested, and what it notes of a lambda
 * outlives a parse that did not end. Texts in quotes hold what they like.
 */
function refuseUnread(filter: string): void {
  const bare = filter.replaceAll(/'[^']*'/g, "''");
  // A colon is in times alone.
  if (bare.includes('/') || /(?<!\d\d):|:(?!\d\d)/.test(bare))
    throw refused('$filter takes no paths and no lambdas: compare properties of the set itself.');
  let open = 0;
  for (const character of bare) {
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    if (open > MOST_PARENTHESES)
      throw refused(`$filter has more than ${MOST_PARENTHESES} parentheses inside each other.`);
  }
}

type Kind = 'number' | 'text' | 'boolean' | 'day' | 'time';

interface Operand {
  readonly sql: string;
  /** Undefined of null. */
  readonly kind: Kind | undefined;
  readonly isNull: boolean;
  /** The property that it is as it stands, or the value. */
  readonly column?: string;
  readonly value?: string;
}

const kindOf: Readonly<Record<NamedColumn['type'], Kind>> = {
  ...{ bigint: 'number', int: 'number', 'double precision': 'number', boolean: 'boolean' },
  ...{ date: 'day', text: 'text', timestamptz: 'time' },
};

const ordered: Readonly<Partial<Record<TokenType, string>>> = {
  [TokenType.GreaterThanExpression]: '>',
  [TokenType.GreaterOrEqualsExpression]: '>=',
  [TokenType.LesserThanExpression]: '<',
  [TokenType.LesserOrEqualsExpression]: '<=',
};

const signs: Readonly<Partial<Record<TokenType, Comparison['is']>>> = {
  [TokenType.EqualsExpression]: '=',
  [TokenType.GreaterThanExpression]: '>',
  [TokenType.GreaterOrEqualsExpression]: '>=',
  [TokenType.LesserThanExpression]: '<',
  [TokenType.LesserOrEqualsExpression]: '<=',
};
const turned: Readonly<Record<Comparison['is'], Comparison['is']>> = {
  ...{ '=': '=', '>': '<', '>=': '<=', '<': '>', '<=': '>=' },
};

/** What the parser gives of an expression with two sides. */
interface Sides {
  readonly left: Token;
  readonly right: Token;
}

interface Term {
  readonly term: Token;
  readonly negated: boolean;
  /** The word in front of it. */
  readonly after: 'and' | 'or' | undefined;
}

/**
 * Terms in the order of the text. The parser lets "not" reach as far as it can, where OData lets it reach over the next
 * term alone, so that its tree may have an "or" below an "and" without parentheses: the words between the terms say which
 * belong together.
 */
function termsOf(token: Token, after?: Term['after']): readonly Term[] {
  switch (token.type) {
    case TokenType.AndExpression:
    case TokenType.OrExpression: {
      // The parser’s declared types say nothing of the value.
      const { left, right } = token.value as Sides;
      return [
        ...termsOf(left, after),
        ...termsOf(right, token.type === TokenType.AndExpression ? 'and' : 'or'),
      ];
    }
    case TokenType.NotExpression: {
      const [first, ...others] = termsOf(token.value as Token, after);
      if (first === undefined || first.negated) throw refused('Put what "not" is about into parentheses.');
      return [{ ...first, negated: true }, ...others];
    }
    default:
      return [{ term: token, negated: false, after }];
  }
}

class Translation {
  readonly values: unknown[] = [];
  readonly #columns: ReadonlyMap<string, NamedColumn>;
  #count = 0;

  constructor(columns: readonly NamedColumn[]) {
    this.#columns = new Map(columns.map((column) => [column.name, column]));
  }

  condition(token: Token): string {
    this.#count += 1;
    if (this.#count > MOST_TERMS) throw refused('$filter has too many terms: ask for less at once.');
    switch (token.type) {
      case TokenType.AndExpression:
      case TokenType.OrExpression:
      case TokenType.NotExpression:
        return this.#terms(token);
      case TokenType.BoolParenExpression:
      case TokenType.ParenExpression:
      case TokenType.CommonExpression:
        return this.condition(token.value as Token);
      case TokenType.EqualsExpression:
        return this.#equality(token.value as Sides, 'IS NOT DISTINCT FROM');
      case TokenType.NotEqualsExpression:
        return this.#equality(token.value as Sides, 'IS DISTINCT FROM');
      case TokenType.GreaterThanExpression:
      case TokenType.GreaterOrEqualsExpression:
      case TokenType.LesserThanExpression:
      case TokenType.LesserOrEqualsExpression:
        return this.#order(token.value as Sides, ordered[token.type] ?? '');
      case TokenType.MethodCallExpression:
        return this.#search(token);
      default:
        return this.#truth(token);
    }
  }

  /** A property beside a value, or one that is true; undefined of any other term. */
  comparison(token: Token): Comparison | undefined {
    const sign = signs[token.type];
    if (sign !== undefined) {
      const { left, right } = token.value as Sides;
      const [one, other] = [this.#operand(left), this.#operand(right)];
      if (one.column !== undefined && other.value !== undefined)
        return { column: one.column, is: sign, value: other.value };
      if (one.value !== undefined && other.column !== undefined)
        return { column: other.column, is: turned[sign], value: one.value };
      return undefined;
    }
    switch (token.type) {
      case TokenType.BoolParenExpression:
      case TokenType.ParenExpression:
      case TokenType.CommonExpression:
        return this.comparison(token.value as Token);
      case TokenType.FirstMemberExpression: {
        const { column } = this.#operand(token);
        return column === undefined ? undefined : { column, is: '=', value: 'true' };
      }
      default:
        return undefined;
    }
  }

  /** Terms with "and" and "or" between them, of which "and" binds closer. */
  #terms(token: Token): string {
    const alternatives: string[][] = [[]];
    for (const { term, negated, after } of termsOf(token)) {
      if (after === 'or') alternatives.push([]);
      alternatives.at(-1)?.push(negated ? this.#negation(term) : this.condition(term));
    }
    const joined = (parts: readonly string[], word: string): string =>
      parts.length === 1 ? parts.join('') : `(${parts.join(word)})`;
    return joined(
      alternatives.map((terms) => joined(terms, ' AND ')),
      ' OR ',
    );
  }

  /** Before a comparison without parentheses, readers of OData disagree. */
  #negation(negated: Token): string {
    switch (negated.type) {
      case TokenType.BoolParenExpression:
      case TokenType.ParenExpression:
      case TokenType.MethodCallExpression:
      case TokenType.FirstMemberExpression:
      case TokenType.CommonExpression:
        return `(NOT ${this.condition(negated)})`;
      default:
        throw refused('Put what "not" is about into parentheses.');
    }
  }

  #equality({ left, right }: Sides, sql: string): string {
    const [one, other] = [this.#operand(left), this.#operand(right)];
    requireAlike(one, other);
    return `(${one.sql} ${sql} ${other.sql})`;
  }

  /** Nothing is before or after what has no value. */
  #order({ left, right }: Sides, sql: string): string {
    const [one, other] = [this.#operand(left), this.#operand(right)];
    if (one.isNull || other.isNull) return '(false)';
    requireAlike(one, other);
    if (one.kind === 'boolean') throw refused('true and false have no order: compare them with eq or ne.');
    const collation = one.kind === 'text' ? ' COLLATE "C"' : '';
    return `coalesce(${one.sql} ${sql} ${other.sql}${collation}, false)`;
  }

  #search(token: Token): string {
    const { method, parameters } = token.value as { method: string; parameters: readonly Token[] };
    const [text, part] = parameters.map((parameter) => this.#operand(parameter));
    if (parameters.length !== 2 || text?.kind !== 'text' || part?.kind !== 'text')
      throw refused(
        '$filter has a function that is not supported here, or other operands than its two texts.',
      );
    switch (method) {
      case 'contains':
        return `(strpos(${text.sql}, ${part.sql}) > 0)`;
      case 'startswith':
        return `starts_with(${text.sql}, ${part.sql})`;
      case 'endswith':
        return `(right(${text.sql}, length(${part.sql})) = ${part.sql} AND length(${text.sql}) >= length(${part.sql}))`;
      default:
        throw refused('Of functions, $filter takes contains, startswith, endswith, tolower and toupper.');
    }
  }

  #truth(token: Token): string {
    const { kind, sql } = this.#operand(token);
    if (kind !== 'boolean') throw refused('$filter has a term that is neither true nor false.');
    return `(${sql})`;
  }

  #operand(token: Token): Operand {
    switch (token.type) {
      case TokenType.Literal:
        return this.#literal(token);
      case TokenType.CommonExpression:
      case TokenType.ParenExpression:
      case TokenType.FirstMemberExpression:
      case TokenType.MemberExpression:
      case TokenType.PropertyPathExpression:
        return this.#operand(token.value as Token);
      case TokenType.ODataIdentifier:
        return this.#property((token.value as { name: string }).name);
      case TokenType.MethodCallExpression:
        return this.#changedCase(token);
      default:
        throw refused('$filter has an expression that is not supported here.');
    }
  }

  #property(name: string): Operand {
    const column = this.#columns.get(name);
    if (column === undefined) throw refused('$filter names a property that the set does not have.');
    return { sql: `"${column.name}"`, kind: kindOf[column.type], isNull: false, column: column.name };
  }

  #changedCase(token: Token): Operand {
    const { method, parameters } = token.value as { method: string; parameters: readonly Token[] };
    const word = method === 'tolower' ? 'lower' : method === 'toupper' ? 'upper' : undefined;
    const [only] = parameters;
    if (word === undefined || only === undefined || parameters.length !== 1)
      throw refused('Of functions, $filter takes contains, startswith, endswith, tolower and toupper.');
    const operand = this.#operand(only);
    if (operand.kind !== 'text') throw refused('tolower and toupper take a text.');
    return { sql: `${word}(${operand.sql})`, kind: operand.kind, isNull: operand.isNull };
  }

  #literal({ raw, value }: Token): Operand {
    switch (String(value)) {
      case 'null':
        return { sql: 'NULL', kind: undefined, isNull: true };
      case 'Edm.String':
        return this.#given('text', decoded(raw.slice(1, -1)).replaceAll("''", "'"), 'text');
      case 'Edm.Boolean':
        return this.#given('boolean', raw === 'true', 'boolean');
      case 'Edm.SByte':
      case 'Edm.Byte':
      case 'Edm.Int16':
      case 'Edm.Int32':
      case 'Edm.Int64':
      case 'Edm.Decimal':
      case 'Edm.Double':
      case 'Edm.Single':
        if (!Number.isFinite(Number(raw))) throw refused('$filter has a number that is none here.');
        return this.#given('number', raw, 'numeric');
      case 'Edm.Date':
        return this.#given('day', validDay(raw), 'date');
      case 'Edm.DateTimeOffset':
        return this.#given('time', validTime(raw), 'timestamptz');
      default:
        throw refused('$filter has a value of a type that is not supported here.');
    }
  }

  #given(kind: Kind, value: unknown, type: string): Operand {
    if (typeof value === 'string' && value.includes('\0')) throw refused('A text holds no zero character.');
    this.values.push(value);
    return { sql: `$${this.values.length}::${type}`, kind, isNull: false, value: String(value) };
  }
}

function requireAlike(one: Operand, other: Operand): void {
  if (!one.isNull && !other.isNull && one.kind !== other.kind)
    throw refused(
      'Compare a property with a value of its type: a text in quotes, a day as 2023-07-31, a time as 2023-07-31T12:00:00Z.',
    );
}

function validDay(raw: string): string {
  const day = new Date(`${raw}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== raw || raw.startsWith('0000'))
    throw refused('$filter names a day that no calendar has.');
  return raw;
}

function validTime(raw: string): string {
  const time = new Date(raw);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1)
    throw refused('$filter names a time that no calendar has.');
  return time.toISOString();
}
