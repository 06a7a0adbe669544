import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import type TS from 'typescript'
import { plain } from '../../lib/flows/events.js'
import { toApiError } from '../../lib/http/api-error.js'
import { parseQuota } from '../../lib/http/quota.js'
import { retryAfter } from '../../lib/http/retry.js'
import { EventStreamParser } from '../../lib/management/events/event-stream.js'
import { readCredentials } from '../../lib/plugin/guards/token/credentials.js'
import { readCookie } from '../../lib/plugin/request/cookie-header.js'
import { RequestCookieJar } from '../../lib/plugin/request/cookie-jar.js'
import { createCookieTransactions } from '../../lib/stores/transactions/cookie-transactions.js'
import type { Transaction } from '../../types/index.js'

// Not imported: Node would scan nine megabytes of CommonJS for export names first.
const ts = createRequire(import.meta.url)('typescript') as typeof TS
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Milliseconds one input may take; a linear expression needs a hundredth of it. */
const LIMIT = 8
/** Lengths that are tried one after another, so that an exponential expression is found before it runs for hours. */
const LENGTHS = [24, 256, 2048]
const LONG = 32_768

interface Found {
  where: string
  expression: RegExp
}

/** Every regular expression of `lib`, literals and `new RegExp`; what is only known at run time stands for itself. */
function expressionsOf (path: string): Found[] {
  const text = readFileSync(`${root}${path}`, 'utf8')
  // A scanner is cheap, parsing is not.
  if (!/RegExp|[(,=:[!&|?{};>]\s*\/[^/*\n]/.test(text)) return []
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false)
  const found: Found[] = []
  const add = (node: TS.Node, source: string, flags: string): void => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
    found.push({ where: `${path}:${line} /${source}/${flags}`, expression: new RegExp(source, globally(flags)) })
  }
  const visit = (node: TS.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      add(node, node.text.slice(1, end), node.text.slice(end + 1))
    } else if (ts.isNewExpression(node) && node.expression.getText(tree) === 'RegExp') {
      const [source, flags] = (node.arguments ?? []).map(argument => sourceOf(argument))
      add(node, source ?? '', flags ?? '')
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function sourceOf (node: TS.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTaggedTemplateExpression(node)) {
    const { template } = node
    if (ts.isNoSubstitutionTemplateLiteral(template)) return template.rawText ?? template.text
    const raw = (part: TS.TemplateHead | TS.TemplateMiddle | TS.TemplateTail): string => part.rawText ?? part.text
    return raw(template.head) + template.templateSpans.map(span => `x${raw(span.literal)}`).join('')
  }
  if (!ts.isTemplateExpression(node)) throw new Error('The source of a RegExp must be a string or a template.')
  return node.head.text + node.templateSpans.map(span => `x${span.literal.text}`).join('')
}

function globally (flags: string): string {
  return flags.includes('g') ? flags : `${flags}g`
}

/** What an expression repeats: its literals, its characters, and one of each kind of character. */
function pumpsOf (source: string): string[] {
  const plain = source.replace(/\\[xu][0-9a-fA-F]{2,4}|\\[a-zA-Z]|\(\?(?:<[=!]|[:=!]|<\w+>)|\{\d*,?\d*\}/g, '\n')
    .replace(/\\(.)/g, '$1')
  const literals = [...new Set(plain.match(/[A-Za-z0-9_%"=:/.-]{2,}/g) ?? [])]
  const characters = [...new Set([...plain.replace(/[\n()[\]{}|?*+^$]/g, ''), ...'aA0-_. \n\t=,;:"%/é!'])]
  const pairs = characters.slice(0, 9).flatMap(a => characters.slice(0, 9).map(b => a + b))
  return [...characters, ...pairs, ...literals,
    ...literals.flatMap(literal => [...'a0-_. =,;"%/'].map(character => literal + character))]
}

function inputsOf (source: string): ((length: number) => string)[] {
  return pumpsOf(source).flatMap(pump => {
    const body = (length: number): string => pump.repeat(Math.ceil(length / pump.length))
    return [body, (length: number) => `${body(length)}\u0000`, (length: number) => `${pump[0]!}"=${body(length)}\u0000`]
  })
}

/** Milliseconds of CPU: what other processes do meanwhile does not count. */
function time (work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** The least of three: the first call is compiled. */
function fairTime (work: () => unknown): number {
  return Math.min(time(work), time(work), time(work))
}

/** Milliseconds for 32 KiB of the worst input; `Infinity` for one that is slow long before. */
function worstOf ({ expression }: Found): number {
  const tried: [input: (length: number) => string, taken: number][] = []
  for (const input of inputsOf(expression.source)) {
    for (const length of LENGTHS) {
      const text = input(length)
      const run = (): string => text.replace(expression, '')
      const taken = time(run)
      if (taken > LIMIT / 4 && fairTime(run) > LIMIT / 4) return Infinity
      if (length === LENGTHS.at(-1)) tried.push([input, taken])
    }
  }
  // One measurement alone may hold a garbage collection: the worst few are tried.
  const worst = tried.sort(([, a], [, b]) => b - a).slice(0, 6).map(([input]) => input(LONG))
  let most = 0
  for (const text of worst) {
    most = Math.max(most, fairTime(() => text.replace(expression, '')))
    // The others cannot change that it is too slow.
    if (most > LIMIT) break
  }
  return most
}

t.test('no regular expression is slow, whatever it is given', async t => {
  const paths = readdirSync(`${root}lib`, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts')).map(path => `lib/${path.replaceAll('\\', '/')}`)
  const all = paths.flatMap(expressionsOf)
  t.ok(all.length > 60, `${all.length} expressions were found`)
  const times = all.map(found => ({ where: found.where, ms: worstOf(found) })).sort((a, b) => b.ms - a.ms)
  const [slowest] = times
  t.comment(`slowest: ${(slowest!.ms / LONG * 1024 * 1000).toFixed(1)} µs per KiB, ${slowest!.where}`)
  t.strictSame(times.filter(({ ms }) => ms > LIMIT).map(({ where, ms }) => `${where} ${ms} ms`), [])
})

t.test('the search for slow expressions finds them', async t => {
  for (const source of ['\\beyJ[\\w-]+(?:\\.[\\w-]*)+', '(a+)+$', '\\s*$', '[\\w.-]*x$', 'a.*b.*c', '\\s+x']) {
    t.ok(worstOf({ where: '', expression: new RegExp(source, 'g') }) > LIMIT, source)
  }
})

/** 64 KiB of what makes a parser look back, look ahead, or begin again. */
function hostile (...pumps: string[]): string[] {
  return pumps.map(pump => pump.repeat(Math.ceil(65_536 / pump.length)))
}

const eventStream = (text: string, size: number) => {
  const bytes = Buffer.from(text)
  const parser = new EventStreamParser()
  let count = 0
  for (let at = 0; at < bytes.length; at += size) {
    for (const { data } of parser.push(bytes.subarray(at, at + size))) count += data?.length ?? 0
  }
  return count
}

const jarWith = (cookie: string) =>
  new RequestCookieJar({ raw: { headers: { cookie } } } as unknown as FastifyRequest, undefined, true,
    { publicResponse () {}, notSent () {} })

const answer = (body: string, headers: Record<string, string> = {}) =>
  toApiError({ status: 400, headers: { 'content-type': 'application/json', ...headers }, body }, {
    what: 'The call',
    now: 1,
    secrets: ['eyJ', 'secret-of-the-call', 'eyJ-'.repeat(500)]
  })

/** Parsers that are written by hand, each with what could be slow for it. */
const parsers: Record<string, [(text: string) => unknown, string[]]> = {
  'cookies by name': [text => readCookie(text, 'a0_s'), hostile('a0_s', 'a0_s;', ' a0_s', 'xa0_s=;', ' ', '"')],
  'cookies of a name': [text => jarWith(text).family('a0_s'), hostile('a0_s=', 'a0_s=1;', 'a0_s ', '\t')],
  'names of cookies': [text => jarWith(text).names('a0_tx_'),
    hostile('a0_tx_', 'a0_tx_;', ' a0_tx_', 'a0_tx_a;', '; ', 'a0_tx_=')],
  'logins under way': [text => {
    const jar = jarWith(text)
    const store = createCookieTransactions({
      name: () => 'a0_tx',
      attributes: () => ({ path: '/', httpOnly: true, secure: true, sameSite: 'lax' }),
      sealer: { seal: () => 'sealed', open: () => undefined },
      now: () => 1,
      maxCount: 8,
      maxTaken: 10
    })
    void store.set(jar, 'mine', { kind: 'login' } as Transaction, 60)
    void store.delete(jar)
  }, [Array.from({ length: 4000 }, (_, index) => `a0_tx_${index}=x`).join(';'),
    Array.from({ length: 4000 }, (_, index) => `a0_tx_${index}`).join(';')]],
  credentials: [readCredentials, hostile('Bearer ', 'Bearer a', ' ', 'a=', '=').map(text => `Bearer ${text}`)],
  // Node and undici take headers of 16 KiB.
  quotas: [parseQuota, hostile(',', ';', '=', 'b=a;', 'q=1;r=0;t=1,', ' ').map(text => text.slice(0, 16_384))],
  'times to wait': [text => retryAfter({ 'retry-after': text }, 1), hostile('1', ' ', 'Mon, ', 'A')],
  errors: [text => answer(JSON.stringify({ error: text, error_description: text, [text]: { a: text } })),
    hostile('eyJ-', 'eyJ.', 'eyJ', '.', 'secret-of-the-call', 'secret-of-the-cal', 'a b ')],
  'headers of errors': [text => answer('{}', { 'x-a': text, 'retry-after': text, 'auth0-client-quota-limit': text }),
    hostile('eyJ-', 'eyJ.', 'q=1,', ' ')],
  'long events': [text => eventStream(text, 64), hostile('a', ':', 'data: ', ' ')],
  'short events': [text => eventStream(text, 64),
    hostile('\r', '\n', 'data:\n', 'data: a\n\n', '\r\n').map(text => text.slice(0, 1024))],
  'texts of the log': [text => plain(text, 64), hostile('\n', '\u2028', 'a\n')]
}

for (const [name, [parse, texts]] of Object.entries(parsers)) {
  t.test(`64 KiB of input keep the parser of ${name} for a moment only`, async t => {
    for (const text of texts) {
      // The least of a few: the first call is compiled.
      let least = Infinity
      for (let run = 0; run < 4 && least > 10; run++) {
        const before = process.cpuUsage()
        await parse(text)
        const { user, system } = process.cpuUsage(before)
        least = Math.min(least, (user + system) / 1000)
      }
      t.ok(least < 30, `${encodeURIComponent(text.slice(0, 12))} ${least.toFixed(1)} ms`)
    }
  })
}
