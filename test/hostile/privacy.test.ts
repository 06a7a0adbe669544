import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import t from 'tap'
import { MemorySessionStore } from '../../lib/stores/index.js'
import type { SessionEntry } from '../../types/index.js'
import { until } from '../until.js'
import { assertFailure, assertQuiet, failsClosed, inWorld, scenario, sessionCookiesSet, succeeds } from './app.js'
import { canaryUser, json, type AnswerDefect } from './idp.js'

scenario("LOG-03 the callback's URL in the request log", async (t, world) => {
  const browser = world.browser()
  const location = await world.start(browser)
  const path = world.back(location)
  await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
  const query = new URLSearchParams(path.slice(path.indexOf('?')))
  const log = world.logLines.join('')
  t.ok(log.includes('/auth/callback'), 'the request is logged')
  t.notOk(log.includes(query.get('code') ?? 'x'), 'without its code')
  t.notOk(log.includes(query.get('state') ?? 'x'), 'and without its state')
  t.notOk(log.includes('returnTo'), 'nor the query of the login')
})

scenario('LOG-03 nor in the log of a callback that fails', async (t, world) => {
  const browser = world.browser()
  const path = world.back(await world.start(browser))
  const code = new URLSearchParams(path.slice(path.indexOf('?'))).get('code') ?? ''
  for (
    const bad of [`${path}&state=again`, `${path}&id_token=x`, path.replace('state=', 'state=x'),
      `/auth/callback?code=${code}`, `/auth/callback/${code}`]
  ) {
    if (!bad.startsWith('/auth/callback/')) await browser.navigate(bad)
  }
  t.notOk(world.logLines.join('').includes(code))
})

scenario('LOG-03 nor in the log of a method that the callback does not have', async (t, world) => {
  const browser = world.browser()
  const path = world.back(await world.start(browser))
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const) {
    const response = await browser.send(method, path)
    t.equal(response.statusCode, 404, method)
    t.equal(response.body, '')
  }
  const requests = world.logs().map(({ req }) => (req as { url?: string } | undefined)?.url)
  t.equal(requests.filter(url => url === '/auth/callback').length, 6, 'each is logged')
  t.notOk(world.logLines.join('').includes(new URL(path, 'https://x').searchParams.get('code') ?? ''),
    'without its code')
})

const nasty = {
  name: 'line one\n{"level":60,"msg":"forged"}\n\u001b[31mred\u001b[0m',
  nickname: '\u2028\u2029\u0085\r',
  sub: 'auth0|plain'
}

scenario('LOG-04 claims and descriptions with line feeds, ANSI and JSON', async (t, world) => {
  await world.during({ idToken: { payload: correct => ({ ...correct, ...nasty }) } },
    () => world.login(world.browser()))
  const browser = world.browser()
  const location = await world.start(browser)
  const state = new URL(location).searchParams.get('state') ?? ''
  const description = '\n{"level":60,"msg":"forged"}\r\n\u001b[2J\u2028\u0000 end'
  await browser.navigate(
    `/auth/callback?${new URLSearchParams({
      error: 'access_denied\n{"level":60}',
      error_description: description,
      state
    })}`
  )
  await failsClosed(t, world, {
    answers: { token: () => json({ error: 'invalid_request', error_description: description }, 400) }
  }, { status: 502, code: 'invalid_request' }, { control: false })
  await failsClosed(t, world, {
    idToken: { payload: correct => ({ ...correct, aud: 'x\n{"level":60,"msg":"forged"}\u001b[31m' }) }
  }, { status: 502, code: 'token_validation_error' }, { control: false })
  for (const line of world.logLines) {
    const record = JSON.parse(line) as { level: number, msg?: string }
    if (record.level === 60 || record.msg === 'forged') t.fail('a forged record')
    if (/[\u001b\u0000\u2028\u2029]/.test(line)) t.fail('a control character in the log')
    if (record.msg !== undefined && /[\r\n\u001b]/.test(record.msg)) t.fail('a line feed in a message')
  }
})

