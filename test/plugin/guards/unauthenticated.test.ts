import t, { type Test } from 'tap'
import { forbid, reportDenied } from '../../../lib/plugin/guards/denial.js'
import { kOwnErrors } from '../../../lib/plugin/guards/route-config.js'
import { answerUnauthenticated } from '../../../lib/plugin/guards/unauthenticated.js'
import { kRegistration, type Scoped } from '../../../lib/plugin/request/registration.js'
import { requestState } from '../../../lib/plugin/request/request-state.js'
import type { PluginContext } from '../../../lib/flows/context.js'
import { newSite } from '../../flows/site.js'
import { Jar } from '../../stores/jar.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never

/** A reply that keeps what it is given. */
class Reply {
  statusCode = 200
  readonly names: Record<string, unknown> = {}
  readonly raw = { headersSent: false }
  body: unknown
  sent = false
  header (name: string, value: unknown): this { this.names[name] = value; return this }
  headers (all: object): this { Object.assign(this.names, all); return this }
  code (status: number): this { this.statusCode = status; return this }
  type (type: string): this { return this.header('content-type', type) }
  serializer (): this { return this }
  redirect (url: string, status: number): this { return this.code(status).header('location', url).send(undefined) }
  send (body: unknown): this {
    this.body = body
    this.sent = true
    return this
  }
}

const page = { accept: 'text/html' }
const form = { ...page, 'content-type': 'application/x-www-form-urlencoded', referer: 'https://app.example.test/form' }
const script = { accept: 'application/json' }

const site = newSite(t)
await site.app.ready()
const context: PluginContext = (site.app as unknown as Scoped)[kRegistration].context

/** A request to `/page?a=1` of the site, with changes to the plugin's context and to the request. */
function requestOf (method: string, headers: object, { about = {}, server = {} }: { about?: object, server?: object } =
{}) {
  const changed = Object.assign(Object.create(context), about) as PluginContext
  const request = given({
    method,
    headers,
    url: '/page?a=1',
    originalUrl: '/page?a=1',
    id: 'req-1',
    log: site.app.log,
    routeOptions: { config: {} },
    server: { errorHandler: { name: 'defaultErrorHandler' }, [kRegistration]: { context: changed }, ...server }
  }) as Parameters<typeof reportDenied>[0]
  return { changed, request }
}

/** Status, and where the answer leads or what it says. */
async function answer (t: Test, how: unknown, method: string, headers: object,
  { about, jar, reply = new Reply() }: { about?: object, jar?: unknown, reply?: Reply } = {}) {
  const { changed, request } = requestOf(method, headers, about === undefined ? {} : { about })
  requestState(request).jar = jar as never
  await answerUnauthenticated(changed, request, given(reply), given(how))
  t.equal(reply.names['cache-control'], 'no-store')
  t.ok(reply.sent)
  const { location, 'content-type': type } = reply.names
  const body = String(reply.body)
  const says = String(type).includes('json')
    ? JSON.parse(body) as object
    : /<a class="first" href="([^"]*)"/.exec(body)?.[1] ?? reply.body
  return [reply.statusCode, location ?? says]
}

const json = (loginUrl?: string) => ({
  statusCode: 401,
  code: 'login_required',
  error: 'Unauthorized',
  message: 'Please log in.',
  ...(loginUrl !== undefined && { loginUrl })
})

t.test('what becomes of a request without a session', async t => {
  const login = '/auth/login?returnTo=%2Fpage%3Fa%3D1'
  const denied = [401, json('/auth/login')]
  const cases: [how: string, method: string, headers: object, expected: unknown][] = [
    ['auto', 'GET', page, [302, login]], ['auto', 'HEAD', page, [302, login]], ['auto', 'GET', script, denied],
    ['auto', 'POST', script, denied], ['auto', 'POST', form, [401, '/auth/login?returnTo=%2Fform']],
    ['login', 'GET', script, [302, login]], ['login', 'HEAD', script, [302, login]], ['login', 'POST', script, denied],
    ['401', 'GET', page, denied], ['401', 'POST', form, denied],
    ['/welcome', 'GET', page, [302, '/welcome']], ['/welcome', 'GET', script, denied],
    ['/welcome', 'POST', form, [401, '/welcome']],
    // The page that everybody is sent to is guarded itself.
    ['/page', 'GET', page, [302, login]], ['/page?b=2#c', 'GET', page, [302, login]], ['/page', 'GET', script, denied],
    ['/page', 'POST', form, [401, '/auth/login?returnTo=%2Fform']], ['/page/', 'GET', page, [302, '/page/']]
  ]
  for (const [how, method, headers, expected] of cases) {
    t.strictSame(await answer(t, how, method, headers), expected, `${how} ${method} ${JSON.stringify(headers)}`)
  }
  const { config } = context
  const about = { config: { ...config, routes: { ...config.routes, login: undefined } } }
  const pages = { texts: { messages: { login_required: 'Bis gleich.' } } }
  const reply = new Reply()
  await answer(t, 'auto', 'POST', form, { reply, about: { config: { ...config, pages } } })
  t.match(reply.body, 'Bis gleich.', 'in the words of the application')
  for (const how of ['auto', 'login', '401']) {
    t.strictSame(await answer(t, how, 'GET', page, { about }), [401, json()], 'nothing leads to a login')
  }
})

