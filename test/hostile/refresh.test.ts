import { MemorySessionStore } from '../../lib/stores/index.js'
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import {
  Findings, inWorld, isSessionCookie, scenario, sessionCookiesSet, succeeds, type World, type WorldOptions
} from './app.js'
import type { Visitor } from '../fixtures/visitor.js'
import { until } from '../until.js'
import { changed, json, type AnswerDefect, type Defects } from './idp.js'

const shortLived: AnswerDefect = correct => changed(correct, { expires_in: 60 })

/** A browser whose access token has just expired. */
async function expired (t: Test, world: World): Promise<Visitor> {
  const { browser } = await succeeds(t, world, { answers: { token: shortLived } })
  world.advance(61)
  return browser
}

scenario('RF-01 a rotated refresh token is kept and used', async (t, world) => {
  const browser = await expired(t, world)
  const marks = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const calls = world.idp.count('token')
    const response = await world.during({ answers: { token: shortLived } }, () => browser.call('/token'))
    t.equal(response.statusCode, 200, response.body)
    t.equal(world.idp.count('token'), calls + 1)
    marks.add(response.json().mark)
    world.advance(61)
  }
  t.equal(marks.size, 3, 'each with the newest refresh token')
})

t.test('RF-01 in a store it is saved before it is used', async t => {
  const store = new MemorySessionStore({ now: () => 1_795_000_061 })
  const order: string[] = []
  const update = store.update.bind(store)
  store.update = async (...args) => {
    order.push('saved')
    return await update(...args)
  }
  await inWorld(t, {
    plugin: { sessionStore: store },
    routes: app => {
      app.get('/use', { preHandler: app.auth0.requireSession }, async request => {
        await request.auth0.getAccessToken()
        order.push('used')
        return {}
      })
    }
  }, async world => {
    const browser = await expired(t, world)
    order.length = 0
    t.equal((await browser.call('/use')).statusCode, 200)
    t.strictSame(order, ['saved', 'used'])
  })
})

scenario('RF-02 20 requests at once', async (t, world) => {
  const browser = await expired(t, world)
  const calls = world.idp.count('token')
  const slow: AnswerDefect = async correct => {
    await new Promise(resolve => setTimeout(resolve, 20))
    return correct
  }
  const answers = await world.during({ answers: { token: slow } },
    () => Promise.all(Array.from({ length: 20 }, () => browser.copy().call('/token'))))
  t.equal(world.idp.count('token'), calls + 1, 'one refresh')
  t.strictSame([...new Set(answers.map(response => response.statusCode))], [200])
  t.equal(new Set(answers.map(response => response.json().mark)).size, 1, '20 equal answers')
})

scenario("RF-02 many users at once never get each other's tokens", async (t, world) => {
  const users = 12
  const browsers: { browser: Visitor, sub: string }[] = []
  for (let i = 0; i < users; i++) {
    const sub = `auth0|user-${i}`
    const browser = world.browser()
    world.idp.user = { sub }
    await world.during({ answers: { token: shortLived } }, () => world.login(browser))
    browsers.push({ browser, sub })
  }
  world.advance(61)
  const answers = await Promise.all(
    browsers.flatMap(({ browser, sub }) =>
      Array.from({ length: 5 }, async () => ({ sub, body: (await browser.copy().call('/who-token')).json() }))
    )
  )
  const marks = new Map<string, Set<string>>()
  for (const { sub, body } of answers) {
    if (body.sub !== sub) t.fail(`${sub} got ${body.sub}`)
    marks.set(sub, (marks.get(sub) ?? new Set()).add(body.mark))
  }
  const all = [...marks.values()].flatMap(set => [...set])
  t.equal(new Set(all).size, users, 'one token for each user')
}, {
  routes: app => {
    app.get('/who-token', { preHandler: app.auth0.requireSession }, async request => {
      const { accessToken } = await request.auth0.getAccessToken()
      const { createHash } = await import('node:crypto')
      return {
        sub: (await request.auth0.getUser())?.sub,
        mark: createHash('sha256').update(accessToken).digest('hex').slice(0, 12)
      }
    })
  }
})

