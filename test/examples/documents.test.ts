import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import t from 'tap'
import * as errors from '../../lib/errors.js'
import { rules } from '../../lib/plugin/options/options-rules.js'
import { parseOptions } from '../../lib/plugin/options/options.js'
import type { Auth0Options } from '../../types/index.js'
import { anchorsOf, guides, linksOf, pages, readPage, sentencesOf, type Page } from './documents.js'

const root = new URL('../../', import.meta.url)
const readme = readPage('README.md')
const changelog = readPage('CHANGELOG.md')
const written = [readme, ...guides, readPage('SECURITY.md'), readPage('CONTRIBUTING.md')]
const { files } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { files: string[] }

t.test('the README has at most 150 lines', async t => {
  t.ok(readme.text.split('\n').length - 1 <= 150, `${readme.text.split('\n').length - 1} lines`)
})

t.test('no sentence of README and guides has more than 30 words', async t => {
  for (const page of written) {
    const long = sentencesOf(page).filter(sentence => sentence.split(/\s+/u).length > 30)
    t.strictSame(long, [], page.path)
  }
  const long: Page = { path: '', text: `- ${'word '.repeat(31)}end.` }
  t.equal(sentencesOf(long).filter(sentence => sentence.split(/\s+/u).length > 30).length, 1, 'one would be found')
})

/** Whether npm packs what is at this path of the repository. */
function isPacked (path: string): boolean {
  return /^(?:README\.md|LICENSE|package\.json)$/u.test(path) ||
    files.some(entry => path === entry || path.startsWith(`${entry}/`))
}

