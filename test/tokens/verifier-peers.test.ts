import t from 'tap'
import { AuthenticationClient } from '../../lib/authentication/index.js'
import type { IdTokenDemands } from '../../lib/tokens/claims.js'
import { TokenVerifier, type TokenVerifierOptions } from '../../lib/tokens/verifier.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'
import { createTestKey, hmacJwt, rawJws, signature, signJwt, unsignedJwt } from './jws-builder.js'
import { errorOf, problemOf } from './problem.js'

const issuer = 'https://acme.eu.auth0.com/'
const clientId = 'client-1'
const [rsa, next, ec] = [createTestKey('RS256', { kid: 'rsa-1' }), createTestKey('RS256', { kid: 'rsa-2' }),
  createTestKey('ES256', { kid: 'ec-1' })]

/** A JWKS endpoint that can rotate, fail and count, and the verifier that uses it. */
class Tenant {
  now = 1_800_000_000
  keys: object[] = [rsa.jwk]
  down = false
  fetches = 0
  readonly verifier: TokenVerifier

  constructor (options: Partial<TokenVerifierOptions> = {}) {
    this.verifier = new TokenVerifier({
      issuer,
      audience: clientId,
      now: () => this.now,
      customFetch: async () => {
        this.fetches++
        await new Promise(resolve => setImmediate(resolve))
        if (this.down) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
        return Response.json({ keys: this.keys })
      },
      ...options
    })
  }

  token (claims: object = {}, key = rsa, header: Record<string, unknown> = {}): string {
    return signJwt({
      iss: issuer,
      sub: 'auth0|1',
      aud: clientId,
      exp: Math.floor(this.now) + 3600,
      iat: Math.floor(this.now),
      ...claims
    }, key, header)
  }

  /** How verifying ends: `accepted`, the reason of a refusal, or the code of another error. */
  verify (token: string, demands?: IdTokenDemands): Promise<string> {
    return problemOf(() => this.verifier.verify(token, demands))
  }

  /** How verifying a correct token ends. */
  verifyRight (): Promise<string> {
    return this.verify(this.token())
  }
}

const at = 1_800_000_000
const name = 'org_name'

/** What other verifiers get wrong or leave open, rule by rule in the order they are applied. */
const rules: [rule: string, claims: object, demands: IdTokenDemands, ends: string][] = [
  ['iss must be a text', { iss: 1 }, {}, 'issuer'],
  ['iss must be equal, slash and all', { iss: issuer.slice(0, -1) }, {}, 'issuer'],
  ['sub must be a text', { sub: 1 }, {}, 'claim_invalid'],
  ['sub must not be empty', { sub: '' }, {}, 'claim_invalid'],
  ['aud may be a text', { aud: clientId }, {}, 'accepted'],
  ['aud may be a list', { aud: [clientId] }, {}, 'accepted'],
  ['aud with other types in it is refused, not thrown over', { aud: [clientId, { a: 1 }] }, {}, 'claim_invalid'],
  ['exp as a fraction', { exp: at + 60.5 }, {}, 'claim_invalid'],
  ['exp now and the tolerance', { exp: at - 29 }, {}, 'accepted'],
  ['exp beyond the tolerance', { exp: at - 31 }, {}, 'expired'],
  ['iat an hour ahead', { iat: at + 3600, exp: at + 7200 }, {}, 'issued_in_future'],
  ['nbf ahead', { nbf: at + 3600 }, {}, 'not_yet_valid'],
  ['nonce in the token, not asked for', { nonce: 'n' }, {}, 'accepted'],
  ['nonce asked for', { nonce: 'n' }, { nonce: 'n' }, 'accepted'],
  ['nonce asked for, another one there', { nonce: 'm' }, { nonce: 'n' }, 'nonce'],
  ['nonce asked for, none there', {}, { nonce: 'n' }, 'nonce'],
  ['organization by id', { org_id: 'org_A' }, { organization: 'org_A' }, 'accepted'],
  ['another organization, though there is one', { org_id: 'org_B' }, { organization: 'org_A' }, 'organization'],
  ['organization in another letter case of its id', { org_id: 'org_a' }, { organization: 'org_A' }, 'organization'],
  ['organization by name', { [name]: 'acme' }, { organization: 'acme' }, 'accepted'],
  ['the name asked for in capitals', { [name]: 'acme' }, { organization: 'ACME' }, 'accepted'],
  ['the name in the token in capitals', { [name]: 'ACME' }, { organization: 'acme' }, 'accepted'],
  ['a name that is no text', { [name]: ['acme'] }, { organization: 'acme' }, 'organization'],
  ['azp of another client, single aud', { azp: 'other' }, {}, 'authorized_party'],
  ['azp missing, several aud', { aud: [clientId, 'other'] }, {}, 'authorized_party'],
  ['azp ours, several aud', { aud: [clientId, 'other'], azp: clientId }, {}, 'accepted'],
  ['max_age 0 is asked for', { auth_time: at - 60 }, { maxAge: 0 }, 'auth_too_old'],
  ['max_age 0, no auth_time', {}, { maxAge: 0 }, 'claim_missing'],
  ['max_age, auth_time within it', { auth_time: at - 60 }, { maxAge: 60 }, 'accepted'],
  ['max_age, auth_time beyond it', { auth_time: at - 3600 }, { maxAge: 60 }, 'auth_too_old'],
  ['auth_time as a fraction', { auth_time: at - 1.5 }, { maxAge: 60 }, 'claim_invalid']
]