scenario('RF-04 two processes refresh one stateless session at once', async (t, world) => {
  const browser = await expired(t, world)
  await inWorld(t, { plugin: { customFetch: world.idp.fetch } }, async other => {
    other.advance(61)
    const tab = browser.copy()
    const cookie = browser.cookieHeader('/')
    const ask = (of: World) =>
      of.app.inject({ url: '/token', headers: { host: 'app.example.test', accept: 'application/json', cookie } })
    const [a, b] = await Promise.all([ask(world), ask(other)])
    const [winner, loser] = a.statusCode === 200 ? [a, b] : [b, a]
    t.equal(winner.statusCode, 200, winner.body)
    t.equal(loser.statusCode, 401, 'the loser gets a clear error')
    t.equal(loser.json().code, 'failed_to_refresh_token')
    browser.keep(loser)
    browser.keep(winner)
    t.equal((await browser.call('/private')).statusCode, 200, 'nobody is logged out')
    t.equal((await browser.call('/token')).statusCode, 200, 'and the winner goes on')
    tab.keep(winner)
    tab.keep(loser)
    t.equal((await tab.call('/private')).statusCode, 200)
  })
})

/** The refresh fails with this code: one event, no secret, nothing kept of what came. */
async function refusesRefresh (t: Test, world: World, browser: Visitor, defects: Defects,
  code: string): Promise<LightMyRequestResponse> {
  const before = { events: world.events.length, runs: world.runs }
  const answer = await world.during(defects, () => browser.call('/token'))
  const findings = new Findings()
  findings.same(answer.statusCode, 401, 'status')
  findings.same(answer.json().code, code, 'code')
  findings.same(world.events.slice(before.events).map(({ type, outcome, reason }) => ({ type, outcome, reason })), [{
    type: 'refresh',
    outcome: 'failure',
    reason: code
  }], 'exactly one event, with the code')
  findings.same(world.leaks(answer.body), [], 'secrets in the answer')
  findings.same(sessionCookiesSet(answer).filter(name => !/_[st](\.\d+)?$/.test(name)), [], 'claims cookies set')
  t.strictSame(findings.problems, [], `refused with ${code}`)
  return answer
}

/** A refresh whose ID token has another claim. */
function refreshes (claims: Record<string, unknown>) {
  return { idToken: { payload: (correct: Record<string, unknown>) => ({ ...correct, ...claims }) } }
}

for (const mode of ['cookies', 'a store']) {
  t.test(`RF-06 the new ID token is of another user, with ${mode}`, async t => {
    const store = new MemorySessionStore({ now: () => 1_795_000_061 })
    await inWorld(t, mode === 'cookies' ? {} : { plugin: { sessionStore: store } }, async world => {
      const control = await expired(t, world)
      t.equal((await control.call('/token')).statusCode, 200, 'control')
      const browser = await expired(t, world)
      const copy = browser.copy()
      await refusesRefresh(t, world, browser, refreshes({ sub: 'auth0|somebody-else' }), 'failed_to_refresh_token')
      t.strictSame(browser.names().filter(isSessionCookie), [], "the session's cookies are cleared")
      t.equal((await browser.call('/private')).statusCode, 401, 'the session is destroyed')
      t.equal((await copy.call('/private')).statusCode, 401, 'for a copy of its cookies, too')
    })
  })
}

for (
  const [variant, claims, code] of [
    ['iss of another tenant', { iss: 'https://other.auth0.test/' }, 'issuer_validation_error'],
    ['aud of another client', { aud: 'other' }, 'token_validation_error'],
    ['an expired token', { iat: 1_794_990_000, exp: 1_794_990_060 }, 'token_validation_error'],
    ['a wrong at_hash', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'token_validation_error']
  ] as const
) {
  scenario(`RF-07 the new ID token has ${variant}`, async (t, world) => {
    const control = await expired(t, world)
    t.equal((await control.call('/token')).statusCode, 200, 'control')
    const browser = await expired(t, world)
    const before = (await browser.call('/private')).json().session
    await refusesRefresh(t, world, browser, refreshes(claims), code)
    const after = await browser.call('/private')
    t.equal(after.statusCode, 200)
    t.strictSame(after.json().session.user, before.user, 'the user stays as it was')
    await sendsNoMore(t, world, browser)
  })
}

/** A refresh token that was spent for an answer which cannot be trusted is never sent again. */
async function sendsNoMore (t: Test, world: World, browser: Visitor): Promise<void> {
  const sent = world.idp.count('token')
  const next = await browser.call('/token')
  t.match(next.json(), { code: 'missing_refresh_token' })
  t.equal(world.idp.count('token'), sent, 'the spent refresh token is not sent again')
}

