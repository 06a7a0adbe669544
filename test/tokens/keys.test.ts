import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { NetworkError } from '../../lib/errors.js'
import type { Http, HttpResponse } from '../../lib/http/send.js'
import { keyFits } from '../../lib/tokens/algorithms.js'
import { importPublicJwk } from '../../lib/tokens/jwk-set.js'
import { verifyJws } from '../../lib/tokens/jws.js'
import type { JwsHeader } from '../../lib/tokens/jws-header.js'
import {
  remoteKeys, secretKey, staticKeys, type RefreshableKeySource, type RemoteKeysOptions
} from '../../lib/tokens/keys.js'
import {
  createTestKey, hmacJwt, rawJws, signature, signJwt, unsignedJwt, type RawPart, type TestKey
} from './jws-builder.js'
import { errorOf, problemOf } from './problem.js'

const rsa = createTestKey('RS256', { kid: 'rsa-1' })
const next = createTestKey('RS256', { kid: 'rsa-2' })
const ec = createTestKey('ES256', { kid: 'ec-1' })
const claims = { sub: 'auth0|1' }

/** A JWKS endpoint in memory: what it answers can be changed, and requests are counted. */
class Endpoint {
  keys: unknown[] = [rsa.jwk]
  /** Answers with this instead, or throws it. */
  answer: HttpResponse | Error | undefined
  requests: string[] = []
  limits: { maxBytes: number | undefined, retry: object } | undefined
  clock = 1000
  readonly source: RefreshableKeySource

  constructor (options: Partial<RemoteKeysOptions> = {}) {
    const http: Http = {
      send: async ({ url, method, maxBytes, retry }) => {
        this.requests.push(`${method} ${url}`)
        const { retries, maxDelay } = retry!
        this.limits = { maxBytes, retry: { retries, maxDelay } }
        await new Promise(resolve => setImmediate(resolve))
        if (this.answer instanceof Error) throw this.answer
        return this.answer ?? json({ keys: this.keys })
      },
      fetch: async () => await Promise.reject(new Error('not used')),
      stream: () => Promise.reject(new Error('not used')),
      close: async () => {}
    }
    this.source = remoteKeys({
      jwksUri: () => 'https://acme.eu.auth0.com/.well-known/jwks.json',
      http,
      now: () => this.clock,
      ...options
    })
  }

  get fetches (): number {
    return this.requests.length
  }

  /** How verifying a token ends. */
  verify (token: string, algorithms: readonly string[] = ['RS256']): Promise<string> {
    return problemOf(() => verifyJws(token, { keys: this.source, algorithms }))
  }

  /** How asking for a key ends. */
  find (header: Partial<JwsHeader>): Promise<string> {
    return problemOf(() => this.source.get({ alg: 'RS256', ...header }))
  }
}

function json (value: unknown, status = 200, type = 'application/json'): HttpResponse {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(value) }
}

const down = new NetworkError('down')

t.test('keys are fetched once and are there at once from then on', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  t.strictSame(endpoint.requests, ['GET https://acme.eu.auth0.com/.well-known/jwks.json'])
  t.ok((await endpoint.source.get({ alg: 'RS256', kid: 'rsa-1' })).equals(rsa.publicKey))
  t.notOk(endpoint.source.get({ alg: 'RS256', kid: 'rsa-1' }) instanceof Promise, 'synchronously')
  endpoint.clock += 599
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.equal(endpoint.fetches, 1)
  endpoint.clock += 1
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.equal(endpoint.fetches, 2, 'and fetched again when they are ten minutes old')
})

t.test('a fetch tells its channel whom it asks', async t => {
  const told: unknown[] = []
  const { asyncEnd } = tracingChannel('fastify-auth0:jwks')
  const note = (message: unknown) => told.push(message)
  asyncEnd.subscribe(note)
  const { source } = new Endpoint()
  await source.refresh()
  asyncEnd.unsubscribe(note)
  t.match(told, [{ domain: /^[\w.-]+$/, outcome: 'success' }])
})

