import t from 'tap'
import {
  ApiError, Auth0Error, OrganizationTokenValidationError, RateLimitError, SessionNotKeptError,
  SessionStoreError, TokenValidationError
} from '../../../lib/errors.js'
import { answerFailure, publicError, sayWhenToComeBack } from '../../../lib/plugin/routes/answer-error.js'

t.test('what an error says to the outside', async t => {
  const upstream = 'The identity provider could not be reached or could not help. Please try again.'
  const broken = 'Something went wrong in this application.'
  const own = (statusCode: number) => new Auth0Error('own words', { code: 'c', statusCode })
  const api = (statusCode: number, status: number) => new ApiError({
    code: 'c',
    message: 'own words',
    statusCode,
    status
  })
  const thrown = (statusCode: number, code?: string) => Object.assign(new Error('internal'), { statusCode, code })
  for (const [error, statusCode, code, message] of [
    [new OrganizationTokenValidationError('org_id', 'x'), 403, 'organization_token_validation_error',
      'The login was for another organization than the one that was asked for.'],
    [new TokenValidationError('expired', 'x'), 502, 'token_validation_error',
      'The identity provider answered with a token that cannot be trusted.'],
    [new SessionStoreError('x'), 503, 'session_store_error',
      'The sessions of this application cannot be reached at the moment. Please try again.'],
    [own(499), 499, 'c', 'own words'], [own(500), 500, 'c', broken], [own(502), 502, 'c', upstream],
    [own(503), 503, 'c', upstream], [own(504), 504, 'c',
      'The identity provider did not answer in time. Please try again.'],
    [api(502, 0), 502, 'c', 'own words'], [api(502, 500), 502, 'c', upstream], [api(403, 403), 403, 'c', 'own words'],
    [new Error('internal'), 500, 'internal_error', broken], [undefined, 500, 'internal_error', broken],
    [thrown(399), 500, 'internal_error', broken], [thrown(400, 'FST_X'), 400, 'fst_x', 'Bad Request'],
    [thrown(404), 404, 'bad_request', 'Not Found'], [thrown(499), 499, 'bad_request', 'The request cannot be used.'],
    [thrown(500), 500, 'internal_error', broken], [thrown(600), 500, 'internal_error', broken],
    [thrown(503), 503, 'service_unavailable', 'The application cannot answer at the moment. Please try again.'],
    [thrown(501), 501, 'not_implemented', 'The application cannot answer at the moment. Please try again.'],
    [thrown(599), 599, 'unexpected_response', 'The application cannot answer at the moment. Please try again.']
  ] as const) t.strictSame(publicError(error), { statusCode, code, message }, `${statusCode} ${code}`)
  const wait = (error: unknown) => {
    let said: unknown
    sayWhenToComeBack(error, { header: (...all: unknown[]) => { said = all } } as never)
    return said
  }
  const limited = (retryAfter: number | undefined) =>
    new RateLimitError({ code: 'c', message: 'm', resetAt: -1, retryAfter } as never)
  t.strictSame(wait(limited(undefined)), ['retry-after', '5'])
  t.strictSame(wait(limited(1.2)), ['retry-after', '2'])
  t.equal(wait(new SessionStoreError('x')) === undefined, new SessionStoreError('x').retryAfter === undefined)
  t.equal(wait(new Error('x')), undefined)
})