scenario('RF-09 the new ID token has another nonce', async (t, world) => {
  const { browser } = await succeeds(t, world, { answers: { token: shortLived } })
  world.advance(61)
  await refusesRefresh(t, world, browser, refreshes({ nonce: 'another-nonce' }), 'failed_to_refresh_token')
  t.equal((await browser.call('/private')).statusCode, 200, 'the session of the login stays')
  await sendsNoMore(t, world, browser)
  const nonces: string[] = []
  const { browser: same } = await succeeds(t, world, {
    answers: { token: shortLived },
    idToken: {
      payload: correct => {
        nonces.push(String(correct.nonce))
        return correct
      }
    }
  })
  world.advance(61)
  t.equal((await world.during(refreshes({ nonce: nonces[0] }), () => same.call('/token'))).statusCode, 200,
    'control: the nonce of the login')
})

scenario('RF-09 the new ID token has another auth_time: ignored, and the tokens are kept', async (t, world) => {
  const { browser } = await succeeds(t, world, {
    answers: { token: shortLived },
    idToken: { payload: correct => ({ ...correct, auth_time: 1_795_000_000 }) }
  })
  const authTime = async (): Promise<unknown> => (await browser.call('/private')).json().session.user.auth_time
  t.equal(await authTime(), 1_795_000_000, 'control')
  for (const other of [1_795_000_050, 1_794_000_000]) {
    world.advance(61)
    const renewed = await world.during({ ...refreshes({ auth_time: other }), answers: { token: shortLived } },
      () => browser.call('/token'))
    t.equal(renewed.statusCode, 200)
    t.equal(await authTime(), 1_795_000_000, 'a refresh makes no login look fresher, or older')
  }
  const told = () => world.logLines.filter(line => line.includes('other_auth_time')).length
  t.equal(told(), 2, 'both are told')
  const { browser: without } = await succeeds(t, world, { answers: { token: shortLived } })
  world.advance(61)
  t.equal((await world.during(refreshes({ auth_time: 1_795_000_050 }), () => without.call('/token'))).statusCode, 200)
  t.equal((await without.call('/private')).json().session.user.auth_time, undefined, 'nor where it had none')
  t.equal(told(), 2, 'which is nothing to tell of')
})

scenario('RF-10 no ID token and no refresh token in the answer', async (t, world) => {
  const browser = await expired(t, world)
  const before = (await browser.call('/private')).json().session
  let kept: string | null = null
  const bare: AnswerDefect = (correct, request) => {
    kept = request.form.get('refresh_token')
    return changed(correct, { id_token: undefined, refresh_token: undefined, expires_in: 60 })
  }
  t.equal((await world.during({ answers: { token: bare } }, () => browser.call('/token'))).statusCode, 200)
  t.strictSame((await browser.call('/private')).json().session.user, before.user)
  world.advance(61)
  await browser.call('/token')
  t.equal(world.idp.last('token').form.get('refresh_token'), kept, 'the old refresh token is kept')
})

for (const status of [400, 403]) {
  for (const mode of ['cookies', 'a store']) {
    t.test(`RF-11 invalid_grant with ${status}, with ${mode}`, async t => {
      const options: WorldOptions = mode === 'cookies'
        ? {}
        : { plugin: { sessionStore: new MemorySessionStore({ now: () => 1_795_000_061 }) } }
      await inWorld(t, options, async world => {
        const browser = await expired(t, world)
        const copy = browser.copy()
        const refusing: AnswerDefect = () =>
          json({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }, status)
        const calls = world.idp.count('token')
        await world.during({ answers: { token: refusing } }, async () => {
          const answer = await browser.call('/token')
          t.equal(answer.statusCode, 401)
          t.equal(answer.json().code, 'failed_to_refresh_token')
          t.equal(world.idp.count('token'), calls + 1, 'no retry loop')
          for (const again of [browser, browser, copy]) {
            const later = await again.call('/token')
            t.equal(later.statusCode, 401)
            t.equal(later.json().code, 'missing_refresh_token')
          }
          t.equal(world.idp.count('token'), calls + 1, 'the refresh token is dropped')
        })
        t.equal((await browser.call('/private')).statusCode, 200, 'the session itself stays')
        await world.login(browser)
        t.equal((await browser.call('/token')).statusCode, 200, 'control: a new login mends it')
      })
    })
  }
}

