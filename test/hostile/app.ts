import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import fastify, { type FastifyInstance, type FastifyServerOptions, type LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0 from '../../lib/index.js'
import type { Auth0Event, Auth0Options } from '../../types/index.js'
import { Visitor, clears, setCookies } from '../fixtures/visitor.js'
import { canaryUser, HostileIdp, type Defects, type IdpOptions } from './idp.js'

export const appOrigin = 'https://app.example.test'
export const sessionSecret = 'session-secret-canary-0123456789abcdef'

/** Wednesday, 18 November 2026: where the clock of every world stands at first. */
const startOfTime = 1_795_000_000

/** Options that replace the world's own; `undefined` takes an option out. */
export type OptionChanges = { [name in keyof Auth0Options]?: Auth0Options[name] | undefined }

export interface WorldOptions {
  plugin?: OptionChanges
  idp?: Partial<IdpOptions>
  fastify?: FastifyServerOptions
  /** Adds routes after the world's own. */
  routes?: (app: FastifyInstance, world: World) => void
  /** Register, but leave `ready()` to the test. */
  unready?: boolean
  /** Why the case does not hold yet: it is listed as open and not run. */
  todo?: string
}

/** An application with the plugin, its hostile provider, its clock, and all that can be seen of it from outside. */
export class World {
  readonly app: FastifyInstance
  readonly idp: HostileIdp
  readonly clock: { now: number }
  readonly events: Auth0Event[] = []
  readonly errors: Error[] = []
  readonly logLines: string[] = []
  readonly browsers: Visitor[] = []
  /** How often a guarded handler ran. */
  runs = 0

  constructor (options: WorldOptions = {}) {
    const clock = { now: startOfTime }
    this.clock = clock
    this.idp = new HostileIdp({ now: () => clock.now, ...options.idp })
    this.app = fastify({
      pluginTimeout: 0,
      ...options.fastify,
      logger: {
        level: 'trace',
        stream: {
          write: (line: string) => {
            this.logLines.push(line)
          }
        }
      }
    })
    this.app.addHook('onError', async (_request, _reply, error) => {
      this.errors.push(error)
    })
    const given: OptionChanges = {
      domain: this.idp.domain,
      clientId: this.idp.clientId,
      clientSecret: this.idp.clientSecret,
      appBaseUrl: appOrigin,
      sessionSecret,
      customFetch: this.idp.fetch,
      httpTimeout: 60,
      now: () => clock.now,
      onEvent: event => {
        this.events.push(event)
      },
      onCallbackError: error => {
        this.errors.push(error)
      },
      ...options.plugin
    }
    for (const name of Object.keys(given)) {
      if (given[name as keyof Auth0Options] === undefined) delete given[name as keyof Auth0Options]
    }
    this.app.register(fastifyAuth0, given as Auth0Options)
    this.app.after(() => {
      // A registration that failed is told by ready().
      if (!this.app.hasDecorator('auth0')) return
      this.#routes()
      options.routes?.(this.app, this)
    })
  }

  #routes (): void {
    const { app } = this
    const preHandler = app.auth0.requireSession
    app.get('/', async () => ({ home: true }))
    app.get('/private', { preHandler }, async request => {
      this.runs++
      const session = await request.auth0.getSession()
      return { sub: session?.user.sub, session }
    })
    app.get('/public', async request => {
      const user = await request.auth0.getUser()
      return { known: user !== undefined }
    })
    app.post('/private', { preHandler }, async () => {
      this.runs++
      return { done: true }
    })
    app.get<{ Querystring: { audience?: string, scope?: string } }>('/token', { preHandler }, async request => {
      this.runs++
      const { audience, scope } = request.query
      const token = await request.auth0.getAccessToken({
        ...(audience ? { audience } : {}),
        ...(scope ? { scope } : {})
      })
      return {
        tokenType: token.tokenType,
        scope: token.scope,
        expiresAt: token.expiresAt,
        audience: token.audience,
        mark: markOf(token.accessToken)
      }
    })
  }

  browser (origin = appOrigin): Visitor {
    const browser = new Visitor(this.app, { origin, now: () => this.clock.now })
    this.browsers.push(browser)
    return browser
  }

  advance (seconds: number): void {
    this.clock.now += seconds
  }

  /** Log records as objects. */
  logs (): Record<string, unknown>[] {
    return this.logLines.map(line => JSON.parse(line) as Record<string, unknown>)
  }

  /** Runs `work` while the provider has these defects. */
  async during<T> (defects: Defects, work: () => Promise<T>): Promise<T> {
    const before = this.idp.defects
    this.idp.defects = defects
    try {
      return await work()
    } finally {
      this.idp.defects = before
    }
  }

  /** Starts a login; says where the plugin sends the browser. */
  async start (browser: Visitor, path = '/auth/login?returnTo=%2Fprivate'): Promise<string> {
    const response = await browser.navigate(path)
    const location = response.headers.location
    if (response.statusCode !== 302 || location === undefined) {
      throw new Error(`the login did not start: ${response.statusCode} ${response.body.slice(0, 500)}`)
    }
    this.idp.secrets.add(new URL(location).searchParams.get('state') ?? '')
    return location
  }

  /** The path of the authorization response for the request at `location`. */
  back (location: string): string {
    const { redirectUri, params } = this.idp.authorize(location)
    return `${new URL(redirectUri).pathname}?${params}`
  }

  /** The whole login; returns the callback's answer. */
  async login (browser: Visitor, path?: string): Promise<LightMyRequestResponse> {
    return browser.navigate(this.back(await this.start(browser, path)), { 'sec-fetch-site': 'cross-site' })
  }

  /** Everything that must never be read outside: tokens, codes, secrets, cookie values, and the user's claims. */
  canaries (): { kind: string, value: string }[] {
    const canaries = [{ kind: 'session secret', value: sessionSecret }]
    for (const value of this.idp.secrets) {
      canaries.push({ kind: `secret of the provider (${value.slice(0, 8)}…)`, value })
    }
    for (const browser of this.browsers) {
      for (const value of browser.given) if (value.length >= 16) canaries.push({ kind: 'cookie', value })
    }
    for (const claim of ['sub', 'name', 'nickname', 'email', 'picture'] as const) {
      canaries.push({ kind: `claim ${claim}`, value: canaryUser[claim] })
    }
    return canaries.filter(({ value }) => value !== '')
  }

  /** The canaries found in a text, raw, URL-encoded or JSON-encoded. */
  leaks (text: string): string[] {
    return this.canaries().filter(({ value }) => formsOf(value).some(form => text.includes(form))).map(({ kind }) =>
      kind
    )
  }
}