t.test('DISC-17 concurrent misses share one fetch', async t => {
  const endpoint = new Endpoint()
  const ends = await Promise.all(Array.from({ length: 100 }, () => endpoint.verify(signJwt(claims, rsa))))
  t.ok(ends.every(end => end === 'accepted'))
  t.equal(endpoint.fetches, 1)
  endpoint.keys = [rsa.jwk, next.jwk]
  const later = await Promise.all(Array.from({ length: 100 }, () => endpoint.verify(signJwt(claims, next))))
  t.ok(later.every(end => end === 'accepted'), 'all of them get the new key')
  t.equal(endpoint.fetches, 2)
})

t.test('IDT-64, JWKS-09: a key that is new is found although the set was fetched a second ago', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  endpoint.clock += 1
  endpoint.keys = [next.jwk]
  t.equal(await endpoint.verify(signJwt(claims, next)), 'accepted')
  t.equal(endpoint.fetches, 2)
})

t.test('IDT-65 after a rotation the old key is refused', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  endpoint.keys = [next.jwk]
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted', "within the cache's limit nobody knows")
  endpoint.clock += 600
  t.equal(await endpoint.verify(signJwt(claims, next)), 'accepted')
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'key_not_found')
})

t.test('a key of the same name that is another key takes its place', async t => {
  const endpoint = new Endpoint()
  const renewed = createTestKey('RS256', { kid: 'rsa-1' })
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  const kept = await endpoint.source.get({ alg: 'RS256', kid: 'rsa-1' })
  await endpoint.source.refresh()
  t.equal(await endpoint.source.get({ alg: 'RS256', kid: 'rsa-1' }), kept, 'the same key stays the same object')
  endpoint.keys = [renewed.jwk]
  await endpoint.source.refresh()
  t.equal(await endpoint.verify(signJwt(claims, renewed)), 'accepted')
  t.not(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
})

t.test('a key set is small, and asked for twice where the endpoint stumbles', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.strictSame(endpoint.limits, { maxBytes: 262_144, retry: { retries: 1, maxDelay: 1 } })
})

t.test('IDT-15 an unknown kid costs at most one extra fetch', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.verify(signJwt(claims, rsa, { kid: 'unknown' })), 'key_not_found')
  t.equal(endpoint.fetches, 1, 'none at all when the set was just fetched')
  t.equal(await endpoint.verify(signJwt(claims, rsa, { kid: 'unknown' })), 'key_not_found')
  t.equal(endpoint.fetches, 2)
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted', 'control: the known kid')
})

t.test('JWKS-08, BCL-28: 500 unknown kids in 10 s cause at most 2 fetches', async t => {
  for (const warm of [false, true]) {
    const endpoint = new Endpoint()
    if (warm) t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
    const before = endpoint.fetches
    for (let attack = 0; attack < 500; attack++) {
      endpoint.clock += 0.02
      if (await endpoint.find({ kid: `unknown-${attack}` }) !== 'key_not_found') t.fail('an unknown kid got a key')
    }
    t.ok(endpoint.fetches - before <= 2)
    t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted', 'known kids are served all the time')
    endpoint.keys = [next.jwk]
    t.equal(await endpoint.find({ kid: 'rsa-2' }), 'key_not_found')
    endpoint.clock += 30
    t.equal(await endpoint.find({ kid: 'rsa-2' }), 'accepted', 'after the cool-down a new key is found')
  }
})

