import t, { type Test } from 'tap'
import { withoutPostgres } from '../servers/postgres.js'
import { withoutRedis } from '../servers/redis.js'
import { ask, startDeployment, TOKEN_LIFETIME, type Deployment } from '../processes/deployment.js'
import { growth, soak } from '../processes/soak.js'
import { refreshEverywhere, tokenCalls } from '../processes/shared-refresh.js'
import type { Answer, Visitor } from '../fixtures/visitor.js'
import { until } from '../until.js'

t.setTimeout(500_000)
const stores = ['redis', 'postgres'] as const
/** Sites with sessions in cookies, whose refreshes a store shares. */
const shared = ['redis-cookies', 'postgres-cookies'] as const

interface Token {
  mark?: string
  canary?: string
  code?: string
  process?: number
}

async function oneSite (t: Test, deployment: Deployment, store: typeof stores[number]): Promise<void> {
  await t.test('a login at one process is good at the other', async t => {
    const visitor = await deployment.member(store, 'user-0@example.com')
    const seen = new Set<unknown>()
    for (const process of deployment.processes) {
      const me = await ask<{ sub: string, process: number }>(visitor, '/me', process.origin(store))
      t.equal(me.sub, 'auth0|user-0')
      seen.add(me.process)
    }
    t.equal(seen.size, 2)
  })

  await t.test('200 requests with an expired token at both processes: one token call, 200 answers', async t => {
    const visitor = await deployment.member(store, 'user-1@example.com')
    const first = await ask<Token>(visitor, '/token')
    await deployment.advance(TOKEN_LIFETIME)
    const before = tokenCalls(deployment)
    const begun = performance.now()
    const answers = await Promise.all(Array.from({ length: 200 }, async () => await ask<Token>(visitor, '/token')))
    t.strictSame([...new Set(answers.map(({ status }) => status))], [200])
    t.equal(new Set(answers.map(({ process }) => process)).size, 2, 'at both processes')
    t.equal(tokenCalls(deployment) - before, 1, 'one token call')
    const marks = new Set(answers.map(({ mark }) => mark))
    t.equal(marks.size, 1)
    t.not([...marks][0], first.mark)
    t.comment(
      `${store}: 200 requests on an expired token over two processes: ${tokenCalls(deployment) - before} token ` +
        `call, ${Math.round(performance.now() - begun)} ms`
    )
  })

  await t.test('a logout token that one process gets ends the session at both', async t => {
    const mine = [await deployment.member(store, 'user-2@example.com'),
      await deployment.member(store, 'user-2@example.com')]
    const other = await deployment.member(store, 'user-3@example.com')
    const sent = deployment.tenant.logoutTokens.length
    await deployment.tenant.revoke('auth0|user-2')
    const tokens = deployment.tenant.logoutTokens.slice(sent)
    t.equal(tokens.length, 2, 'one for each of the sessions at the tenant')
    t.ok(tokens.every(({ status }) => status === 200))
    for (const process of deployment.processes) {
      const via = process.origin(store)
      for (const visitor of mine) t.equal((await ask(visitor.copy(), '/me', via)).status, 401)
      t.equal((await ask(other, '/me', via)).status, 200, 'nobody else is touched')
    }
  })
}

/** People whose refresh is under way in the first process. */
async function stuckPeople (deployment: Deployment): Promise<Record<string, Visitor<Answer>>> {
  const people: Record<string, Visitor<Answer>> = {}
  for (const store of stores) {
    for (const [n, who] of ['before', 'overlap', 'after', 'bystander'].entries()) {
      people[`${store} ${who}`] = await deployment.member(store, `user-${4 + n}@example.com`)
    }
  }
  for (const [n, store] of shared.entries()) {
    people[`${store} before`] = await deployment.member(store, `user-${14 + n}@example.com`)
  }
  await deployment.advance(TOKEN_LIFETIME)
  const [first] = deployment.processes
  for (const [name, visitor] of Object.entries(people)) {
    const [store = '', who] = name.split(' ')
    if (who === 'bystander') continue
    // Never answered: the process is killed.
    visitor.copy().call(`/token?stuck=${who === 'before' ? 'before' : 'after'}`, {}, first!.origin(store))
      .catch(() => {})
  }
  await until(() => first!.stuck >= 8)
  return people
}