const forms = new Map<string, string[]>()

/** How a value may be spelt in a text. */
function formsOf (value: string): string[] {
  let known = forms.get(value)
  if (known === undefined) {
    known = [...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])]
    forms.set(value, known)
  }
  return known
}

/** Tells tokens apart without showing them. */
export function markOf (token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12)
}

/**
 * Runs `body` in a world of its own; afterwards no log line and no error may hold a secret, and no request may have
 * ended in a 500 nobody meant.
 */
export function scenario (name: string, body: (t: Test, world: World) => Promise<void>,
  options: WorldOptions = {}): void {
  t.test(name, options.todo === undefined ? {} : { todo: options.todo },
    t => inWorld(t, options, world => body(t, world)))
}

export async function inWorld (t: Test, options: WorldOptions, body: (world: World) => Promise<void>): Promise<void> {
  const world = new World(options)
  try {
    if (!options.unready) await world.app.ready()
    await body(world)
    assertQuiet(t, world)
  } finally {
    await world.app.close()
  }
}

/** The log canary: no secret in any log record at trace level, nor in any error that came out, causes included. */
export function assertQuiet (t: Test, world: World): void {
  const findings = new Findings()
  findings.same(world.leaks(world.logLines.join('')), [], 'in the log')
  const errors = world.errors.map(error =>
    inspect(error, { depth: 12, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity })
  )
  findings.same(world.leaks(errors.join('\n')), [], 'in an error')
  findings.same(world.leaks(JSON.stringify(world.events)), [], 'in an event')
  findings.check(world.logLines.every(line => line.indexOf('\n') === line.length - 1),
    'a log record is more than one line')
  t.strictSame(findings.problems, [], 'no secret got out')
}