t.test("the application's own answer", async t => {
  t.strictSame(await answer(t, async () => ({ own: true }), 'GET', page), [401, { own: true }])
  t.strictSame(await answer(t, (_request: unknown, reply: Reply) => {
    reply.code(418)
    return 'tea'
  }, 'GET', page), [418, 'tea'])
  t.strictSame(await answer(t, (_request: unknown, reply: Reply) => reply.code(200).send('sent'), 'GET', page),
    [200, 'sent'])
  const steps: string[] = []
  const slow = Object.assign(new Reply(), {
    then: (leave: (value: unknown) => void) => setImmediate(() => {
      steps.push('left')
      leave(undefined)
    })
  })
  await answer(t, () => 'late', 'GET', page, { reply: slow })
  steps.push('ended')
  t.strictSame(steps, ['left', 'ended'], 'the hook ends when the answer has left')
})

t.test('a session that was refused because of a device', async t => {
  const jar = Object.assign(new Jar(), { bytes: 0 })
  const refused = (reason: string | undefined) => ({
    jar,
    about: {
      sessions: {
        device: {
          refused: (of: unknown) => of === jar && reason !== undefined
            ? { reason, record: { device: reason === 'unbound_copy' ? {} : undefined } }
            : undefined,
          attributes: () => ({ path: '/', httpOnly: true })
        }
      }
    }
  })
  const login = '/auth/login?returnTo=%2Fpage%3Fa%3D1'
  const foreign = { ...page, 'sec-fetch-site': 'cross-site' }
  const cases: [reason: string | undefined, how: string, method: string, headers: object, expected: unknown][] = [
    ['not_bound', 'auto', 'GET', page, [401, '/auth/login']], ['not_bound', 'auto', 'POST', form, [401, '/auth/login']],
    ['not_bound', 'auto', 'GET', script, [401, json('/auth/login')]],
    ['not_bound', '401', 'GET', page, [401, json('/auth/login')]],
    ['not_bound', '/welcome', 'GET', page, [401, '/auth/login']],
    ['not_bound', 'auto', 'GET', foreign, [401, '/auth/login']],
    ['unbound_copy', 'auto', 'GET', page, [302, login]],
    ['unbound_copy', '401', 'GET', foreign, [401, json('/auth/login')]],
    ['unbound_copy', 'auto', 'GET', foreign, [401, '/page?a=1']],
    ['unbound_copy', 'auto', 'GET', foreign, [302, login]],
    [undefined, 'auto', 'GET', page, [302, login]]
  ]
  for (const [reason, how, method, headers, expected] of cases) {
    t.strictSame(await answer(t, how, method, headers, refused(reason)), expected,
      `${reason} ${how} ${method} ${JSON.stringify(headers)}`)
  }
  t.strictSame(await answer(t, 'auto', 'GET', page, { about: refused('not_bound').about }), [302, login], 'no cookies')
})

t.test('who is known but not allowed', async t => {
  const schema = { schema: { response: { 200: {} } } }
  const handled = { errorHandler: { name: 'own' } }
  const own = { config: { [kOwnErrors]: true } }
  const cases: [method: string, headers: object, options: object, server: object, expected: string][] = [
    ['GET', script, {}, {}, 'error'], ['GET', page, {}, {}, 'page'], ['POST', form, {}, {}, 'page'],
    ['POST', script, {}, {}, 'error'], ['GET', script, schema, {}, 'json'], ['GET', page, schema, {}, 'page'],
    ['GET', script, { schema: {} }, {}, 'error'], ['GET', page, {}, handled, 'error'], ['GET', page, own, {}, 'error'],
    ['GET', script, { ...schema, ...own }, {}, 'error'], ['GET', script, schema, handled, 'error'],
    ['GET', page, {}, { errorHandler: { name: 'bound handleStepUp' } }, 'page']
  ]
  const denied = /<h1>You do not have access<[^]*<p>No\.<\/p>[^]*href="\/auth\/logout"[^]*<code>req-1<\/code>/
  for (const [method, headers, options, server, expected] of cases) {
    const reply = new Reply()
    const { request } = requestOf(method, headers, { server })
    Object.assign(request.routeOptions, options)
    site.events.length = 0
    const forbidden = forbid(request, given(reply), 'insufficient_claims', 'No.')
    const what = expected === 'error' ? await errorOf(async () => await forbidden) : (await forbidden, reply.body)
    const body = String(what)
    if (expected === 'error') t.match(what, { name: 'ForbiddenError', code: 'insufficient_claims', message: 'No.' })
    else if (expected === 'page') t.match(body, denied)
    else t.match(JSON.parse(body), { statusCode: 403, code: 'insufficient_claims', message: 'No.', error: 'Forbidden' })
    t.equal(reply.sent, expected !== 'error')
    if (reply.sent) t.equal(reply.statusCode, 403)
    t.equal(reply.names['cache-control'], 'no-store')
    t.equal(requestState(request).deniedAs, 'insufficient_claims')
    t.match(site.events, [{
      type: 'denied', outcome: 'failure', reason: 'insufficient_claims', blame: 'user', requestId: 'req-1'
    }])
    t.notMatch(body, 'Try again', 'trying again does not help')
  }
})
