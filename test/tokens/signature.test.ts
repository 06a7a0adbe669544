import {
  createPublicKey, createSecretKey, generateKeyPairSync, randomBytes, sign, type JsonWebKey, type KeyObject
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as jose from 'jose'
import t from 'tap'
import { TokenValidationError } from '../../lib/errors.js'
import { endOfSigned, peekClaims, splitCompactJws } from '../../lib/tokens/compact.js'
import { checkHeader, verifyJws } from '../../lib/tokens/jws.js'
import { importKeySet, importPublicJwk, selectKey } from '../../lib/tokens/jwk-set.js'
import { verifySignature } from '../../lib/tokens/signature.js'
import { createTestKey, hmacJwt, rawJws, signJwt, type TestKey } from './jws-builder.js'
import { errorOf, problemOf } from './problem.js'

interface CompactGroup {
  comment: string
  keys: object[]
  tests: { tcId: number, comment: string, jws: string, result: string }[]
}

interface RawGroup {
  file: string
  alg: string
  wrongParameters?: boolean
  jwk?: JsonWebKey
  pem?: string
  tests: { tcId: number, msg: string, sig: string, result: string }[]
}

function vectors<T> (name: string): T[] {
  return JSON.parse(readFileSync(new URL(`./wycheproof/${name}.json`, import.meta.url), 'utf8')) as T[]
}

const everyAlgorithm = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']

/** Whether a compact JWS verifies with a key set; its payload may be any text. */
function verifies (token: string, keys: readonly object[]): boolean {
  return isAccepted(() => {
    const jws = splitCompactJws(token, 65_536)
    const header = checkHeader(jws.header, everyAlgorithm, [...everyType, 'jwt'])
    const key = selectKey(importKeySet(keys), header)
    if (key === undefined) return false
    verifySignature(jws, key, header.alg)
    return true
  })
}

/** The vectors are of no type in particular. */
const everyType = ['jose', 'jose+json', 'jws']

t.test('the header of the token before is not read again, and cannot be changed', async t => {
  const key = createTestKey('ES256')
  const [one, other] = ['1', '2'].map(sub => splitCompactJws(signJwt({ sub }, key), 1000).header)
  t.equal(other, one)
  t.ok(Object.isFrozen(one))
  const header = { kid: 'k'.repeat(1000) }
  const long = Array.from({ length: 2 }, () => splitCompactJws(signJwt({}, key, header), 9000).header)
  t.not(long[0], long[1], 'a long one is not kept')
  t.strictSame(long[0], long[1])
})

function verifiesRaw (data: Buffer, signed: Buffer, key: KeyObject, alg: string): boolean {
  return isAccepted(() => {
    verifySignature({ header: {}, payload: data, signed: data.toString('latin1'), signature: signed }, key, alg)
    return true
  })
}

function isAccepted (work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    if (error instanceof TokenValidationError) return false
    throw error
  }
}

/** Vectors of `compact.json` that end otherwise than their `result` says, and why. jose does the same. */
const otherwise: Record<string, string> = {
  '346 valid: Figure20': 'the JWK says PS256, the header PS384',
  '347 valid: Figure27': 'the JWK says ES521, which no algorithm is called',
  '350 valid: Figure20': 'the JWK says PS256, the header PS384',
  '351 valid: Figure27': 'the JWK says ES521, which no algorithm is called',
  '7 invalid: rejectsKeyWithRocaVulnerability': 'a weak key is for its owner to replace; the signature is right',
  '46 invalid: rejectsKeyWithRocaVulnerability': 'a weak key is for its owner to replace; the signature is right'
}

t.test('the compact vectors of Wycheproof', async t => {
  const groups = vectors<CompactGroup>('compact')
  const differing = groups.flatMap(({ keys, tests }) =>
    tests.filter(({ jws, result }) => (result === 'valid') !== verifies(jws, keys))
      .map(({ tcId, comment, result }) => `${tcId} ${result}: ${comment}`)
  )
  t.strictSame(differing.sort(), Object.keys(otherwise).sort())
  for (const { keys, tests } of groups) {
    for (const { tcId, comment, jws, result } of tests) {
      if (!(`${tcId} ${result}: ${comment}` in otherwise)) continue
      const set = jose.createLocalJWKSet({ keys: keys as jose.JWK[] })
      const verified = await jose.compactVerify(jws, set).catch(() => {})
      t.equal(verified !== undefined, verifies(jws, keys), `jose agrees on ${tcId}`)
    }
  }
})