t.test('the rules, where others are wrong', async t => {
  const tenant = new Tenant()
  for (const [rule, claims, demands, ends] of rules) {
    t.equal(await tenant.verify(tenant.token(claims), demands), ends, rule)
  }
  t.equal(tenant.fetches, 1)
})

t.test('the token before its claims', async t => {
  const tenant = new Tenant()
  const payload = { iss: 'wrong' }
  for (
    const [token, ends] of [
      [undefined, 'missing'],
      [7, 'missing'],
      ['', 'missing'],
      ['opaque', 'malformed'],
      ['a.b.c', 'malformed'],
      [unsignedJwt(payload), 'algorithm'],
      [hmacJwt(payload, 'secret'), 'algorithm'],
      [signJwt(payload, ec), 'algorithm'],
      [signJwt(payload, rsa, { kid: 'unknown' }), 'key_not_found'],
      [signJwt(payload, next, { kid: 'rsa-1' }), 'signature'],
      [signJwt(payload, rsa), 'issuer']
    ] as const
  ) t.equal(await tenant.verify(token as string), ends, String(token).slice(0, 20))
  for (
    const [demands, argument] of [[{ nonce: '' }, 'nonce'], [{ maxAge: -1 }, 'maxAge'], [{ organization: '' },
      'organization']] as const
  ) {
    t.match(await errorOf(() => tenant.verifier.verify(tenant.token(), demands)), {
      code: 'invalid_argument',
      argument
    }, 'what cannot be meant is not passed over')
  }
})

t.test('IDT-64, JWKS-09: a key that is new is found a second after a fetch', async t => {
  const tenant = new Tenant()
  t.equal(await tenant.verifyRight(), 'accepted')
  tenant.now += 1
  tenant.keys = [rsa.jwk, next.jwk]
  t.equal(await tenant.verify(tenant.token({}, next)), 'accepted')
  t.equal(tenant.fetches, 2)
})

t.test('IDT-65: a key that is gone verifies nothing', async t => {
  const tenant = new Tenant()
  t.equal(await tenant.verifyRight(), 'accepted')
  tenant.keys = [next.jwk]
  t.equal(await tenant.verify(tenant.token({}, next)), 'accepted')
  t.equal(await tenant.verifyRight(), 'key_not_found')
})