scenario('LOG-05 one event each, with a stable name and no personal data', async (t, world) => {
  const channel: unknown[] = []
  const listen = (message: unknown) => {
    channel.push(message)
  }
  subscribe('fastify-auth0:event', listen)
  t.teardown(() => unsubscribe('fastify-auth0:event', listen))
  const during = async (work: () => Promise<unknown>) => {
    const before = world.events.length
    await work()
    return world.events.slice(before).map(({ type, outcome, reason }) => `${type} ${outcome} ${reason}`)
  }
  const browser = world.browser()
  t.strictSame(await during(() => world.login(browser)), ['login success login'])
  t.strictSame(
    await during(() =>
      world.during({ idToken: { payload: correct => ({ ...correct, nonce: 'x' }) } }, () =>
        world.login(world.browser()))
    ),
    ['login failure token_validation_error']
  )
  t.strictSame(await during(() => world.browser().call('/private')), ['denied failure login_required'])
  t.strictSame(await during(() => world.browser().navigate('/private')), ['denied failure login_required'])
  world.advance(86_400 - 20)
  await browser.call('/private')
  const refusing: AnswerDefect = () =>
    json({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }, 403)
  t.strictSame(await during(() => world.during({ answers: { token: refusing } }, () => browser.call('/token'))), [
    'refresh failure failed_to_refresh_token'
  ])
  const loggedIn = world.browser()
  await world.login(loggedIn)
  const sid = (await loggedIn.call('/private')).json().session.sid
  world.advance(1)
  const bcl = (token: string) =>
    world.app.inject({
      method: 'POST',
      url: '/auth/backchannel-logout',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ logout_token: token }).toString()
    })
  t.strictSame(await during(() => bcl(world.idp.logoutToken({ sid, sub: canaryUser.sub }))), [
    'backchannel_logout success backchannel_logout'
  ])
  t.strictSame(await during(() => bcl(world.idp.logoutToken({ sid, nonce: 'x' }))), [
    'backchannel_logout failure backchannel_logout_error'
  ])
  const leaving = world.browser()
  await world.login(leaving)
  t.strictSame(await during(() => leaving.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })), [
    'logout success logout'
  ])
  t.equal(channel.length, world.events.length, 'the same events on the channel')
  for (const event of world.events) {
    t.match(event.reason, /^[a-z0-9_.]{1,64}$/)
    if (event.user !== undefined) t.match(event.user, /^[0-9a-f]{16}$/, 'the user is a hash')
    t.strictSame(
      Object.keys(event).filter(name =>
        !['type', 'outcome', 'reason', 'blame', 'user', 'domain', 'requestId'].includes(name)
      ),
      [],
      'no other member'
    )
  }
  t.strictSame(world.leaks(JSON.stringify(world.events)), [])
})