export function isSessionCookie (name: string): boolean {
  return (/^(?:__Host-|__Secure-)?a0_/.test(name) && !name.includes('_tx_') && !name.startsWith('a0_restart_')) ||
    /^other-name/.test(name)
}

export function isTransactionCookie (name: string): boolean {
  return name.includes('_tx_')
}

/** Names of the session cookies that a response sets (not clears). */
export function sessionCookiesSet (response: LightMyRequestResponse): string[] {
  return setCookies(response).filter(cookie => isSessionCookie(cookie.name) && !clears(cookie)).map(cookie =>
    cookie.name
  )
}

/** How a callback fails: the status, the stable code, and (where there is one) the claim at fault. */
export interface Failure {
  status: number
  code: string
  claim?: string
}

export interface AttemptOptions {
  /** Where the login starts. */
  path?: string
  /** Called between the start of the login and its callback. */
  between?: (browser: Visitor) => Promise<void> | void
  /** Leaves the control out, for a defect that has none or brings its own. */
  control?: false
  /** Token requests the failing callback may make. Default: any number. */
  tokenCalls?: number
  /** Also asked after each failure. */
  after?: (response: LightMyRequestResponse, world: World) => void
  /** The transaction of an unanswered login stays: a forged answer must not close it. */
  transactionStays?: boolean
  /** Names the variant in messages. */
  variant?: string
}

/** Collects what is wrong, so that one assertion tells all of it. */
export class Findings {
  readonly problems: string[] = []

  check (holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem)
  }

  same (found: unknown, wanted: unknown, what: string): void {
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)]
    this.check(a === b, `${what}: ${a} instead of ${b}`)
  }
}

/**
 * The callback fails closed: no session cookie, no handler, the transaction used up, exactly one event with the stable
 * code,
 * no secret in the page or the log. Asked once as a browser and once as a script. The control is the same login without
 * the defect.
 */
export async function failsClosed (t: Test, world: World, defects: Defects, failure: Failure,
  options: AttemptOptions = {}): Promise<void> {
  if (options.control !== false) await succeeds(t, world, {}, options)
  for (const accept of ['text/html', 'application/json']) {
    const browser = world.browser()
    const response = await world.during(defects, async () => {
      const location = await world.start(browser, options.path)
      await options.between?.(browser)
      const path = world.back(location)
      return await assertRefused(t, world, browser, path, failure, { ...options, accept })
    })
    options.after?.(response, world)
  }
}

/** Sends an authorization response and asserts that it is refused. */
export async function assertRefused (t: Test, world: World, browser: Visitor, path: string, failure: Failure,
  options: AttemptOptions & { accept?: string } = {}): Promise<LightMyRequestResponse> {
  const { accept = 'text/html' } = options
  const findings = new Findings()
  const before = {
    events: world.events.length,
    runs: world.runs,
    logs: world.logLines.length,
    errors: world.errors.length,
    tokenCalls: world.idp.count('token')
  }
  const response = await browser.navigate(path, { accept, 'sec-fetch-site': 'cross-site' })
  findFailure(findings, world, response, failure, accept)
  const events = world.events.slice(before.events)
  findings.same(events.map(({ outcome, reason }) => ({ outcome, reason })), [{
    outcome: 'failure',
    reason: failure.code
  }], 'exactly one event, with the code')
  const records = world.logLines.slice(before.logs).filter(line => line.includes(`"${failure.code}"`))
  findings.same(records.length, 1, 'log records with the code')
  const error = world.errors[before.errors] as (Error & { claim?: string }) | undefined
  if (failure.claim !== undefined) findings.same(error?.claim, failure.claim, 'the claim at fault')
  if (options.tokenCalls !== undefined) {
    findings.same(world.idp.count('token') - before.tokenCalls, options.tokenCalls, 'token requests')
  }
  await findNoSession(findings, world, browser, before.runs)
  if (!options.transactionStays) {
    findings.same(browser.names().filter(isTransactionCookie), [], 'transactions left')
    const calls = world.idp.count('token')
    await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
    findings.same(world.idp.count('token'), calls, 'token requests after the same answer came again')
    await findNoSession(findings, world, browser, before.runs)
  }
  t.strictSame(findings.problems, [], `${options.variant === undefined ? '' : `${options.variant}: `}fails closed ` +
    `with ${failure.status} ${failure.code} (${accept})`)
  return response
}

