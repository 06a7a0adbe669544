import { createRequire } from 'node:module'
import type TS from 'typescript'

const ts = createRequire(import.meta.url)('typescript') as typeof TS

/** One change of a file: these characters become others. */
export interface Mutant {
  start: number
  end: number
  replacement: string
  /** The expression or statement that the change belongs to. */
  whole: { start: number, end: number }
  line: number
  kind: 'operator' | 'condition' | 'throw' | 'call' | 'literal'
}

/** What each operator becomes. */
const operators: Record<string, string> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*'
}

/**
 * Every mutant of a TypeScript source, in the order of the source.
 * Types, imports and sentences are left alone: no test should depend on the words of a message.
 */
export function mutantsOf (text: string): Mutant[] {
  const tree = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true)
  const found: Mutant[] = []
  visit(tree)
  return found.sort((one, other) => one.start - other.start || one.end - other.end)

  function visit (node: TS.Node): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ||
      ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isModuleDeclaration(node)) return
    if (ts.isBinaryExpression(node)) operator(node)
    else if (ts.isIfStatement(node)) force(node.expression)
    else if (ts.isConditionalExpression(node)) force(node.condition)
    else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      add(node, node.operand.getText(tree), 'operator')
    } else if (ts.isThrowStatement(node)) add(node, '{}', 'throw')
    else if (ts.isExpressionStatement(node)) call(node)
    else literal(node)
    ts.forEachChild(node, visit)
  }

  function operator (node: TS.BinaryExpression): void {
    const replacement = operators[node.operatorToken.getText(tree)]
    if (replacement !== undefined && !joinsText(node)) add(node.operatorToken, replacement, 'operator', node)
    if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) add(node, node.left.getText(tree), 'operator')
  }

  function force (condition: TS.Expression): void {
    add(condition, 'true', 'condition')
    add(condition, 'false', 'condition')
  }

  function call (node: TS.ExpressionStatement): void {
    const called = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression
    if (ts.isCallExpression(called) && called.expression.kind !== ts.SyntaxKind.SuperKeyword) add(node, '{}', 'call')
  }

  function literal (node: TS.Node): void {
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false', 'literal')
    else if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true', 'literal')
    else if (ts.isNumericLiteral(node) && !isName(node)) add(node, `(${node.text} + 1)`, 'literal')
    else if (ts.isStringLiteral(node) && /^[^\s]+$/.test(node.text) && isValue(node)) add(node, "''", 'literal')
  }

  function add (node: TS.Node, replacement: string, kind: Mutant['kind'], around: TS.Node = node): void {
    const start = node.getStart(tree)
    const line = tree.getLineAndCharacterOfPosition(start).line + 1
    const whole = { start: around.getStart(tree), end: around.getEnd() }
    found.push({ start, end: node.getEnd(), replacement, line, kind, whole })
  }
}

/** Whether a literal names a member of an object. */
function isName (node: TS.NumericLiteral | TS.StringLiteral): boolean {
  const { name, propertyName } = node.parent as { name?: TS.Node, propertyName?: TS.Node }
  return name === node || propertyName === node
}

/** Whether `+` puts sentences together: one of the sides is a text. */
function joinsText (node: TS.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || (ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken && (joinsText(node.left) || joinsText(node.right)))
}

/** Whether a text is a value, and neither a member's name, part of a type, nor the end of a sentence on two lines. */
function isValue (node: TS.StringLiteral): boolean {
  const { parent } = node
  if (ts.isBinaryExpression(parent) && parent.right === node && isSentence(parent.left)) return false
  return !isName(node) && !ts.isLiteralTypeNode(parent) && !ts.isElementAccessExpression(parent)
}

/** Whether a text, or texts that `+` puts together, hold a blank. */
function isSentence (node: TS.Node): boolean {
  return ts.isBinaryExpression(node)
    ? isSentence(node.left) || isSentence(node.right)
    : ts.isStringLiteralLike(node) && /\s/.test(node.text)
}

/** A source with one of its mutants in place. */
export function applyMutant (text: string, mutant: Pick<Mutant, 'start' | 'end' | 'replacement'>): string {
  const { start, end, replacement } = mutant
  return text.slice(0, start) + replacement + text.slice(end)
}

/** The mutated line, without the blanks around it. */
export function mutatedLine (text: string,
  { start, end, replacement }: Pick<Mutant, 'start' | 'end' | 'replacement'>): string {
  const begin = text.lastIndexOf('\n', start - 1) + 1
  const rest = text.indexOf('\n', end)
  const changed = text.slice(begin, start) + replacement + text.slice(end, rest === -1 ? text.length : rest)
  return changed.split('\n', 1)[0]!.trim()
}

/** A mutant that behaves as the source does. */
export interface Equivalent {
  file: string
  /** The mutated line, without the blanks around it. */
  line: string
  /** The line as it is in the source, where a mutant of another line would look the same. */
  original?: string
  reason: string
}

/** Whether a row is about a mutant of this text. */
export function isAbout ({ line, original }: Equivalent, text: string, mutant: Mutant): boolean {
  return line === mutatedLine(text, mutant) &&
    (original === undefined || original === text.split('\n')[mutant.line - 1]!.trim())
}

/** A source with these mutants in place, each of them while `globalThis.mutant(id)` is true. */
export function withSwitches (text: string, mutants: ReadonlyArray<Mutant & { id: number }>): string {
  const sorted = [...mutants]
    .sort((one, other) => one.whole.start - other.whole.start || other.whole.end - one.whole.end)
  return rendered(0, text.length, sorted)

  function rendered (start: number, end: number, inside: typeof sorted): string {
    let result = ''
    let done = start
    for (let i = 0; i < inside.length;) {
      const { whole } = inside[i]!
      const nested = inside.slice(i).filter(other => other.whole.end <= whole.end)
      const same = nested.filter(other => other.whole.start === whole.start && other.whole.end === whole.end)
      const original = rendered(whole.start, whole.end, nested.filter(other => !same.includes(other)))
      result += text.slice(done, whole.start) + choice(same, original)
      done = whole.end
      i += nested.length
    }
    return result + text.slice(done, end)
  }

  function choice (same: typeof sorted, original: string): string {
    const [{ id, kind }] = same as [typeof same[number]]
    if (kind === 'throw' || kind === 'call') return `{ if (!globalThis.mutant(${id})) { ${original} } }`
    const mutated = same.map(({ id, start, end, replacement, whole }) =>
      `globalThis.mutant(${id}) ? (${text.slice(whole.start, start)}${replacement}${text.slice(end, whole.end)}) : `)
    return `(${mutated.join('')}(${original}))`
  }
}