t.test('the cool-down holds after an early fetch that failed', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  endpoint.answer = down
  t.equal(await endpoint.find({ kid: 'rsa-2' }), 'network_error', 'nobody knows whether the token is bad')
  for (let attack = 0; attack < 50; attack++) {
    t.equal(await endpoint.find({ kid: `unknown-${attack}` }), 'network_error')
  }
  t.equal(endpoint.fetches, 2)
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted', 'known keys are kept')
  endpoint.answer = undefined
  endpoint.keys = [rsa.jwk, next.jwk]
  endpoint.clock += 30
  t.equal(await endpoint.find({ kid: 'rsa-2' }), 'accepted')
  t.equal(await endpoint.find({ kid: 'rsa-3' }), 'key_not_found', 'the failure is forgotten')
})

t.test('a clock that is set back holds nothing up', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.equal(await endpoint.find({ kid: 'rsa-2' }), 'key_not_found')
  endpoint.keys = [next.jwk]
  endpoint.clock -= 40
  t.equal(await endpoint.find({ kid: 'rsa-2' }), 'accepted', 'the cool-down is over')
  endpoint.keys = [rsa.jwk]
  endpoint.clock -= 86_400
  t.equal(await endpoint.find({ kid: 'rsa-2' }), 'key_not_found', 'a set of tomorrow is not fresh')
  const failing = new Endpoint()
  failing.answer = down
  for (let calls = 0; calls < 4; calls++) t.equal(await failing.find({ kid: 'rsa-1' }), 'network_error')
  failing.answer = undefined
  failing.clock -= 3600
  t.equal(await failing.find({ kid: 'rsa-1' }), 'accepted', 'nor does a failure of tomorrow count')
})

t.test('JWKS-10 known kids go on verifying while the endpoint is down, up to the hard limit', async t => {
  const endpoint = new Endpoint()
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  endpoint.answer = down
  endpoint.clock += 600
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  t.equal(endpoint.fetches, 2)
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  t.equal(endpoint.fetches, 2, 'a failed fetch is not repeated at every token')
  t.equal(await endpoint.find({ kid: 'rsa-2' }), 'network_error')
  endpoint.clock += 30
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  t.equal(endpoint.fetches, 3)
  endpoint.clock = 1000 + 86_399
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'accepted')
  endpoint.clock += 1
  t.equal(await endpoint.verify(signJwt(claims, rsa)), 'network_error', 'a day later they are too old')
})

t.test('API-15 without any keys the failure is told, and is not repeated at every token', async t => {
  const endpoint = new Endpoint()
  endpoint.answer = down
  const ends = await Promise.all(Array.from({ length: 20 }, () => endpoint.find({ kid: 'rsa-1' })))
  t.ok(ends.every(end => end === 'network_error'))
  t.equal(endpoint.fetches, 1)
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'network_error')
  t.equal(endpoint.fetches, 2, 'one failure is tried again at once')
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'network_error')
  t.equal(endpoint.fetches, 2, 'two are not')
  endpoint.clock += 1
  endpoint.answer = undefined
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.equal(endpoint.fetches, 3)
})

t.test('the age of fresh keys is an option', async t => {
  const endpoint = new Endpoint({ maxAge: 10 })
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  endpoint.clock += 10
  endpoint.answer = down
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.equal(endpoint.fetches, 2)
  endpoint.clock += 30
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  t.equal(endpoint.fetches, 3)
  endpoint.clock += 86_400 - 40
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'network_error')
})

t.test('refresh() fetches now', async t => {
  const endpoint = new Endpoint()
  await Promise.all([endpoint.source.refresh(), endpoint.source.refresh()])
  t.equal(endpoint.fetches, 1)
  t.notOk(endpoint.source.get({ alg: 'RS256' }) instanceof Promise)
  endpoint.answer = down
  t.equal(await problemOf(() => endpoint.source.refresh()), 'network_error')
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
})