/** The answer to a refused request: status, code, not cached, no session, nothing secret. */
export function assertFailure (t: Test, world: World, response: LightMyRequestResponse, failure: Failure,
  accept = 'application/json'): void {
  const findings = new Findings()
  findFailure(findings, world, response, failure, accept)
  t.strictSame(findings.problems, [], `refused with ${failure.status} ${failure.code}`)
}

function findFailure (findings: Findings, world: World, response: LightMyRequestResponse, failure: Failure,
  accept: string): void {
  const { headers, body } = response
  findings.check(response.statusCode === failure.status,
    `status ${response.statusCode} instead of ${failure.status}: ${body.slice(0, 300)}`)
  if (accept.includes('html')) {
    findings.check(/^text\/html/.test(String(headers['content-type'])),
      `no page for a browser: ${String(headers['content-type'])}`)
    findings.check(body.includes(failure.code), 'the page does not name the code')
    findings.check(!/\bat (?:\w|file:|node:).*:\d+:\d+/.test(body), 'a stack in the page')
  } else {
    findings.check(/^application\/json/.test(String(headers['content-type'])),
      `no JSON for a script: ${String(headers['content-type'])}`)
    const answer = JSON.parse(body === '' ? '{}' : body) as { code?: string, statusCode?: number, stack?: unknown }
    findings.same(answer.code, failure.code, 'code')
    findings.same(answer.statusCode, failure.status, 'statusCode')
    findings.check(answer.stack === undefined, 'a stack in the answer')
  }
  findings.check(/no-store/.test(String(headers['cache-control'])), 'the answer may be cached')
  findings.same(headers.location, undefined, 'location')
  findings.same(sessionCookiesSet(response), [], 'session cookies set')
  findings.same(world.leaks(body), [], 'secrets in the answer')
  findings.same(world.leaks(JSON.stringify({ ...headers, 'set-cookie': undefined })), [], 'secrets in the headers')
}

/** The browser is not logged in, and the guarded handler does not run. */
export async function assertNoSession (t: Test, world: World, browser: Visitor,
  runsBefore = world.runs): Promise<void> {
  const findings = new Findings()
  await findNoSession(findings, world, browser, runsBefore)
  t.strictSame(findings.problems, [], 'there is no session')
}

async function findNoSession (findings: Findings, world: World, browser: Visitor, runsBefore: number): Promise<void> {
  const response = await browser.call('/private')
  findings.check(
    response.statusCode === 401 && (JSON.parse(response.body) as { code: string }).code === 'login_required',
    `the guard lets pass: ${response.statusCode}`
  )
  findings.same(world.runs, runsBefore, 'runs of the guarded handler')
  // the guard's own refusal is an event too, and none of the callback's
  if (world.events.at(-1)?.type === 'denied') world.events.pop()
}

/** A login with these defects completes all the same. */
export async function succeeds (t: Test, world: World, defects: Defects = {},
  options: AttemptOptions = {}): Promise<{ browser: Visitor, response: LightMyRequestResponse }> {
  const browser = world.browser()
  const before = { runs: world.runs, events: world.events.length }
  const findings = new Findings()
  const response = await world.during(defects, async () => {
    const location = await world.start(browser, options.path)
    await options.between?.(browser)
    return await browser.navigate(world.back(location), { 'sec-fetch-site': 'cross-site' })
  })
  findings.check(response.statusCode === 302 || response.statusCode === 303,
    `the login does not complete: ${response.statusCode} ${response.body.slice(0, 300)}`)
  findings.check(sessionCookiesSet(response).length > 0, 'no session cookie is set')
  findings.same(world.events.slice(before.events).map(({ type, outcome }) => ({ type, outcome })), [{
    type: 'login',
    outcome: 'success'
  }], 'events')
  const guarded = await browser.call('/private')
  findings.same(guarded.statusCode, 200, 'the guard')
  findings.same(world.runs, before.runs + 1, 'runs of the guarded handler')
  t.strictSame(findings.problems, [], 'the login completes')
  return { browser, response }
}