async function killed (t: Test, deployment: Deployment): Promise<void> {
  const people = await stuckPeople(deployment)
  const [first, second] = deployment.processes
  await first!.end('SIGKILL')
  for (const site of Object.values(deployment.sites)) site.ports = site.ports.slice(1)
  const { clients } = deployment.tenant
  const begun = performance.now()
  const token = async (name: string): Promise<Token & { status: number }> =>
    await ask<Token>(people[name]!, '/token', second!.origin(name.split(' ')[0]!))

  for (const client of clients) client.refreshToken!.overlap = 60
  const going = [...stores.flatMap(store => [`${store} before`, `${store} overlap`, `${store} bystander`]),
    ...shared.map(store => `${store} before`)]
  for (const [at, answer] of (await Promise.all(going.map(token))).entries()) {
    t.equal(answer.status, 200, `${going[at]}: goes on`)
  }
  t.comment(
    'after kill -9: everyone whose token was not rotated, or may be used again, goes on ' +
      `after ${Math.round(performance.now() - begun)} ms`
  )

  for (const client of clients) client.refreshToken!.overlap = 0
  for (const store of stores) {
    const lost = await token(`${store} after`)
    t.strictSame([lost.status, lost.code], [401, 'failed_to_refresh_token'],
      `${store}: rotated without an overlap, so a typed error`)
    const session = await ask<{ sub: string }>(people[`${store} after`]!, '/session', second!.origin(store))
    t.equal(session.sub, 'auth0|user-6', 'the session itself works')
    for (const who of ['before', 'overlap', 'bystander']) {
      t.equal((await token(`${store} ${who}`)).status, 200, `${store} ${who}: not touched`)
    }
  }
}

/** Sessions in cookies: 20 requests of one browser on an expired token, without an overlap. */
async function sharedRefresh (t: Test, deployment: Deployment): Promise<void> {
  const cases = shared.flatMap(store => (['burst', 'spread'] as const).map(arrival => ({ store, arrival })))
  for (const [at, { store, arrival }] of cases.entries()) {
    const outcome = await refreshEverywhere(deployment, { store, user: 8 + at, requests: 20, arrival })
    t.match(outcome, { calls: 1, failures: 0, revoked: false }, `${store}, ${arrival}: ${JSON.stringify(outcome)}`)
  }
  await t.test('while the store is away nothing is sent, and all goes on afterwards', async t => {
    const visitor = await deployment.member('redis-cookies', 'user-12@example.com')
    await deployment.advance(TOKEN_LIFETIME)
    const before = tokenCalls(deployment)
    deployment.servers.redis!.pause()
    const answers = await Promise.all(Array.from({ length: 4 }, async () => await visitor.copy().call('/token')))
    deployment.servers.redis!.resume()
    t.strictSame(answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']]),
      Array.from({ length: 4 }, () => [503, '5']))
    t.equal(tokenCalls(deployment) - before, 0)
    t.equal((await ask<Token>(visitor, '/token')).status, 200)
  })
}

t.test('two processes', { skip: withoutRedis || withoutPostgres }, async t => {
  const deployment = await startDeployment({ stores: [...stores, ...shared], users: 24 })
  t.teardown(async () => await deployment.close())
  for (const store of stores) await t.test(`over ${store}`, async t => await oneSite(t, deployment, store))
  await t.test('sessions in cookies, refreshes shared', async t => await sharedRefresh(t, deployment))
  await t.test('at full load for some seconds, with users logging in and out and tokens expiring', async t => {
    const result = await soak(deployment, { store: 'redis', seconds: 3, people: 4, atLeast: 21 })
    t.equal(result.swaps, 0)
    t.strictSame(result.errors, {})
    t.equal(result.unhandled, 0)
    t.ok(result.requests > 20)
    t.comment(JSON.stringify({ ...result, growth: growth(result) }))
  })
  await t.test('a process that is refreshing is killed', async t => await killed(t, deployment))
  t.strictSame(deployment.tenant.errors, [], 'the tenant had no trouble of its own')
})