scenario('RF-13 mfa_required', async (t, world) => {
  const browser = await expired(t, world)
  const token = 'mfa-token-canary-0123456789abcdef'
  world.idp.secrets.add(token)
  const refusing: AnswerDefect = () =>
    json({
      error: 'mfa_required',
      error_description: 'Multifactor authentication required',
      mfa_token: token,
      mfa_requirements: { challenge: [{ type: 'otp' }] }
    }, 403)
  const answer = await world.during({ answers: { token: refusing } }, () => browser.call('/step-up'))
  t.strictSame(answer.json(), {
    code: 'mfa_required',
    requirements: { challenge: [{ type: 'otp' }] },
    given: true,
    raw: false,
    enumerable: false
  })
  const plain = await world.during({ answers: { token: refusing } }, () => browser.call('/token'))
  t.equal(plain.statusCode, 403)
  t.strictSame(world.leaks(plain.body), [])
}, {
  routes: app => {
    app.get('/step-up', { preHandler: app.auth0.requireSession }, async request => {
      try {
        await request.auth0.getAccessToken()
        return {}
      } catch (error) {
        const { code, requirements, mfaToken } = error as { code: string, requirements: object, mfaToken: string }
        return {
          code,
          requirements,
          given: typeof mfaToken === 'string' && mfaToken !== '',
          raw: mfaToken.includes('canary'),
          enumerable: Object.keys(error as object).includes('mfaToken')
        }
      }
    })
  }
})

for (const mode of ['cookies', 'a store']) {
  t.test(`RF-14 the logout lands while a refresh is under way, with ${mode}`, async t => {
    const clock = { now: 1_795_000_000 }
    const options: WorldOptions = mode === 'cookies'
      ? {}
      : { plugin: { sessionStore: new MemorySessionStore({ now: () => clock.now }) } }
    await inWorld(t, options, async world => {
      const browser = await expired(t, world)
      clock.now = world.clock.now
      const copy = browser.copy()
      let release = () => {}
      const held = new Promise<void>(resolve => {
        release = resolve
      })
      const slow: AnswerDefect = async correct => {
        await held
        return correct
      }
      const calls = world.idp.count('token')
      const refreshing = world.during({ answers: { token: slow } }, () => copy.call('/token'))
      await until(() => world.idp.count('token') > calls)
      const out = await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
      t.equal(out.statusCode, 302)
      release()
      const late = await refreshing
      t.strictSame(sessionCookiesSet(late), [], 'no session comes back')
      browser.keep(late)
      t.equal((await browser.call('/private')).statusCode, 401)
      t.equal((await copy.call('/private')).statusCode, 401)
    })
  })
}

scenario('RF-16 the access token expires in 5 s', async (t, world) => {
  const { browser } = await succeeds(t, world, { answers: { token: shortLived } })
  const calls = world.idp.count('token')
  world.advance(20)
  await browser.call('/token')
  t.equal(world.idp.count('token'), calls, 'control: with 40 s left it is used')
  world.advance(35)
  const response = await browser.call('/token')
  t.equal(world.idp.count('token'), calls + 1, 'refreshed before use')
  t.ok(response.json().expiresAt > world.clock.now + 3600)
})

scenario('RF-17 a wider scope than asked for comes back', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const first = (await browser.call('/token')).json()
  const wider: AnswerDefect = correct => changed(correct, { scope: 'read:x write:x admin:x' })
  const narrow = await world.during({ answers: { token: wider } },
    () => browser.call('/token?audience=https%3A%2F%2Fapi.test%2F&scope=read%3Ax'))
  t.equal(narrow.statusCode, 200, narrow.body)
  t.equal(narrow.json().scope, 'read:x write:x admin:x', 'told as granted')
  t.equal((await browser.call('/token')).json().mark, first.mark, 'the token for everything else stays')
  const calls = world.idp.count('token')
  const more = await browser.call('/token?audience=https%3A%2F%2Fapi.test%2F&scope=read%3Ax%20delete%3Ax')
  t.equal(more.statusCode, 200)
  t.equal(world.idp.count('token'), calls + 1, 'what it does not hold is asked for')
})