t.test('load() fetches where no key is fresh, and is content with old ones for a while', async t => {
  const endpoint = new Endpoint()
  await endpoint.source.load()
  t.equal(endpoint.fetches, 1)
  endpoint.clock += 599
  await endpoint.source.load()
  t.equal(endpoint.fetches, 1, 'fresh')
  endpoint.clock += 1
  await endpoint.source.load()
  t.equal(endpoint.fetches, 2, 'no longer fresh')
  endpoint.answer = down
  endpoint.clock += 600
  await endpoint.source.load()
  t.equal(endpoint.fetches, 3, 'old ones are good enough')
  endpoint.clock += 86_400 - 600
  t.equal(await problemOf(() => endpoint.source.load()), 'network_error', 'too old')
  endpoint.answer = undefined
  endpoint.clock += 1
  await endpoint.source.load()
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
})

t.test('prefetch() begins once, and keeps the failure for whoever asks', async t => {
  const endpoint = new Endpoint()
  endpoint.source.prefetch()
  endpoint.source.prefetch()
  await new Promise(resolve => setImmediate(resolve))
  t.equal(endpoint.fetches, 1, 'before anybody asks')
  t.equal(await endpoint.find({ kid: 'rsa-1' }), 'accepted')
  endpoint.source.prefetch()
  t.equal(endpoint.fetches, 1)
  const lost = new Endpoint()
  lost.answer = down
  lost.source.prefetch()
  await lost.source.refresh().catch(() => {})
  lost.source.prefetch()
  t.equal(lost.fetches, 1, 'not again by itself')
  t.equal(await lost.find({ kid: 'rsa-1' }), 'network_error')
})

t.test('has() knows a key while it is among the keys, without asking', async t => {
  const endpoint = new Endpoint()
  await endpoint.source.load()
  const key = await endpoint.source.get({ alg: 'RS256', kid: 'rsa-1' })
  const has = (kid?: string) => endpoint.source.has(key, { alg: 'RS256', ...kid !== undefined && { kid } })
  t.ok(has('rsa-1'))
  t.ok(has(), 'a token without a key id')
  t.notOk(has('rsa-2'))
  t.notOk(endpoint.source.has(rsa.publicKey, { alg: 'RS256', kid: 'rsa-1' }), 'another object')
  endpoint.clock += 600
  t.notOk(has('rsa-1'), 'not fresh')
  endpoint.answer = down
  await endpoint.source.load()
  t.ok(has('rsa-1'), 'while a fetch fails')
  endpoint.clock += 30
  t.notOk(has('rsa-1'), 'until it is tried again')
  endpoint.answer = undefined
  await endpoint.source.load()
  t.ok(has('rsa-1'), 'the key is the same object after a fetch')
  endpoint.keys = [next.jwk]
  await endpoint.source.refresh()
  t.notOk(has('rsa-1'))
  t.equal(endpoint.fetches, 4)
})

t.test('JWKS-13 the address is asked for at every fetch', async t => {
  let version = 0
  const endpoint = new Endpoint({ jwksUri: async () => `https://acme.eu.auth0.com/keys/${++version}` })
  await endpoint.source.refresh()
  await endpoint.source.refresh()
  t.strictSame(endpoint.requests, ['GET https://acme.eu.auth0.com/keys/1', 'GET https://acme.eu.auth0.com/keys/2'])
  const lost = new Endpoint({ jwksUri: () => Promise.reject(down) })
  t.equal(await lost.find({}), 'network_error')
})

t.test('answers that are no key set', async t => {
  for (
    const answer of [json({ keys: [rsa.jwk] }, 500), json({ keys: [rsa.jwk] }, 302), json({}), json({ keys: {} }),
      json({ keys: 'text' }), json({ keys: null }), json([rsa.jwk]), json({ keys: [rsa.jwk] }, 200, 'text/html')]
  ) {
    const endpoint = new Endpoint()
    endpoint.answer = answer
    const error = await errorOf(() => endpoint.source.refresh())
    t.type(error, NetworkError)
    t.match(error, { code: 'invalid_response', statusCode: 502 })
    endpoint.answer = undefined
    t.equal(await endpoint.find({}), 'accepted', 'control')
  }
  const endpoint = new Endpoint()
  endpoint.answer = json({ keys: [rsa.jwk] }, 200, 'application/jwk-set+json')
  t.equal(await endpoint.find({}), 'accepted')
})