t.test('key sets', async t => {
  const oct = { kty: 'oct', k: Buffer.from('known').toString('base64url'), kid: 'oct-1', alg: 'HS256' }
  const payload = { iss: issuer, sub: 'auth0|1', aud: clientId, exp: at + 60, iat: at }
  const cases: [string, object[], string, string][] = [
    ['JWKS-01 no keys', [], signJwt(payload, rsa), 'key_not_found'],
    ['JWKS-03 an oct key with a known secret', [oct, rsa.jwk], hmacJwt(payload, 'known', { kid: 'oct-1' }),
      'algorithm'],
    ['JWKS-03 an oct key under the name of RS256', [oct],
      rawJws({ alg: 'RS256', kid: 'oct-1' }, payload, input => signature('RS256', input, rsa.privateKey)),
      'key_not_found'],
    ['JWKS-04 use is enc', [{ ...rsa.jwk, use: 'enc' }], signJwt(payload, rsa), 'key_not_found'],
    ['JWKS-04 key_ops without verify', [{ ...rsa.jwk, key_ops: ['sign'] }], signJwt(payload, rsa), 'key_not_found'],
    ['JWKS-05 another alg', [{ ...rsa.jwk, alg: 'PS256' }], signJwt(payload, rsa), 'key_not_found'],
    ['JWKS-07 unknown and broken keys beside the right one', [{ kty: 'AKP' }, { kty: 'RSA', n: 7 }, {}, ec.jwk, oct,
      rsa.jwk], signJwt(payload, rsa), 'accepted'],
    ['control: the right key alone', [rsa.jwk], signJwt(payload, rsa), 'accepted']
  ]
  for (const [title, keys, token, ends] of cases) {
    const tenant = new Tenant()
    tenant.keys = keys
    t.equal(await tenant.verify(token), ends, title)
  }
})

t.test('JWKS-08: 500 unknown kids in 10 s cause 2 fetches at most', async t => {
  const tenant = new Tenant()
  const forged = tenant.token()
  for (let i = 0; i < 500; i++) {
    tenant.now += 0.02
    t.equal(
      await tenant.verify(
        forged.replace(/^[^.]+/, Buffer.from(JSON.stringify({ alg: 'RS256', kid: `x${i}` })).toString('base64url'))
      ),
      'key_not_found'
    )
  }
  t.ok(tenant.fetches <= 2)
  t.equal(await tenant.verifyRight(), 'accepted', 'and known ones are served')
})

t.test('JWKS-10: known kids still verify while the keys cannot be fetched; a failed refetch loses nothing', async t => {
  const tenant = new Tenant()
  t.equal(await tenant.verifyRight(), 'accepted')
  tenant.down = true
  t.equal(await tenant.verify(tenant.token({}, next)), 'network_error')
  t.equal(await tenant.verifyRight(), 'accepted')
  tenant.now += 3600
  t.equal(await tenant.verifyRight(), 'accepted')
  tenant.now += 86_400
  t.equal(await tenant.verifyRight(), 'network_error', 'up to the hard limit')
})

t.test('misses at the same time share one fetch', async t => {
  const tenant = new Tenant()
  t.ok((await Promise.all(Array.from({ length: 50 }, () => tenant.verifyRight()))).every(end => end === 'accepted'))
  t.equal(tenant.fetches, 1)
})

t.test("JWKS-13: a client's verifier follows the address of the metadata", async t => {
  const seen: string[] = []
  const path = `keys/${Math.random()}`
  const client = new AuthenticationClient({
    domain: 'acme.eu.auth0.com',
    clientId,
    now: () => at,
    customFetch: async input => {
      seen.push(String(input).slice(issuer.length))
      if (String(input).endsWith(path)) return Response.json({ keys: [rsa.jwk] })
      return Response.json({ ...metadataOf(issuer), jwks_uri: `${issuer}${path}` })
    }
  })
  t.match(await client.verifier.verify(new Tenant().token()), { sub: 'auth0|1' })
  t.strictSame(seen, ['.well-known/openid-configuration', path])
})