t.test('how a failure is answered, and which ones the log tells', async t => {
  const routes = { login: '/login', logout: '/logout' }
  const appBases = [{ origin: 'https://a.test', basePath: '', secure: true }]
  const ask = async (error: unknown, headers: object, how: object = {}, config: object = {}) => {
    const told: unknown[] = []
    const answer: Record<string, unknown> = {}
    const reply = {
      sent: false,
      statusCode: 200,
      raw: {},
      header (name: string, value: unknown) { answer[name] = value; return reply },
      headers (all: object) {
        for (const name of Object.keys(all)) reply.header(name, all[name as never])
        return reply
      },
      code (status: number) { reply.statusCode = status; return reply },
      type (type: string) { return reply.header('type', type.split(';')[0]) },
      serializer () { return reply },
      send (body: unknown) { answer.body = body; reply.sent = true; return reply }
    }
    const request = {
      method: 'GET',
      headers,
      id: 'req-1',
      protocol: 'https',
      host: 'a.test',
      log: { error: (...all: unknown[]) => told.push(all) }
    }
    const context = { config: { routes, appBases, prefix: '', ...config } }
    await answerFailure(context as never, error, request as never, reply as never, how)
    return { status: reply.statusCode, told, ...answer } as Record<string, unknown>
  }
  const script = { accept: 'application/json' }
  const page = { accept: 'text/html' }
  const own = (statusCode: number) => new Auth0Error('own words', { code: 'c', statusCode })
  const limited = new RateLimitError({ code: 'c', message: 'm', resetAt: -1, retryAfter: 7 } as never)
  const thrown = (statusCode: number) =>
    Object.assign(new Error('internal'), { statusCode, headers: { 'x-limit': '1' } })
  for (const [error, status, lines, limit] of [
    [own(499), 499, 0, undefined], [own(500), 500, 0, undefined], [thrown(499), 499, 0, '1'],
    [thrown(500), 500, 1, '1'], [thrown(503), 503, 1, '1'], [null, 500, 1, undefined]
  ] as const) {
    const told = Array.from({ length: lines }, () => [{ err: error }, 'auth0: unexpected error'])
    const data = await ask(error, script)
    t.match(data, { status, type: 'application/json', body: { statusCode: status } })
    t.strictSame([data.told, data['x-limit']], [told, limit], String(status))
    const html = await ask(error, page)
    t.match(html, { status, type: 'text/html', body: /<code>req-1<\/code>/ })
    t.match(html.body, 'href="/login"')
    t.strictSame([html.told, html['x-limit']], [told, limit])
  }
  t.match(await ask(own(500), { ...page, 'sec-fetch-mode': 'cors' }), { type: 'text/html' }, 'who asks for a page')
  t.match(await ask(own(500), { 'sec-fetch-mode': 'navigate' }), { type: 'text/html' })
  t.match((await ask(own(500), page, { retry: '/again' })).body, 'href="/again"')
  t.notMatch((await ask(own(500), page)).body, '<script')
  const lost = new SessionNotKeptError('unknown', '/lost')
  t.match((await ask(lost, page, { retry: '/again' })).body, 'href="/lost"')
  t.match((await ask(own(500), page, { popup: true })).body, /data-outcome="failure"[^]*<script/)
  t.match(await ask(thrown(599), script), { status: 599, body: { error: 'Error' } })
  t.match(await ask(own(503), script), { body: { error: 'Service Unavailable' } })
  t.match(await ask(limited, script), { 'retry-after': '7' })
  const others = ['https://b.test', 'https://c.test'].map(origin => ({ ...appBases[0], origin }))
  t.notMatch((await ask(own(500), page, { popup: true }, { appBases: others })).body, '<script', 'a foreign host')
  const seen: unknown[] = []
  const onError = (error: unknown) => {
    seen.push(error)
    return 'hooked'
  }
  t.match(await ask(own(499), script, {}, { onError }), { status: 499, body: 'hooked' })
  t.match(await ask(own(499), script, { status: 400, hook: onError }), { status: 400, body: 'hooked' })
  t.match(await ask('text', script, {}, { onError }), { status: 500, body: 'hooked' })
  t.match(seen, [{ code: 'c' }, { code: 'c' }, { message: 'The request failed.' }])
  const sends = (_error: unknown, _request: unknown, reply: { send (body: string): unknown }) => { reply.send('sent') }
  t.match(await ask(own(499), script, { hook: sends }), { status: 200, body: 'sent' })
  const brews = (_error: unknown, _request: unknown, reply: { code (status: number): unknown }) => {
    reply.code(418)
    return 'tea'
  }
  t.match(await ask(own(499), script, { hook: brews }), { status: 418, body: 'tea' })
  t.match(await ask(own(499), script, { hook: () => undefined }), { status: 499, body: { code: 'c' } })
  t.match(await ask(own(499), script, { hook: () => { throw thrown(418) } }), { status: 418 }, "the hook's own error")
})
