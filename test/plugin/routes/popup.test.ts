import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import fastifyHelmet from '@fastify/helmet'
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { Site, site } from '../../flows/site.js'

const ORIGIN = 'https://app.example.test'
const ENTITIES: Record<string, string> = { '&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' }
const navigates = { 'sec-fetch-mode': 'navigate', accept: 'text/html' }

/** What a popup's last page does in a browser. */
interface Done {
  posted: [message: Record<string, unknown>, origin: string][]
  broadcast: [channel: string, message: Record<string, unknown>][]
  closed: number
  /** Where it goes when it cannot be closed. */
  goes: string | undefined
}

/** Runs the page's script, if the page's own content security policy lets it. */
function run (t: Test, { body, headers }: LightMyRequestResponse,
  { opener = true, channels = true, closable = true } = {}): Done {
  const [, script = ''] = /<script>([^]*?)<\/script>/.exec(body) ?? []
  const hash = createHash('sha256').update(script).digest('base64')
  t.match(headers['content-security-policy'], `script-src 'sha256-${hash}';`)
  t.match(headers['content-security-policy'], /^default-src 'none';.*base-uri 'none'; frame-ancestors 'none'$/)
  const [, attributes = ''] = /<body([^>]*)>/.exec(body) ?? []
  const dataset = Object.fromEntries([...attributes.matchAll(/ data-(\w+)="([^"]*)"/g)].map(([, name, value]) =>
    [name!, value!.replace(/&(?:#39|quot|lt|gt|amp);/g, entity => ENTITIES[entity]!)]))
  const done: Done = { posted: [], broadcast: [], closed: 0, goes: undefined }
  class BroadcastChannel {
    readonly name: string
    constructor (name: string) {
      this.name = name
    }

    postMessage (message: Record<string, unknown>): void {
      done.broadcast.push([this.name, message])
    }
  }
  const window = {
    opener: opener
      ? { postMessage: (message: Record<string, unknown>, origin: string) => done.posted.push([message, origin]) }
      : null,
    ...(channels && { BroadcastChannel }),
    close: () => { done.closed++ }
  }
  const later: (() => void)[] = []
  runInNewContext(script, {
    document: { body: { dataset } },
    window,
    BroadcastChannel,
    location: { replace: (to: string) => { done.goes = to } },
    setTimeout: (work: () => void) => later.push(work)
  })
  later.shift()!()
  if (!closable) later.shift()?.()
  return JSON.parse(JSON.stringify(done)) as Done
}

const popup = '/auth/login?display=popup&returnTo=%2Forders'

const success = { source: 'fastify-auth0', type: 'login', outcome: 'success' }

t.test('a login in a popup tells its own origin, and closes; what is no popup goes to the page', async t => {
  for (const mode of ['query', 'form_post'] as const) {
    const s = await site(t, { authorizationParams: { response_mode: mode } }, {
      '/me': async request => (await request.getSession())?.user.sub ?? 'nobody'
    })
    const ada = s.browser()
    const asked = await s.start(ada, popup)
    t.equal(new URL(asked).searchParams.get('display'), 'popup', 'the tenant knows, too')
    const back = s.tenant.callback(asked)
    const last = mode === 'query'
      ? await ada.navigate(back)
      : await ada.submit('/auth/callback', new URL(back, ORIGIN).searchParams, { 'sec-fetch-site': 'cross-site' })
    t.equal(last.statusCode, 200)
    t.match(last.headers, {
      'cache-control': /no-store/,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'unsafe-none'
    })
    t.notMatch(last.body, /auth0\|ada|code-1|opaque|refresh/, 'it says nothing of the user')
    t.match(last.body, '<a class="first" href="/orders">Continue</a>', 'a way on without scripts')
    t.strictSame(run(t, last), {
      posted: [[success, ORIGIN]], broadcast: [['fastify-auth0', success]], closed: 1
    })
    t.match(run(t, last, { opener: false }), { posted: [], broadcast: [['fastify-auth0', success]], closed: 1 })
    t.match(run(t, last, { channels: false, closable: false }), { posted: [[success, ORIGIN]], goes: '/orders' })
    t.equal((await ada.call('/me')).body, 'auth0|ada')
  }
})

t.test('a popup whose login is not known any more ends as one all the same', async t => {
  const s = await site(t)
  const ada = s.browser()
  const parked = s.tenant.callback(await s.start(ada, popup))
  ada.cookies = []
  const again = String((await ada.navigate(parked)).headers.location)
  t.equal(again, '/auth/login?display=popup&restarted=1')
  const login = await s.start(ada, again)
  t.match(run(t, await ada.navigate(s.tenant.callback(login))).posted, [[success, ORIGIN]], 'after the second login')
  for (const back of [parked, s.tenant.callback(login)]) {
    t.strictSame(run(t, await ada.navigate(back)), {
      posted: [[success, ORIGIN]], broadcast: [['fastify-auth0', success]], closed: 1
    }, 'where the user is logged in')
  }
  ada.cookies = []
  const lost = s.tenant.callback(await s.start(ada, again))
  ada.cookies = []
  const failed = await ada.navigate(lost)
  t.match(run(t, failed).posted, [[{ outcome: 'failure', code: 'missing_transaction_error' }, ORIGIN]])
  t.match(failed.body, 'href="/auth/login?returnTo=%2F&amp;display=popup">Try again')
})

t.test('where a popup that is none goes stays in the application', async t => {
  const s = await site(t)
  for (
    const [returnTo, place] of [['https://evil.example/', '/'], ['//evil.example', '/'], ['/a"><script>', /^\/a%22/]]
  ) {
    const browser = s.browser()
    const asked = await s.start(browser, `/auth/login?display=popup&returnTo=${encodeURIComponent(String(returnTo))}`)
    const last = await browser.navigate(s.tenant.callback(asked))
    t.match(run(t, last, { closable: false }).goes, place, String(returnTo))
    t.equal(last.body.split('<script').length, 2)
  }
  for (const query of ['display=page', 'display=POPUP', 'display=popup&display=popup', 'display=touch', '']) {
    t.equal((await s.login(s.browser(), `/auth/login?${query}`)).statusCode, 302, query)
  }
})

t.test('a popup tells that its login did not work', async t => {
  const s = await site(t)
  const failed = (code: string, message: unknown) =>
    ({ source: 'fastify-auth0', type: 'login', outcome: 'failure', code, message })
  const ada = s.browser()
  const denied = await ada.navigate(s.tenant.callback(await s.start(ada, popup),
    { error: 'access_denied', error_description: '"><script>alert(1)</script> & \'no\'' }))
  t.equal(denied.statusCode, 403)
  const told = run(t, denied, { closable: false })
  const message = failed('access_denied', '"><script>alert(1)</script> & \'no\'')
  t.strictSame(told, { posted: [[message, ORIGIN]], broadcast: [['fastify-auth0', message]], closed: 1 },
    'told and closed; what is no popup stays and shows the reason')
  t.match(denied.body, 'href="/auth/login?returnTo=%2Forders&amp;display=popup">Try again', 'in the popup again')
  t.equal(denied.body.split('<script').length, 2)
  s.tenant.claims = { aud: 'another' }
  const untrusted = await ada.navigate(s.tenant.callback(await s.start(ada, popup)))
  t.match(run(t, untrusted).posted, [[failed('token_validation_error', /cannot be trusted/), ORIGIN]])

  const silent = await ada.navigate(s.tenant.callback(await s.start(ada, `${popup}&prompt=none`),
    { error: 'login_required' }))
  t.match(run(t, silent).posted, [[failed('login_required', String), ORIGIN]], 'also a silent one')

  const early = await ada.navigate('/auth/login?display=popup&invitation=x')
  t.equal(early.statusCode, 400)
  t.match(run(t, early).posted, [[failed('missing_required_argument_error', String), ORIGIN]], 'before the tenant')
  t.match(early.body, 'href="/auth/login?display=popup&amp;invitation=x">Try again')
  t.match((await ada.call('/auth/login?display=popup&invitation=x')).json(), { statusCode: 400 }, 'a script gets JSON')
  t.notMatch((await ada.navigate('/auth/login?invitation=x')).body, '<script')

  const several = await site(t, { appBaseUrl: ['https://one.example.test', 'https://two.example.test'] }, {},
    { trustProxy: true })
  const foreign = await several.app.inject({
    url: '/auth/login?display=popup', headers: { ...navigates, host: 'evil.example' }
  })
  t.equal(foreign.statusCode, 400)
  t.notMatch(foreign.body, '<script', 'a host that is not allowed is told nothing')
  const two = await several.app.inject({
    url: '/auth/login?display=popup&invitation=x',
    headers: { ...navigates, host: 'two.example.test', 'x-forwarded-proto': 'https' }
  })
  t.match(run(t, two).posted, [[{ outcome: 'failure' }, 'https://two.example.test']])
})

t.test('the application\'s own answer to a failure comes before the popup\'s', async t => {
  const s = await site(t, { onError: async (_error, _request, reply) => reply.code(418).send('own page') })
  const ada = s.browser()
  t.match(await ada.navigate(s.tenant.callback(await s.start(ada, popup), { error: 'access_denied' })),
    { statusCode: 418, body: 'own page' })
  t.match(await ada.navigate('/auth/login?display=popup&invitation=x'), { statusCode: 418, body: 'own page' })
})

t.test('beside @fastify/helmet, and below a path', async t => {
  const s = new Site({ appBaseUrl: `${ORIGIN}/shop` })
  s.app.register(fastifyHelmet)
  s.app.get('/', async () => 'home')
  await s.app.ready()
  t.teardown(async () => {
    await s.app.close()
  })
  const ada = s.browser()
  t.match((await ada.navigate('/')).headers, { 'cross-origin-opener-policy': 'same-origin' })
  const last = await ada.navigate(s.tenant.callback(await s.start(ada, popup)).replace('/shop', ''))
  t.match(last.headers, { 'cross-origin-opener-policy': 'unsafe-none' })
  t.match(run(t, last, { closable: false }), { posted: [[success, ORIGIN]], goes: '/shop/orders' })
})
