import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

export type Level = 'info' | 'warn' | 'error' | 'fatal';

/** A line that services write, as the sources have it. */
export interface LogEvent {
  readonly text: string;
  readonly levels: readonly Level[];
  readonly fields: readonly string[];
  /** Names of services; none for the library that all share. */
  readonly services: readonly string[];
}

/** Nest's loggers call `info` `log`. */
const levelOf: Readonly<Record<string, Level>> = {
  ...{ info: 'info', log: 'info', warn: 'warn', error: 'error', fatal: 'fatal' },
};
const skipped = /\.(spec|testing|fixture|features)\.ts$|\/testing\//;

interface Found {
  readonly text: string;
  readonly level: Level;
  readonly fields: readonly string[];
  readonly service: string | undefined;
}

/**
 * Every line of level info or above that services write: calls of loggers in `apps/<service>/src` and in the kit, and the two texts
 * of each `FailureLog`. @throws Error for a text or fields that cannot be read from the source: then no page could name them.
 */
export function logEventsIn(root: string, services: readonly string[]): LogEvent[] {
  const folders = [
    ['libs/service-kit/src', undefined] as const,
    ...services.map((name) => [`apps/${name}/src`, name] as const),
  ];
  const found = folders.flatMap(([folder, service]) =>
    globSync(`${root}/${folder}/**/*.ts`)
      .filter((file) => !skipped.test(file))
      .flatMap((file) => eventsOf(file, service)),
  );
  const byText = Map.groupBy(found, ({ text }) => text);
  return [...byText]
    .map(([text, its]) => ({
      text,
      levels: unique(its.map(({ level }) => level)),
      fields: unique(its.flatMap(({ fields }) => fields)),
      services: unique(its.flatMap(({ service }) => service ?? [])),
    }))
    .sort((one, other) => (one.text < other.text ? -1 : 1));
}

/** What every line may have besides the fields of its event. */
const ofEveryLine = new Set([
  ...['level', 'time', 'service', 'pid', 'msg', 'context', 'requestId', 'trace_id', 'span_id'],
]);

export type LogLine = Readonly<Record<string, unknown>>;

/** The lines of a service's log, of level info and above. */
export const linesIn = (log: string): LogLine[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ level }) => level !== 'debug' && level !== 'trace');

/** What lines have that the sources do not show, one sentence each. */
export function unlistedIn(lines: readonly LogLine[], events: readonly LogEvent[]): string[] {
  const known = new Map(events.map((event) => [event.text, event]));
  const found = lines.flatMap(({ msg, ...line }) => {
    const event = known.get(String(msg));
    if (event === undefined) return [`an event is called ${String(msg)}`];
    const more = Object.keys(line).filter((name) => !ofEveryLine.has(name) && !event.fields.includes(name));
    const level = event.levels.some((its) => its === line['level']) ? [] : ['another level'];
    return [...more, ...level].map((what) => `${event.text} has ${what}`);
  });
  return unique(found).sort();
}

const unique = <T>(all: readonly T[]): T[] => [...new Set(all)];

function eventsOf(file: string, service: string | undefined): Found[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) found.push(...eventsOfCall(node, service));
    if (ts.isNewExpression(node) && node.expression.getText() === 'FailureLog')
      found.push(...eventsOfFailureLog(node, service));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function eventsOfCall(call: ts.CallExpression, service: string | undefined): Found[] {
  const { expression: callee, arguments: given } = call;
  if (!ts.isPropertyAccessExpression(callee) || !/logger$/i.test(callee.expression.getText())) return [];
  const level = levelOf[callee.name.text];
  // What passes on the lines of others: loggers, and `FailureLog`, which gets its texts from those who make one.
  if (level === undefined || call.getSourceFile().fileName.includes('/service-kit/src/logging/')) return [];
  const text = given.at(-1);
  const about = given.length > 1 ? given[0] : undefined;
  return [{ text: textOf(text, call), level, fields: about === undefined ? [] : fieldsOf(about), service }];
}

/** A failure is logged with its error, and what it was about; the recovery with the failures and their time. */
function eventsOfFailureLog(made: ts.NewExpression, service: string | undefined): Found[] {
  const options = made.arguments?.[0];
  if (options === undefined || !ts.isObjectLiteralExpression(options)) throw unreadable(made, 'its options');
  const given = (name: string) =>
    textOf(
      options.properties.filter(ts.isPropertyAssignment).find((each) => each.name.getText() === name)
        ?.initializer,
      made,
    );
  return [
    { text: given('failed'), level: 'error', fields: ['err'], service },
    { text: given('over'), level: 'info', fields: ['failures', 'seconds'], service },
  ];
}

function textOf(node: ts.Expression | undefined, call: ts.Node): string {
  if (node !== undefined && ts.isStringLiteralLike(node)) return node.text;
  throw unreadable(call, 'its text, which must be one literal');
}

/** Names of the members of an object: a literal, or a constant that was made from one in the same function. */
function fieldsOf(node: ts.Expression): string[] {
  const literal = ts.isIdentifier(node) ? constantOf(node) : node;
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) throw unreadable(node, 'its fields');
  return literal.properties.flatMap((each) => {
    if (ts.isSpreadAssignment(each)) return fieldsOf(each.expression);
    return [each.name.getText()];
  });
}

function constantOf(name: ts.Identifier): ts.Expression | undefined {
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text) found ??= node.initializer;
    ts.forEachChild(node, visit);
  };
  for (let scope: ts.Node = name.parent; found === undefined && !ts.isSourceFile(scope); scope = scope.parent)
    if (ts.isBlock(scope)) visit(scope);
  return found;
}

function unreadable(node: ts.Node, what: string): Error {
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  return new Error(`${node.getSourceFile().fileName}:${line + 1}: a log line does not show ${what}`);
}
