import ts from 'typescript';
import type { Mutant } from './mutant.js';
import { sqlChanges } from './sql-changes.js';

interface Change {
  readonly node: ts.Node;
  readonly replacement: string;
  readonly change: string;
  /** The replaced part, if it is not the whole node. */
  readonly span?: readonly [start: number, end: number];
}

const swapped: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
};

/** Methods whose removal changes a result without changing a type. */
const dropped = new Set(['filter', 'sort', 'toSorted', 'reverse', 'toReversed']);
const opposites: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['max', 'min'],
  ['min', 'max'],
]);

/**
 * All mutants of a file: changed comparisons, conditions and signs, calls and branches left out, and the like in SQL.
 * In the order of the file, so that the same source gives the same list.
 */
export function changesOf(file: string, source: string): readonly Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const add = ({ node, replacement, change, span }: Change) => {
    const [start, end] = span ?? [node.getStart(tree), node.getEnd()];
    const { line } = tree.getLineAndCharacterOfPosition(start);
    const code = (source.split('\n')[line] ?? '').trim();
    mutants.push({
      file,
      start,
      end,
      replacement,
      change,
      line: line + 1,
      code,
      original: source.slice(start, end),
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isThrowStatement(node)) return;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    for (const change of changesAt(node, tree)) add(change);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants.toSorted(
    (a, b) => a.start - b.start || a.end - b.end || (a.replacement < b.replacement ? -1 : 1),
  );
}

function changesAt(node: ts.Node, tree: ts.SourceFile): readonly Change[] {
  if (ts.isBinaryExpression(node)) return binaryChanges(node);
  if (ts.isIfStatement(node)) return conditionChanges(node.expression);
  if (ts.isConditionalExpression(node)) return ternaryChanges(node, tree);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return [{ node, replacement: node.operand.getText(tree), change: 'not left out' }];
  }
  if (ts.isCallExpression(node)) return callChanges(node, tree);
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
    // `super(…)` cannot be removed.
    return node.expression.expression.kind === ts.SyntaxKind.SuperKeyword
      ? []
      : [{ node, replacement: ';', change: 'call left out' }];
  }
  if (ts.isExpressionStatement(node) && ts.isAwaitExpression(node.expression)) {
    return [{ node, replacement: ';', change: 'call left out' }];
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ node, replacement: 'false', change: 'true' }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ node, replacement: 'true', change: 'false' }];
  if (ts.isContinueStatement(node)) return [{ node, replacement: 'break;', change: 'continue' }];
  return isText(node)
    ? sqlChanges(node.getText(tree), node.getStart(tree)).map(({ span, replacement, change }) => ({
        ...{ node, span, replacement, change },
      }))
    : [];
}

const isText = (node: ts.Node): boolean =>
  ts.isNoSubstitutionTemplateLiteral(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddle(node) ||
  ts.isTemplateTail(node) ||
  (ts.isStringLiteral(node) && / (DESC|NULLS|AND|IS) /.test(node.text));

function binaryChanges(node: ts.BinaryExpression): readonly Change[] {
  const operator = node.operatorToken;
  const other = swapped[operator.kind];
  const changes: Change[] =
    other === undefined ? [] : [{ node: operator, replacement: other, change: 'operator' }];
  if (
    operator.kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    operator.kind === ts.SyntaxKind.BarBarToken
  ) {
    changes.push({ node, replacement: node.left.getText(), change: 'right side left out' });
    changes.push({ node, replacement: node.right.getText(), change: 'left side left out' });
  }
  if (operator.kind === ts.SyntaxKind.QuestionQuestionToken) {
    changes.push({ node, replacement: node.right.getText(), change: 'always the default' });
  }
  return changes;
}

const conditionChanges = (node: ts.Expression): readonly Change[] => [
  { node, replacement: 'true', change: 'condition' },
  { node, replacement: 'false', change: 'condition' },
];

const ternaryChanges = (node: ts.ConditionalExpression, tree: ts.SourceFile): readonly Change[] => [
  { node, replacement: `(${node.whenTrue.getText(tree)})`, change: 'always the first' },
  { node, replacement: `(${node.whenFalse.getText(tree)})`, change: 'always the second' },
];

function callChanges(node: ts.CallExpression, tree: ts.SourceFile): readonly Change[] {
  if (!ts.isPropertyAccessExpression(node.expression)) return [];
  const { name, expression } = node.expression;
  if (dropped.has(name.text)) {
    return [{ node, replacement: expression.getText(tree), change: `${name.text} left out` }];
  }
  const opposite = opposites.get(name.text);
  return opposite === undefined ? [] : [{ node: name, replacement: opposite, change: name.text }];
}
