import t from 'tap'
import { createUsedIds } from '../../../lib/base/use-once.js'
import { SessionStoreError } from '../../../lib/errors.js'
import type { PluginContext } from '../../../lib/flows/context.js'
import { pseudonym } from '../../../lib/flows/events.js'
import { handleBackchannelLogout } from '../../../lib/flows/logout/backchannel-logout.js'
import { checkLogoutParams } from '../../../lib/flows/logout/logout.js'
import { issuer, start } from '../../authentication/tenant.js'
import { createTestKey, signJwt } from '../../tokens/jws-builder.js'
import { errorOf } from '../../tokens/problem.js'

t.test('parameters of a logout', async t => {
  for (const name of ['client_id', 'returnTo', 'post_logout_redirect_uri', 'id_token_hint', 'logout_hint',
    'federated']) {
    t.throws(() => checkLogoutParams({ [name]: 'x' }), {
      argument: `logoutParams.${name}`,
      message: /set by the plugin/
    })
  }
  t.throws(() => checkLogoutParams({ a: 1 as never }), { argument: 'logoutParams.a', message: /must be a string/ })
  const given = { a: 'b' }
  t.equal(checkLogoutParams(given), given)
})

t.test('a logout token counts once, for as long as it is good', async t => {
  let now = start
  const key = createTestKey('ES256')
  const revoked: unknown[] = []
  const events: unknown[] = []
  const failures: Error[] = []
  const context = {
    config: {
      idTokenSigningAlg: 'ES256',
      clientId: 'client-1',
      clockTolerance: 300,
      formerIssuers: ['https://old.example.com/']
    },
    now: () => now,
    logoutTokens: createUsedIds({ maxEntries: 10 }),
    sessions: {
      revoke: async (filter: object) => {
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        revoked.push(filter)
        return 1
      }
    },
    emit: (event: unknown) => events.push(event)
  } as unknown as PluginContext
  const server = { issuer, domain: 'acme.eu.auth0.com', keys: { get: () => key.publicKey } } as never
  const token = (claims: object = {}) =>
    signJwt({
      iss: issuer,
      aud: 'client-1',
      iat: now,
      exp: now + 3600,
      jti: 'j',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...claims
    }, key, { typ: 'logout+jwt' })
  const handle = async (token: unknown) => await handleBackchannelLogout(context, server, token)
  for (const none of [undefined, '', ['x']]) {
    t.match(await errorOf(() => handle(none)), { argument: 'logout_token' })
  }
  const ahead = token({ iat: start + 300, sub: 'auth0|ada' })
  const away = new SessionStoreError('away')
  failures.push(away)
  t.equal(await errorOf(() => handle(ahead)), away)
  t.strictSame(events, [])
  await handle(ahead)
  t.strictSame(revoked, [{ iss: issuer, sub: 'auth0|ada' }, { iss: 'https://old.example.com/', sub: 'auth0|ada' }],
    'what failed may be sent again')
  const event = {
    type: 'backchannel_logout',
    outcome: 'success',
    reason: 'backchannel_logout',
    blame: 'none',
    domain: 'acme.eu.auth0.com'
  }
  t.strictSame(events, [{ ...event, user: pseudonym(issuer, 'auth0|ada') }])
  for (const seconds of [0, 900]) {
    now = start + seconds
    t.match(await errorOf(() => handle(ahead)), { code: 'backchannel_logout_error', message: /used before/ })
  }
  now += 1
  t.match(await errorOf(() => handle(ahead)), { code: 'backchannel_logout_error', message: /ago/ })
  revoked.length = events.length = 0
  await handle(token({ jti: 'k', sid: 'sid-1' }))
  await handle(token({ jti: 'l', sid: 'sid-1', sub: 'auth0|ada' }))
  t.strictSame(revoked.filter((_, n) => n % 2 === 0),
    [{ iss: issuer, sid: 'sid-1' }, { iss: issuer, sid: 'sid-1', sub: 'auth0|ada' }])
  t.strictSame(events[0], event)
})