t.test('the raw vectors of Wycheproof', async t => {
  const ends = new Map<string, number>()
  for (const { file, alg, wrongParameters, jwk, pem, tests } of vectors<RawGroup>('raw')) {
    const key = jwk === undefined ? createPublicKey(pem as string) : importPublicJwk(jwk as Record<string, unknown>)
    for (const { tcId, msg, sig, result } of tests) {
      const accepted = key !== undefined && verifiesRaw(Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'), key, alg)
      // `acceptable` ones are odd encodings, which need not be taken.
      const isRight = result === 'acceptable' || accepted === (result === 'valid' && wrongParameters !== true)
      if (!isRight) t.fail(`${file} ${tcId} is ${result}`)
      ends.set(String(accepted), (ends.get(String(accepted)) ?? 0) + 1)
    }
  }
  t.ok(ends.get('true')! > 200 && ends.get('false')! > 500, 'both ends were met')
})

/** Keys by algorithm. */
const keys = new Map(everyAlgorithm.map(alg => [alg, createTestKey(alg)]))

/** The random tokens of a run. `RANDOM_TOKENS=10000` makes more of them. */
const randomTokens = Number(process.env['RANDOM_TOKENS'] ?? 2000)

/** Signing with RSA and on P-384 takes long, so fewer tokens are signed so. */
const cheap = ['ES256', 'EdDSA']
const EVERY_DEAR = 25

function algorithmOfTurn (turn: number): string {
  return turn % EVERY_DEAR === 0
    ? everyAlgorithm[turn / EVERY_DEAR % everyAlgorithm.length]!
    : cheap[turn % cheap.length]!
}

/** Changes one character of the signature, or nothing. The last character has bits that no byte holds. */
function damaged (token: string, turn: number): string {
  if (turn % 3 !== 0) return token
  const at = token.lastIndexOf('.') + 1 + turn % (token.length - token.lastIndexOf('.') - 1)
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

async function makeToken (turn: number, key: TestKey, secret: Buffer): Promise<string> {
  const claims = { sub: randomBytes(turn % 40).toString('base64'), turn }
  if (turn % 10 === 1) return hmacJwt(claims, secret, { kid: key.kid })
  if (turn % 2 === 0) return signJwt(claims, key)
  return await new jose.SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey)
}

t.test('jose and we agree on random tokens, whoever of the two made them', async t => {
  const secret = randomBytes(32)
  const secretKey = createSecretKey(secret)
  const imported = importKeySet([...keys.values()].map(({ jwk }) => jwk))
  const ends = { accepted: 0, signature: 0, malformed: 0 }
  for (let turn = 0; turn < randomTokens; turn++) {
    const made = keys.get(algorithmOfTurn(turn))!
    const token = damaged(await makeToken(turn, made, secret), turn)
    const isSymmetric = turn % 10 === 1
    const key = isSymmetric ? secretKey : selectKey(imported, { alg: made.alg, kid: made.kid })!
    const algorithms = [isSymmetric ? 'HS256' : made.alg]
    const ours = await problemOf(() => verifyJws(token, { keys: { get: () => key }, algorithms })) as keyof typeof ends
    const theirs = await jose.compactVerify(token, key).then(() => 'accepted', () => 'signature')
    // jose's decoder forgives loose bits at the end of a part.
    if (ours !== theirs && ours !== 'malformed') t.fail(`${token}: ${ours} here, ${theirs} by jose`)
    ends[ours]++
  }
  t.ok(ends.accepted > randomTokens / 2 && ends.signature > randomTokens / 4, JSON.stringify(ends))
  // How many end in loose bits is chance.
  t.ok(ends.malformed < randomTokens / 50, 'only loose bits are refused')
})

/** Runs a guard's part on a token and says whether any of it had to wait. */
function isAtOnce (work: () => unknown): boolean {
  const result = work()
  return !(result instanceof Promise)
}

t.test('a key that is at hand verifies at once', async t => {
  const rsa = keys.get('RS256')!
  const options = { keys: { get: () => rsa.publicKey }, algorithms: ['RS256'] }
  t.ok(isAtOnce(() => verifyJws(signJwt({ sub: 'auth0|1' }, rsa), options)))
  const refuse = () => verifyJws(signJwt({}, keys.get('PS256')!), { ...options, algorithms: ['PS256'] })
  t.throws(refuse, TokenValidationError, 'a refusal, too')
  const later = { ...options, keys: { get: () => Promise.resolve(rsa.publicKey) } }
  const pending = verifyJws(signJwt({ sub: 'auth0|1' }, rsa), later)
  t.type(pending, Promise)
  t.match(await pending, { payload: { sub: 'auth0|1' } })
})

t.test('a key is used only for what it is', async t => {
  const [rsa, ps, es, ed] = ['RS256', 'PS256', 'ES256', 'EdDSA'].map(alg => keys.get(alg)!) as TestKey[]
  const short = createTestKey('RS256', { modulusLength: 1024 })
  const { n } = rsa!.jwk
  const one = createPublicKey({ key: { kty: 'RSA', n: n!, e: 'AQ' }, format: 'jwk' })
  const even = createPublicKey({ key: { kty: 'RSA', n: n!, e: 'AQAA' }, format: 'jwk' })
  const { publicKey: pss } = generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha1',
    mgf1HashAlgorithm: 'sha1'
  })
  const huge = createPublicKey({
    key: { kty: 'RSA', n: Buffer.alloc(2050, 255).toString('base64url'), e: 'AQAB' },
    format: 'jwk'
  })
  const cases: [string, string, KeyObject, string, boolean][] = [
    ['RS256 with a P-256 key', 'RS256', es!.publicKey, signJwt({}, rsa!), false],
    ['ES256 with an RSA key', 'ES256', rsa!.publicKey, signJwt({}, es!), false],
    ['EdDSA with a P-256 key', 'EdDSA', es!.publicKey, signJwt({}, ed!), false],
    ['ES256 with a P-384 key', 'ES256', keys.get('ES384')!.publicKey,
      signJwt({}, { ...keys.get('ES384')!, alg: 'ES256' }), false],
    ['HS256 with a public key', 'HS256', rsa!.publicKey, hmacJwt({}, 'x'), false],
    ['RS256 with a secret', 'RS256', createSecretKey(Buffer.alloc(32)), signJwt({}, rsa!), false],
    ['RS256 with the private key', 'RS256', rsa!.privateKey, signJwt({}, rsa!), false],
    ['RSA of 1024 bits', 'RS256', short.publicKey, signJwt({}, short), false],
    ['RSA of 16,400 bits', 'RS256', huge, signJwt({}, rsa!), false],
    ['an exponent of 1', 'RS256', one, signJwt({}, rsa!), false],
    ['an even exponent', 'RS256', even, signJwt({}, rsa!), false],
    ['a key for RSA-PSS with other parameters', 'PS256', pss, signJwt({}, ps!), false],
    ['an algorithm that nobody knows', 'XS256', rsa!.publicKey, signJwt({}, rsa!, { alg: 'XS256' }), false],
    ['a signature in DER', 'ES256', es!.publicKey,
      rawJws({ alg: 'ES256' }, {}, input => sign('sha256', input, es!.privateKey)), false],
    ['control: RS256', 'RS256', rsa!.publicKey, signJwt({}, rsa!), true],
    ['control: ES256', 'ES256', es!.publicKey, signJwt({}, es!), true]
  ]
  for (const [title, alg, key, token, accepted] of cases) {
    const end = await problemOf(() => verifyJws(token, { keys: { get: () => key }, algorithms: [alg] }))
    t.equal(end, accepted ? 'accepted' : 'signature', title)
  }
})