t.test('links lead to files and headings that exist, also in the installed package', async t => {
  const known = new Map([...written, ...pages, changelog].map(page => [page.path, page]))
  let count = 0
  for (const page of known.values()) {
    for (const link of linksOf(page)) {
      count++
      if (/^https:\/\//u.test(link)) continue
      const [target = '', anchor] = link.split('#')
      const path = target === '' ? page.path : posix.normalize(posix.join(posix.dirname(page.path), target))
      const where = `${page.path}: ${link}`
      t.ok(existsSync(new URL(path, root)), where)
      if (written.includes(page)) t.ok(isPacked(path.replace(/\/$/u, '')), `${where} is packed`)
      if (anchor !== undefined) t.ok(known.has(path) && anchorsOf(known.get(path)!).includes(anchor), where)
    }
  }
  t.ok(count > 100, `${count} links`)
  const guidesInReadme = linksOf(readme).map(link => link.split('#')[0])
  for (const { path } of guides) t.ok(guidesInReadme.includes(path), `README links ${path}`)
})

t.test('each value that the package exports is named in the documentation', async t => {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { exports: object }
  const text = [...written, ...pages].map(page => page.text).join('\n')
  let count = 0
  for (const entry of Object.keys(exports).filter(entry => !entry.endsWith('.json'))) {
    const folder = entry === '.' ? '' : `${entry.slice(2)}/`
    const names = Object.keys(await import(`../../lib/${folder}index.js`) as object)
    count += names.length
    t.strictSame(names.filter(name => !new RegExp(`\\b${name}\\b`, 'u').test(text)), [], entry)
  }
  t.ok(count > 100, `${count} exports`)
})

t.test('the codes of the guide to errors are those of the errors, with their status', async t => {
  const { text } = guides.find(({ path }) => path.endsWith('/errors.md'))!
  const rows = [...text.matchAll(/^\| `(\w+Error)` \| (.*) \| ([^|]*) \|$/gmu)].map(([, ...cells]) => cells)
  const source = readFileSync(new URL('lib/errors.ts', root), 'utf8')
  const classes = Object.keys(errors).filter(name => name.endsWith('Error') && name !== 'Auth0Error')
  t.strictSame(rows.map(([name]) => name).sort(), classes.sort())
  for (const [name, says = '', status = ''] of rows) {
    const [, body = ''] = new RegExp(`class ${name}\\b([^]*?)\\n\\}`, 'u').exec(source)!
    const set = /statusCode: (\d+)/u.exec(body)?.[1]
    if (set !== undefined) t.equal(status, set, name!)
    // The codes of `ApiError` and its kinds are Auth0's.
    if (/extends \w*ApiError/u.test(source.slice(source.indexOf(`class ${name}`)).split('\n')[0]!)) continue
    for (const [, code] of says.split(';')[0]!.matchAll(/`([a-z]+(?:_[a-z]+)+)`/gu)) {
      t.ok(source.includes(`'${code!}'`), `${name!}: ${code!}`)
    }
  }
})

type AnyRule = (value: unknown, option: string) => unknown

/** The members that an option takes: the message about one that is not known lists them. */
function membersOf (option: string): string[] {
  const rule = rules[option as keyof typeof rules] as AnyRule
  try {
    rule({ qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq: 1 }, option)
  } catch (error) {
    return /Known are: (.*)\.$/u.exec((error as Error).message)?.[1]?.split(', ') ?? []
  }
  return []
}

t.test('each option has a row in the guide', async t => {
  const { text } = guides.find(({ path }) => path.endsWith('/options.md'))!
  const cells = text.split('\n').filter(line => line.startsWith('|')).map(line => line.split(' | ')[0]!)
  const named = new Set(cells.flatMap(cell => [...cell.matchAll(/`([\w.]+)/gu)].map(([, name]) => name!)))
  const names = Object.keys(rules).flatMap(option => {
    const members = membersOf(option)
    return members.length === 0 || named.has(option) ? [option] : members.map(member => `${option}.${member}`)
  }).flatMap(name => name.endsWith('sessionConfiguration.cookie') ? cookieRows(name) : [name])
  t.ok(names.length > 70, `${names.length} settings`)
  t.strictSame(names.filter(name => !named.has(name)), [], 'no row')
  const nested = [...named].filter(name => !name.startsWith('sessionConfiguration.cookie.'))
  const wrong = nested.filter(name => {
    const [option = '', member] = name.split('.')
    return !Object.hasOwn(rules, option) || (member !== undefined && !membersOf(option).includes(member))
  })
  t.strictSame(wrong.filter(name => !NO_OPTIONS.has(name)), [], 'no option')
})

/** What the guide's tables have beside options. */
const NO_OPTIONS = new Set(['GET', 'POST'])

function cookieRows (name: string): string[] {
  return ['name', 'sameSite', 'secure', 'domain', 'path', 'partitioned', 'transient'].map(part => `${name}.${part}`)
}

/** A default as the guide writes it; `undefined` where a sentence says it. */
function writtenDefault (cell: string): unknown {
  const number = /^\d[\d ]*$/u.exec(cell)?.[0].replaceAll(' ', '')
  if (number !== undefined) return Number(number)
  const text = /^`(?:'([^']*)'|(true|false|openid [\w ]+|\/))`$/u.exec(cell)
  if (text === null) return undefined
  return text[2] === 'true' || text[2] === 'false' ? text[2] === 'true' : text[1] ?? text[2]
}

/** Where the checked options keep a setting under another name. */
const PLACES: Record<string, string> = {
  'sessionConfiguration.rolling': 'lifetime.rolling',
  'sessionConfiguration.inactivityDuration': 'lifetime.inactivityDuration',
  'sessionConfiguration.absoluteDuration': 'lifetime.absoluteDuration',
  'transactionConfiguration.duration': 'transactionDuration',
  'discoveryCache.ttl': 'discoveryTtl',
  'discoveryCache.maxEntries': 'maxDomains',
  clientAssertionSigningAlg: 'assertion.alg',
  requestObjectSigningAlg: 'requestObject.alg',
  useMtls: 'mutualTls'
}

/** Defaults that the code applies at their use, or that mean one of several values; other tests hold them. */
const AT_USE = ['api.cacheEntries', 'api.dpop', 'api.dpopProofAge', 'mountConnectRoutes', 'mountConnectedAccountRoutes',
  'mountRoutes']

t.test('each default of the guide is the one that the code applies', async t => {
  const good = {
    domain: 'acme.eu.auth0.com',
    clientId: 'client',
    appBaseUrl: 'https://app.example.com',
    sessionSecret: 'a session secret of enough characters',
    api: { audience: 'https://api.example.com' }
  }
  const key = '-----BEGIN PRIVATE KEY-----'
  const usual = parseOptions({ ...good, clientSecret: 'secret' } as Auth0Options, '')
  const signing = parseOptions({
    ...good, clientAssertionSigningKey: key, signedAuthorizationRequests: true, requestObjectSigningKey: key
  } as Auth0Options, '')
  const { text } = guides.find(({ path }) => path.endsWith('/options.md'))!
  let count = 0
  for (const [, name = '', cell = ''] of text.matchAll(/^\| `([\w.]+)` \|([^|]*)\|[^|]*\|/gmu)) {
    const written = writtenDefault(cell.trim())
    if (written === undefined || AT_USE.includes(name)) continue
    const place = PLACES[name] ?? name.replace(/^sessionConfiguration\.(?:cookie\b)?/u, from =>
      from.endsWith('cookie') ? 'sessionCookie' : '')
    const applied = place.split('.').reduce<unknown>((value, part) =>
      (value as Record<string, unknown> | undefined)?.[part], name.endsWith('SigningAlg') ? signing : usual)
    count++
    t.equal(applied ?? false, written, name)
  }
  t.ok(count > 35, `${count} defaults`)
})