scenario('LOG-06 the error page', async (t, world) => {
  const browser = world.browser()
  const path = world.back(await world.start(browser))
  const response = await world.during({
    idToken: { payload: correct => ({ ...correct, aud: 'audience-canary-in-error' }) }
  }, () => browser.navigate(path, { 'sec-fetch-site': 'cross-site' }))
  assertFailure(t, world, response, { status: 502, code: 'token_validation_error' }, 'text/html')
  t.notMatch(response.body, /audience-canary-in-error/, 'generic text')
  t.match(response.body, /req-\w+/, 'with the id of the request')
  t.notMatch(response.body, /TokenValidationError|\.ts|\.js:|node_modules/)
  t.ok(world.logLines.some(line => line.includes('token_validation_error') && line.includes('"reqId"')),
    'under which the log has the detail')
  t.match(response.headers['content-security-policy'], /default-src 'none'/)
  t.notMatch(response.body, /https?:\/\//, 'nothing from elsewhere is loaded')
})

scenario("LOG-06 unexpected errors of the application's own hooks are not shown", async (t, world) => {
  const response = await world.login(world.browser())
  t.equal(response.statusCode, 500)
  t.notMatch(response.body, /hook-canary|\.ts/)
  t.strictSame(sessionCookiesSet(response), [])
}, {
  plugin: {
    beforeSessionSaved: () => {
      throw new Error('hook-canary: something private')
    }
  }
})

t.test('LOG-07 hooks that reject', async t => {
  const rejections: unknown[] = []
  const listen = (reason: unknown) => {
    rejections.push(reason)
  }
  process.on('unhandledRejection', listen)
  t.teardown(() => {
    process.off('unhandledRejection', listen)
  })
  const broken = {
    onEvent: async () => {
      throw new Error('onEvent rejects')
    },
    onCallbackError: async () => {
      throw new Error('onCallbackError rejects')
    },
    beforeSessionSaved: async () => {
      throw new Error('beforeSessionSaved rejects')
    },
    authorizationParams: async () => {
      throw new Error('authorizationParams rejects')
    },
    onUnauthenticated: async () => {
      throw new Error('onUnauthenticated rejects')
    },
    organization: async () => {
      throw new Error('organization rejects')
    },
    allowOrganization: async () => {
      throw new Error('allowOrganization rejects')
    },
    customFetch: async () => {
      throw new TypeError('customFetch rejects')
    }
  }
  for (const [name, hook] of Object.entries(broken)) {
    await t.test(name, t =>
      inWorld(t, { plugin: { [name]: hook } }, async world => {
        const browser = world.browser()
        for (const path of ['/private', '/auth/login?organization=x', '/auth/login']) {
          const response = await browser.navigate(path)
          t.notMatch(response.body, /rejects\b.*\bat /s, 'no stack')
        }
        const start = await browser.navigate('/auth/login')
        if (start.headers.location?.startsWith(world.idp.issuer)) {
          await browser.navigate(world.back(start.headers.location))
          const again = await browser.navigate('/auth/login')
          if (again.headers.location !== undefined) {
            await world.during({ idToken: { sign: () => new Uint8Array(3) } }, () =>
              browser.navigate(world.back(String(again.headers.location))))
          }
        }
        t.equal((await browser.call('/')).statusCode, 200, 'the process lives')
      }))
  }
  const synchronous = {
    onEvent: () => {
      throw new Error('onEvent throws')
    }
  }
  await t.test('onEvent throws', t =>
    inWorld(t, { plugin: synchronous }, async world => {
      t.ok(sessionCookiesSet(await world.login(world.browser())).length > 0, 'the login completes all the same')
    }))
  await new Promise(resolve => setTimeout(resolve, 20))
  t.strictSame(rejections, [], 'no unhandled rejection')
})

scenario('LOG-07 a browser that goes away in the middle', async (t, world) => {
  await world.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = world.app.server.address() as { port: number }
  const { connect } = await import('node:net')
  const browser = world.browser()
  const path = world.back(await world.start(browser))
  let answer = (): void => {}
  const held = new Promise<void>(resolve => {
    answer = resolve
  })
  await world.during({
    answers: {
      token: async correct => {
        await held
        return correct
      }
    }
  }, async () => {
    const [calls, events] = [world.idp.count('token'), world.events.length]
    const served = once(world.app.server, 'request') as Promise<[IncomingMessage, ServerResponse]>
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nHost: app.example.test\r\nCookie: ${browser.cookieHeader('/')}\r\n\r\n`)
    const [, response] = await served
    await until(() => world.idp.count('token') > calls)
    const left = once(response, 'close')
    socket.destroy()
    await left
    answer()
    await until(() => world.events.length > events)
  })
  t.equal((await world.browser().call('/')).statusCode, 200)
})

const polluted = () => ({} as { polluted?: unknown, x?: unknown }).polluted ?? ({} as { x?: unknown }).x

scenario('PP-01 an appState with __proto__ and constructor.prototype', async (t, world) => {
  const browser = world.browser()
  for (
    const [at, state] of ['{"__proto__":{"polluted":1},"kept":1}',
      '{"constructor":{"prototype":{"polluted":1}},"kept":1}', '{"a":{"__proto__":{"polluted":1}},"kept":1}'].entries()
  ) {
    const start = await browser.navigate(`/state-login?state=${encodeURIComponent(state)}`)
    const { params } = world.idp.authorize(String(start.headers.location))
    const response = await browser.navigate(`/state-callback?${params}`)
    t.equal(response.statusCode, 200, `${at}: ${response.body}`)
    t.equal(response.json().appState.kept, 1)
    t.equal(polluted(), undefined, 'Object.prototype is unchanged')
    t.equal(response.json().inherited, 'undefined')
  }
}, {
  // The route is the application's own, and so is its log line.
  fastify: { disableRequestLogging: true },
  routes: app => {
    app.get<{ Querystring: { state: string } }>('/state-login', async (request, reply) => {
      const url = await request.auth0.startInteractiveLogin({
        appState: JSON.parse(request.query.state) as unknown,
        authorizationParams: { redirect_uri: 'https://app.example.test/state-callback' }
      })
      return reply.redirect(url.href)
    })
    app.get('/state-callback', async request => {
      const { appState } = await request.auth0.completeInteractiveLogin<{ kept: number, polluted?: unknown }>()
      const copy = Object.assign({}, appState)
      return { appState, inherited: String((copy as { polluted?: unknown }).polluted) }
    })
  }
})

scenario('PP-02 prototype keys in the query of login and callback', async (t, world) => {
  const query =
    '__proto__[x]=1&constructor[prototype][x]=1&__proto__.x=1&__proto__=1&constructor=1&toString=1&hasOwnProperty=1'
  const browser = world.browser()
  const location = await world.start(browser, `/auth/login?${query}`)
  const plain = new URL(await world.start(world.browser(), '/auth/login')).searchParams
  t.strictSame([...new URL(location).searchParams.keys()].sort(), [...plain.keys()].sort(), 'ignored')
  const response = await browser.navigate(`${world.back(location)}&${query}`, { 'sec-fetch-site': 'cross-site' })
  t.ok(sessionCookiesSet(response).length > 0, 'the login completes')
  t.equal(polluted(), undefined)
  await browser.navigate(`/auth/logout?${query}`, { 'sec-fetch-site': 'same-origin' })
  t.equal(polluted(), undefined)
})

t.test('PP-04 the store holds __proto__', async t => {
  const inner = new MemorySessionStore({ now: () => 1_795_000_000 })
  let poison: ((value: string) => string) | undefined
  const store = Object.create(inner, {
    get: {
      value: async (key: string) => {
        const entry = await inner.get(key) as SessionEntry | undefined
        return entry && poison ? { ...entry, value: poison(entry.value) } : entry
      }
    }
  }) as MemorySessionStore
  for (const name of ['create', 'update', 'touch', 'delete', 'deleteWhere', 'list'] as const) {
    ;(store as unknown as Record<string, unknown>)[name] = (inner[name] as (...args: never[]) => unknown).bind(inner)
  }
  ;(store as unknown as Record<string, unknown>).lock = undefined
  await inWorld(t, { plugin: { sessionStore: store, sessionConfiguration: { encryptAtRest: false } } }, async world => {
    const { browser } = await succeeds(t, world)
    poison = value =>
      value.replaceAll('"sub":',
        '"__proto__":{"polluted":1,"admin":true},"constructor":{"prototype":{"polluted":1}},"sub":')
    const response = await browser.call('/private')
    t.equal(polluted(), undefined)
    if (response.statusCode === 200) t.equal(Object.assign({}, response.json().session.user).admin, undefined)
    else t.equal(response.statusCode, 401)
    for (const garbage of ['', 'null', '[]', '{', '{"record":null}', '{"__proto__":{"record":1}}', '\u0000']) {
      poison = () => garbage
      t.equal((await browser.copy().call('/private')).statusCode, 401, JSON.stringify(garbage))
    }
  })
})

scenario('PP-05 token sets for audiences named like prototype members', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const marks = new Map<string, string>()
  for (const audience of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'https://api.test/']) {
    const response = await browser.call(`/token?audience=${encodeURIComponent(audience)}`)
    t.equal(response.statusCode, 200, `${audience}: ${response.body}`)
    t.equal(response.json().audience, audience)
    marks.set(audience, response.json().mark)
  }
  t.equal(new Set(marks.values()).size, 5, 'kept apart')
  const calls = world.idp.count('token')
  for (const [audience, mark] of marks) {
    t.equal((await browser.call(`/token?audience=${encodeURIComponent(audience)}`)).json().mark, mark, audience)
  }
  t.equal(world.idp.count('token'), calls, 'and kept')
  t.equal(polluted(), undefined)
})

scenario('the log canary finds what it is meant to find (its own control)', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const secret = [...world.idp.secrets].find(value => value.startsWith('refresh-')) ?? ''
  t.not(secret, '')
  t.ok(world.leaks(`a line with ${secret} in it`).length > 0)
  t.ok(world.leaks(`a page with ${canaryUser.email} in it`).length > 0)
  t.ok(world.leaks(`a header with ${browser.cookies[0]?.value} in it`).length > 0)
  t.strictSame(world.leaks('nothing'), [])
  assertQuiet(t, world)
})