t.test('a source may hand out a CryptoKey', async t => {
  const { jwk } = keys.get('ES256')!
  const key = await jose.importJWK(jwk as jose.JWK, 'ES256') as unknown as KeyObject
  const token = signJwt({ sub: 'auth0|1' }, keys.get('ES256')!)
  t.match(verifyJws(token, { keys: { get: () => key }, algorithms: ['ES256'] }), { payload: { sub: 'auth0|1' } })
})

t.test('headers that are refused', async t => {
  const rsa = keys.get('RS256')!
  const options = { keys: { get: () => rsa.publicKey }, algorithms: ['RS256'] }
  for (const header of [{ b64: true }, { b64: false }, { crit: ['b64'], b64: true }, { crit: [] }]) {
    t.equal(await problemOf(() => verifyJws(signJwt({}, rsa, header), options)), 'critical_header')
  }
  const [header, payload, end] = signJwt({ sub: 'a' }, rsa).split('.') as [string, string, string]
  for (const token of [`${header}=.${payload}.${end}`, `${header}.${payload}.${end}=`, `${header}.${payload}`,
    `${header}.${payload}.${end}.`, `.${payload}.${end}`, '..', '.', 'a', `${header}.${payload} .${end}`,
    `${header}.${payload}.${end.slice(0, -2)}+/`]) {
    t.equal(await problemOf(() => verifyJws(token, options)), 'malformed', token)
    const isInParts = token.split('.').length === 3
    t.equal(/three parts/.test((await errorOf(() => verifyJws(token, options))).message), !isInParts)
  }
  t.equal(await problemOf(() => verifyJws(signJwt({ sub: 'a' }, rsa), options)), 'accepted', 'control')
})

t.test('a payload is an object, is not too deep, and loses its __proto__', async t => {
  const peek = (payload: string) => peekClaims(`e30.${Buffer.from(payload).toString('base64url')}.AA`, 99_999)
  t.strictSame(peek('{"__proto__":{"a":1},"b":["text",1,null,{"__proto__":2,"c":true}]}'),
    { b: ['text', 1, null, { c: true }] })
  // The list beside it makes 65 brackets: enough for the depth to be looked at.
  const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)},"b":[]}`
  t.strictSame(peek(nested(64)), JSON.parse(nested(64)), 'as deep as can be')
  for (const [payload, message] of [['7', 'is not a JSON object'], ['{', 'is not JSON in UTF-8'],
    [nested(65), 'is nested too deeply']] as const) {
    t.throws(() => peek(payload), { reason: 'malformed', message: `The token's payload ${message}.` })
  }
})

t.test('where the signed part of a token ends', async t => {
  for (
    const [token, end] of [
      ['ab.cd.ef', 5], ['..', 1], ['ab.cd.', 5], ['', -1], ['ab', -1], ['ab.cd', -1], ['ab.cd.ef.', -1],
      ['a.b.c.d.e', -1]
    ] as const
  ) t.equal(endOfSigned(token), end, token)
})