t.test('a set that is given must be one, with a key that verifies', async t => {
  for (
    const set of [undefined, null, 'text', 7, [], [rsa.jwk], {}, { keys: undefined }, { keys: {} }, { keys: 'text' },
      { keys: [] }, { keys: [{ kty: 'oct', k: 'AA' }] }]
  ) {
    t.match(await errorOf(() => staticKeys(set)), { code: 'configuration_error', option: 'jwks' }, JSON.stringify(set))
  }
  t.type(staticKeys({ keys: [rsa.jwk] }).get, 'function', 'control')
})

t.test('key sets', async t => {
  const broken = [null, 1, 'key', [], {}, { kty: 'RSA' }, { kty: 'RSA', n: 1, e: [] }, {
    kty: 'EC',
    crv: 'P-256',
    x: 'AA',
    y: 'AA'
  }, { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' }, { ...rsa.jwk, kid: 7 }, { ...rsa.jwk, alg: 7 }]
  const token = signJwt(claims, rsa)
  const oct = { kty: 'oct', k: Buffer.from('known').toString('base64url'), kid: 'oct-1', alg: 'HS256' }
  const small = createTestKey('RS256', { modulusLength: 1024 })
  const cases: [string, unknown[], string, readonly string[], string][] = [
    ['JWKS-01 no keys', [], token, ['RS256'], 'key_not_found'],
    ['JWKS-03 an oct key, token HS256', [oct, rsa.jwk], hmacJwt(claims, 'known', { kid: 'oct-1' }), ['RS256'],
      'algorithm'],
    ['JWKS-03 an oct key, HS256 even listed', [oct, rsa.jwk], hmacJwt(claims, 'known', { kid: 'oct-1' }), ['RS256',
      'HS256'], 'key_not_found'],
    ['JWKS-04 use is enc', [{ ...rsa.jwk, use: 'enc' }], token, ['RS256'], 'key_not_found'],
    ['JWKS-04 key_ops without verify', [{ ...rsa.jwk, key_ops: ['encrypt'] }], token, ['RS256'], 'key_not_found'],
    ['JWKS-04 key_ops is no list', [{ ...rsa.jwk, key_ops: 'verify' }], token, ['RS256'], 'key_not_found'],
    ['JWKS-04 control: use and key_ops fit', [{ ...rsa.jwk, key_ops: ['verify'] }], token, ['RS256'], 'accepted'],
    ['JWKS-04 control: neither is there', [{ ...rsa.jwk, use: undefined }], token, ['RS256'], 'accepted'],
    ['JWKS-05 another alg', [{ ...rsa.jwk, alg: 'PS256' }], token, ['RS256'], 'key_not_found'],
    ['JWKS-05 control: no alg', [{ ...rsa.jwk, alg: undefined }], token, ['RS256'], 'accepted'],
    ['JWKS-07 unknown and broken keys beside the right one', [...broken, ec.jwk, oct, rsa.jwk], token, ['RS256'],
      'accepted'],
    ['a key of another type under the same kid', [{ ...ec.jwk, kid: rsa.kid }, rsa.jwk], token, ['RS256'], 'accepted'],
    ['no kid in the set', [{ ...rsa.jwk, kid: undefined }], token, ['RS256'], 'key_not_found'],
    ['an RSA key of 1024 bits', [small.jwk], signJwt(claims, small), ['RS256'], 'key_not_found'],
    ['an EC key on another curve',
      [createTestKey('ES384', { kid: 'ec-1' }).jwk].map(jwk => ({ ...jwk, alg: undefined })), signJwt(claims, ec), [
        'ES256'
      ], 'key_not_found'],
    ['a private JWK in the set serves as the public one it holds', [{
      ...rsa.privateKey.export({ format: 'jwk' }),
      kid: rsa.kid
    }], token, ['RS256'], 'accepted'],
    ['no kid in the token, nothing fits', [ec.jwk], signJwt(claims, rsa, { kid: undefined }), ['RS256'],
      'key_not_found'],
    ['no kid in the token, one fits', [ec.jwk, rsa.jwk], signJwt(claims, rsa, { kid: undefined }), ['RS256'],
      'accepted'],
    ['the same key twice', [rsa.jwk, { ...rsa.jwk }], token, ['RS256'], 'accepted'],
    ['the same key under two names, no kid in the token', [rsa.jwk, { ...rsa.jwk, kid: 'x' }],
      signJwt(claims, rsa, { kid: undefined }), ['RS256'], 'accepted'],
    ['the same key twice, and another', [rsa.jwk, rsa.jwk, { ...next.jwk, kid: rsa.kid }], token, ['RS256'],
      'key_ambiguous'],
    ['no kid in the token, two fit', [next.jwk, rsa.jwk], signJwt(claims, rsa, { kid: undefined }), ['RS256'],
      'key_ambiguous'],
    ['an algorithm nobody knows', [rsa.jwk], signJwt(claims, rsa, { alg: 'XS256' }), ['XS256'], 'key_not_found']
  ]
  for (const [title, keys, jwt, algorithms, ends] of cases) {
    const endpoint = new Endpoint()
    endpoint.keys = keys
    t.equal(await endpoint.verify(jwt, algorithms), ends, title)
  }
})

t.test('the length and the exponent of an RSA key', async t => {
  const fits = (bits: number, exponent = [1, 0, 1]): boolean => {
    const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff)
    modulus[0] = 0xff >> (modulus.length * 8 - bits)
    const [n, e] = [modulus, Buffer.from(exponent)].map(bytes => bytes.toString('base64url'))
    return keyFits('RS256', importPublicJwk({ kty: 'RSA', n, e })!)
  }
  t.strictSame([2047, 2048, 16_384, 16_385].map(bits => fits(bits)), [false, true, true, false])
  t.strictSame([[1], [2], [3], [4], [1, 0, 0]].map(exponent => fits(2048, exponent)),
    [false, false, true, false, false])
})

t.test('a key fits the algorithms of its type and curve only', async t => {
  const ofRsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
  const others = [ec, createTestKey('ES384'), createTestKey('ES512'), createTestKey('EdDSA')]
  const all = [...ofRsa, 'ES256', 'ES384', 'ES512', 'EdDSA', 'HS256', 'none', 'toString']
  const fitting = (key: TestKey) => all.filter(alg => keyFits(alg, key.publicKey))
  t.strictSame(fitting(rsa), ofRsa)
  t.strictSame(others.map(fitting), [['ES256'], ['ES384'], [], ['EdDSA']])
})

t.test('the key of a header that is kept is chosen once, that of another one each time', async t => {
  const endpoint = new Endpoint()
  endpoint.keys = [rsa.jwk, next.jwk]
  await endpoint.source.load()
  let reads = 0
  const kept = Object.freeze({
    alg: 'RS256',
    get kid () {
      reads += 1
      return 'rsa-1'
    }
  })
  const key = endpoint.source.get(kept)
  const readsOnce = reads
  t.ok(readsOnce > 0)
  t.equal(endpoint.source.get(kept), key)
  t.equal(reads, readsOnce, 'not looked at again')
  await endpoint.source.refresh()
  t.equal(endpoint.source.get(kept), key)
  t.ok(reads > readsOnce, 'other keys, another choice')
  const loose = { alg: 'RS256', kid: 'rsa-1' }
  t.equal(endpoint.source.get(loose), key)
  loose.kid = 'rsa-2'
  t.not(endpoint.source.get(loose), key)
})

t.test('a secret serves HS256 only', async t => {
  const keys = secretKey('client-secret')
  t.equal(await problemOf(() => verifyJws(hmacJwt(claims, 'client-secret'), { keys, algorithms: ['HS256'] })),
    'accepted')
  t.equal(
    await problemOf(() => verifyJws(hmacJwt(claims, 'sécret'), { keys: secretKey('sécret'), algorithms: ['HS256'] })),
    'accepted',
    'in UTF-8'
  )
  t.equal(await problemOf(() => verifyJws(signJwt(claims, rsa), { keys, algorithms: ['RS256'] })), 'key_not_found')
  for (const secret of ['', undefined as unknown as string]) {
    t.match(await errorOf(() => secretKey(secret)), { code: 'configuration_error', option: 'secret' })
  }
})

t.test('verifyJws', async t => {
  const keys = { get: () => rsa.publicKey }
  t.strictSame(await verifyJws(signJwt(claims, rsa), { keys, algorithms: ['RS256'] }), {
    header: { alg: 'RS256', kid: 'rsa-1', typ: 'JWT' },
    payload: claims,
    key: rsa.publicKey
  })
  t.strictSame(
    await verifyJws(signJwt(claims, rsa, { kid: undefined, typ: undefined }), { keys, algorithms: ['RS256'] }),
    { header: { alg: 'RS256' }, payload: claims, key: rsa.publicKey }
  )
  t.equal(await problemOf(() => verifyJws(unsignedJwt(claims), { keys, algorithms: ['none'] })), 'algorithm',
    'none is refused even where it is listed')
  t.equal(await problemOf(() => verifyJws(signJwt(claims, rsa), { keys, algorithms: [] })), 'algorithm')
  t.equal(await problemOf(() => verifyJws(signJwt(claims, rsa), { keys, algorithms: ['RS256'], types: ['at+jwt'] })),
    'type')
  t.equal(
    await problemOf(() =>
      verifyJws(signJwt(claims, rsa, { typ: undefined }), { keys, algorithms: ['RS256'], types: ['at+jwt'] })
    ),
    'type',
    'no typ is not any typ'
  )
  t.equal(await problemOf(() => verifyJws(signJwt(claims, rsa), { keys, algorithms: ['RS256'], maxLength: 100 })),
    'too_long')
  const longest = `a.b.${'c'.repeat(65_532)}`
  t.not(await problemOf(() => verifyJws(longest, { keys, algorithms: ['RS256'] })), 'too_long')
  t.equal(await problemOf(() => verifyJws(`${longest}c`, { keys, algorithms: ['RS256'] })), 'too_long', '64 KiB')
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const refusal = async (header: RawPart, payload: RawPart) =>
    (await errorOf(() => verifyJws(rawJws(header, payload, input => signature('RS256', input, rsa.privateKey)),
      { keys, algorithms: ['RS256'] }))).message
  for (const [text, message] of [['{', 'JSON in UTF-8'], ['[]', 'a JSON object']] as const) {
    t.equal(await refusal(text, claims), `The token's header is not ${message}.`)
    t.equal(await refusal({ alg: 'RS256' }, text), `The token's payload is not ${message}.`)
  }
  t.equal(await refusal({ alg: 'RS256' }, deep(65)), "The token's payload is nested too deeply.")
  const deepList = `{"a":${'['.repeat(64)}${']'.repeat(64)}}`
  t.equal(await refusal({ alg: 'RS256' }, deepList), "The token's payload is nested too deeply.")
  t.equal(await refusal(deep(65), claims), "The token's header is nested too deeply.")
  for (const header of [{ crit: ['x'] }, { b64: true }]) {
    t.equal(await problemOf(() => verifyJws(signJwt(claims, rsa, header), { keys, algorithms: ['RS256'] })),
      'critical_header', JSON.stringify(header))
  }
  const failing = { get: () => Promise.reject(down) }
  t.equal(await problemOf(() => verifyJws(signJwt(claims, rsa), { keys: failing, algorithms: ['RS256'] })),
    'network_error', "a source's own errors pass")
})
