import t, { type Test } from 'tap'
import { Findings, inWorld, scenario, type World, type WorldOptions } from './app.js'

const audience = 'https://api.example.test/'

/** An API whose routes want one thing each. */
function api (changes: NonNullable<WorldOptions['plugin']>['api'] = {}): WorldOptions {
  return {
    plugin: { api: { audience, ...changes } },
    routes: (app, world) => {
      const run = async () => {
        world.runs++
        return { done: true }
      }
      const { requireToken } = app.auth0
      app.get('/read', { preHandler: requireToken({ scopes: ['read:x'] }) }, run)
      app.get('/all', { preHandler: requireToken({ scopes: ['a', 'b'] }) }, run)
      app.get('/any', { preHandler: requireToken({ anyScope: ['a', 'b'] }) }, run)
      app.get('/permitted', { preHandler: requireToken({ permissions: ['read:x'] }) }, run)
      app.get('/of-org', { preHandler: requireToken({ organization: 'org_A' }) }, run)
    }
  }
}

/** How a token with these claims fares on a route. */
async function fares (t: Test, world: World, url: string, claims: Record<string, unknown>,
  expected: 'passes' | string): Promise<void> {
  const findings = new Findings()
  const runs = world.runs
  const response = await world.app.inject({
    url,
    headers: { host: 'app.example.test', authorization: `Bearer ${world.idp.apiToken({ aud: audience, ...claims })}` }
  })
  if (expected === 'passes') {
    findings.same(response.statusCode, 200, 'status')
  } else {
    findings.same([response.statusCode, (response.json() as { code: string }).code], [403, expected], 'answer')
    findings.check(
      [response.headers['www-authenticate']].flat().some(challenge =>
        challenge?.includes('error="insufficient_scope"') === true
      ),
      'no challenge'
    )
  }
  findings.same(world.runs - runs, expected === 'passes' ? 1 : 0, 'runs of the handler')
  t.strictSame(findings.problems, [], `${url} ${JSON.stringify(claims)}: ${expected}`)
}

const insufficient = 'insufficient_scope'

scenario('SC-03 a scope claim that is no list of scopes', async (t, world) => {
  await fares(t, world, '/read', { scope: 'read:x' }, 'passes')
  await fares(t, world, '/read', { scope: 'openid read:x' }, 'passes')
  for (
    const scope of [['read:x'], { 'read:x': true }, 7, true, null, 'openid\tread:x', 'openid  read:x', ' read:x',
      'read:x ', 'read:x\n', 'READ:X', 'read:xy', 'read:*', '', undefined]
  ) {
    await fares(t, world, '/read', { scope }, insufficient)
  }
}, api())

scenario('SC-03 a list of strings, where the option takes it', async (t, world) => {
  await fares(t, world, '/read', { scope: ['openid', 'read:x'] }, 'passes')
  await fares(t, world, '/read', { scope: 'read:x' }, 'passes')
  for (const scope of [['read:x', 7], [['read:x']], ['openid read:x'], [], { 0: 'read:x' }]) {
    await fares(t, world, '/read', { scope }, insufficient)
  }
}, api({ scopeLists: true }))

scenario('SC-04 all of two scopes, and any of them', async (t, world) => {
  await fares(t, world, '/all', { scope: 'a b' }, 'passes')
  await fares(t, world, '/all', { scope: 'a' }, insufficient)
  await fares(t, world, '/any', { scope: 'a' }, 'passes')
  await fares(t, world, '/any', { scope: 'c b' }, 'passes')
  await fares(t, world, '/any', { scope: 'c' }, insufficient)
  await fares(t, world, '/any', {}, insufficient)
}, api())

scenario('SC-05 permissions are not scopes', async (t, world) => {
  await fares(t, world, '/permitted', { permissions: ['read:x'] }, 'passes')
  await fares(t, world, '/read', { permissions: ['read:x'] }, insufficient)
  await fares(t, world, '/permitted', { scope: 'read:x' }, insufficient)
  for (const permissions of ['read:x', { 0: 'read:x' }, ['read:x', 7], []]) {
    await fares(t, world, '/permitted', { permissions }, insufficient)
  }
}, api())

t.test('SC-06 a guard that would demand nothing does not start', async t => {
  for (
    const [option, demands] of [['requireToken.scopes', { scopes: [] }], ['requireToken.anyScope', { anyScope: [] }], [
      'requireToken.permissions',
      { permissions: [] }
    ], ['requireToken.scopes', { scopes: ' ' }], ['requireToken.scopes', { scopes: [''] }], ['requireToken.scope',
      { scope: ['read:x'] }], ['requireToken.audience', { audience: [] }]] as const
  ) {
    await inWorld(t, { plugin: { api: { audience } } }, async world => {
      t.throws(() => world.app.auth0.requireToken(demands as object), { code: 'configuration_error', option },
        JSON.stringify(demands))
    })
  }
})

scenario('ORG-11 an API for one organization', async (t, world) => {
  await fares(t, world, '/of-org', { org_id: 'org_A' }, 'passes')
  for (const claims of [{ org_id: 'org_B' }, {}, { org_name: 'org_A' }, { org_id: ['org_A'] }]) {
    await fares(t, world, '/of-org', claims, 'wrong_organization')
  }
}, api())
