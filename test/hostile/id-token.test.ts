import { createSecretKey } from 'node:crypto'
import { failsClosed, scenario, succeeds, type Failure, type WorldOptions } from './app.js'
import { changed, json, type Defects, type IdTokenDefect } from './idp.js'
import { base64url, ecKey, jws, publicKeyAsSecret, rsaKey } from '../fixtures/jws.js'

const refused: Failure = { status: 502, code: 'token_validation_error' }
const otherIssuer: Failure = { status: 502, code: 'issuer_validation_error', claim: 'iss' }
const byClaim = (claim: string): Failure => ({ ...refused, claim })

type Claims = Record<string, unknown>

/** Sets claims; `undefined` takes one out. */
function claims (change: Claims | ((correct: Claims) => Claims)): IdTokenDefect {
  return {
    payload: correct => {
      const payload = { ...correct, ...(typeof change === 'function' ? change(correct) : change) }
      for (const name of Object.keys(payload)) if (payload[name] === undefined) delete payload[name]
      return payload
    }
  }
}

/** Writes a claim's JSON text by hand. */
function literally (claim: string, text: string): IdTokenDefect {
  return {
    payload: correct => JSON.stringify({ ...correct, [claim]: '@@' }).replace('"@@"', text)
  }
}

function header (change: Record<string, unknown>): IdTokenDefect {
  return { header: correct => ({ ...correct, ...change }) }
}

/** A case whose every variant is refused. */
function refuses (name: string, failure: Failure, variants: Record<string, IdTokenDefect>,
  options: WorldOptions & { path?: string } = {}): void {
  scenario(name, async (t, world) => {
    const path = options.path === undefined ? {} : { path: options.path }
    await succeeds(t, world, {}, path)
    for (const [variant, idToken] of Object.entries(variants)) {
      await failsClosed(t, world, { idToken }, failure, { ...path, variant, control: false })
    }
    t.equal(world.idp.count('unknown'), 0, 'nothing else was asked')
    await succeeds(t, world, {}, path)
  }, options)
}

scenario('IDT-01 a correct RS256 ID token completes the login', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const body = (await browser.call('/private')).json()
  t.equal(body.sub, world.idp.user.sub)
})

refuses('IDT-02 a flipped bit in the signature', refused, {
  'first bit': { token: token => flip(token, 0) },
  'middle bit': { token: token => flip(token, 128) },
  'last bit': { token: token => flip(token, 255) },
  'a signature of zeros': { sign: () => new Uint8Array(256) },
  'no signature': { sign: () => new Uint8Array() },
  'a signature over another payload': { token: token => withPayload(token, { admin: true }) }
})

function flip (token: string, byte: number): string {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes[byte] = (bytes[byte] ?? 0) ^ 1
  return `${head}.${payload}.${base64url(bytes)}`
}

function withPayload (token: string, extra: Claims): string {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const changedClaims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims, ...extra }
  return `${head}.${base64url(JSON.stringify(changedClaims))}.${signature}`
}

refuses('IDT-05 alg none', refused, {
  'with an empty signature': { header: correct => ({ ...correct, alg: 'none' }), sign: () => new Uint8Array() },
  'with the RS256 signature': header({ alg: 'none' }),
  'in capitals': { header: correct => ({ ...correct, alg: 'NONE' }), sign: () => new Uint8Array() },
  'in mixed case, without kid': { header: () => ({ alg: 'nOnE' }), sign: () => new Uint8Array() },
  'with two parts': {
    header: correct => ({ ...correct, alg: 'none' }),
    token: token => token.split('.').slice(0, 2).join('.')
  }
})

refuses('IDT-07 HS256 keyed with the public key', refused, Object.fromEntries(
  Object.entries(publicKeyAsSecret(rsaKey('key-1'))).map((
    [form, secret]
  ) => [form, { ...header({ alg: 'HS256' }), key: createSecretKey(secret) }])
))

refuses('IDT-07 HS256 keyed with the client secret when RS256 is expected', refused, {
  'client secret': { ...header({ alg: 'HS256' }), key: createSecretKey(Buffer.from('client-secret-canary-3d1f0a')) },
  'empty secret': { ...header({ alg: 'HS256' }), key: createSecretKey(Buffer.alloc(0)) }
})

refuses('IDT-09 another algorithm by the right RSA key', refused, {
  RS384: header({ alg: 'RS384' }),
  RS512: header({ alg: 'RS512' }),
  PS256: header({ alg: 'PS256' })
})

const ec = ecKey('ec-1')
refuses('IDT-10 ES256 by an EC key that is in the JWKS', refused, {
  ES256: { header: () => ({ alg: 'ES256', typ: 'JWT', kid: 'ec-1' }), key: ec.privateKey },
  'RS256 named, ES256 made': { header: () => ({ alg: 'RS256', typ: 'JWT', kid: 'ec-1' }), key: ec.privateKey }
}, { idp: { keys: [rsaKey('key-1'), ec] } })

scenario('IDT-11 a PS256 ID token when the options say PS256', async (t, world) => {
  await succeeds(t, world)
  await failsClosed(t, world, { idToken: header({ alg: 'RS256' }) }, refused)
}, { plugin: { idTokenSigningAlg: 'PS256' }, idp: { keys: [rsaKey('pss', 'PS256')] } })

refuses('IDT-12 an alg that is no string', refused, {
  array: { header: correct => ({ ...correct, alg: ['RS256'] }) },
  number: { header: correct => ({ ...correct, alg: 256 }) },
  null: { header: correct => ({ ...correct, alg: null }) },
  missing: { header: ({ typ, kid }) => ({ typ, kid }) },
  empty: { header: correct => ({ ...correct, alg: '' }) }
})

scenario('IDT-13 no kid, and the JWKS holds one key', async (t, world) => {
  await succeeds(t, world, { idToken: { header: ({ alg, typ }) => ({ alg, typ }) } })
})

refuses('IDT-14 no kid, and the JWKS holds two keys that fit', refused, {
  'signed by the first': { header: ({ alg, typ }) => ({ alg, typ }) },
  'signed by the second': { header: ({ alg, typ }) => ({ alg, typ }), key: rsaKey('key-2').privateKey }
}, { idp: { keys: [rsaKey('key-1'), rsaKey('key-2')] } })

scenario('IDT-15 a kid that is unknown, also after one refetch', async (t, world) => {
  await succeeds(t, world)
  const before = world.idp.count('jwks')
  await failsClosed(t, world, { idToken: header({ kid: 'nowhere' }) }, refused, { control: false })
  t.ok(world.idp.count('jwks') - before <= 1, 'at most one extra JWKS request')
  await succeeds(t, world)
})

scenario('IDT-17 two JWKS entries share the kid, the first is a wrong key', async (t, world) => {
  const wrong = { ...rsaKey('key-2').jwk, kid: 'key-1' }
  const answers = { jwks: () => json({ keys: [wrong, rsaKey('key-1').jwk] }) }
  const stranger = rsaKey('key-3').privateKey
  await failsClosed(t, world, { answers, idToken: { key: stranger } }, refused, { control: false })
  await failsClosed(t, world, { answers, idToken: { token: token => flip(token, 0) } }, refused, { control: false })
  const browser = world.browser()
  const response = await world.during({ answers }, () => world.login(browser))
  t.ok([302, 303, 502].includes(response.statusCode), 'the right signature is verified by the right key or refused')
})

const attacker = rsaKey('attacker')
refuses('IDT-18 a key in the jwk header', refused, {
  'with the known kid': { header: correct => ({ ...correct, jwk: attacker.jwk }), key: attacker.privateKey },
  'without kid': { header: ({ alg, typ }) => ({ alg, typ, jwk: attacker.jwk }), key: attacker.privateKey },
  'with its own kid': {
    header: correct => ({ ...correct, kid: attacker.kid, jwk: attacker.jwk }),
    key: attacker.privateKey
  }
})

refuses('IDT-19 a header that points at keys elsewhere', refused, {
  jku: { header: correct => ({ ...correct, jku: 'https://evil.test/jwks.json' }), key: attacker.privateKey },
  'jku with its own kid': {
    header: correct => ({ ...correct, kid: 'attacker', jku: 'https://evil.test/jwks.json' }),
    key: attacker.privateKey
  },
  x5u: { header: correct => ({ ...correct, x5u: 'https://evil.test/cert.pem' }), key: attacker.privateKey },
  x5c: {
    header: correct => ({
      ...correct,
      x5c: [attacker.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')]
    }),
    key: attacker.privateKey
  }
})

refuses('IDT-20 crit lists an unknown name', refused, {
  'one name': header({ crit: ['exp-canary'], 'exp-canary': true }),
  'b64 off': header({ crit: ['b64'], b64: false }),
  'not in the header': header({ crit: ['nope'] }),
  'empty list': header({ crit: [] }),
  'a string': header({ crit: 'exp' })
})

refuses('IDT-22 typ of another class of JWT', refused, {
  'logout+jwt': header({ typ: 'logout+jwt' }),
  'at+jwt': header({ typ: 'at+jwt' }),
  'dpop+jwt': header({ typ: 'dpop+jwt' }),
  'secevent+jwt': header({ typ: 'secevent+jwt' }),
  'application/at+jwt': header({ typ: 'application/at+jwt' }),
  'AT+JWT': header({ typ: 'AT+JWT' })
})

refuses('IDT-23 not three parts', refused, {
  five: { token: token => `${token}.${base64url('iv')}.${base64url('tag')}` },
  'a real JWE header': {
    token: () =>
      `${base64url('{"alg":"dir","enc":"A256GCM"}')}..${base64url('123456789012')}.${base64url('text')}.${
        base64url('1234567890123456')
      }`
  },
  two: { token: token => token.split('.').slice(0, 2).join('.') },
  four: { token: token => `${token}.` },
  dots: { token: () => '..' },
  'standard base64 alphabet and padding': {
    token: token => token.split('.').map(part => Buffer.from(part, 'base64url').toString('base64')).join('.')
  },
  '230 KB': { payload: correct => ({ ...correct, padding: 'x'.repeat(170_000) }) },
  'left out': { token: () => undefined }
})

refuses('IDT-23 no text at all', { status: 502, code: 'invalid_response' }, {
  'empty string': { token: () => '' },
  'a number': { token: () => 1 },
  'an array': { token: token => [token] },
  'an object': { token: token => ({ token }) },
  'white space around': { token: token => ` ${token}\n` }
})

refuses('IDT-27 a payload that is no object', refused, {
  array: { payload: () => '[]' },
  null: { payload: () => 'null' },
  string: { payload: () => '"x"' },
  number: { payload: () => '1' },
  'cut JSON': { payload: correct => JSON.stringify(correct).slice(0, -1) },
  empty: { payload: () => '' },
  'not UTF-8': {
    payload: correct =>
      Buffer.concat([Buffer.from(JSON.stringify(correct).slice(0, -1)),
        Buffer.from([0x2c, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])])
  },
  'nested 5,000 deep': {
    payload: correct => JSON.stringify(correct).slice(0, -1) + `,"deep":${'['.repeat(5000)}${']'.repeat(4999)}}`
  }
})

refuses('IDT-30 iss of another tenant', otherIssuer, {
  'another tenant': claims({ iss: 'https://other.auth0.test/' }),
  'without the slash': claims({ iss: 'https://tenant.auth0.test' }),
  'in capitals': claims({ iss: 'https://TENANT.auth0.test/' }),
  'over http': claims({ iss: 'http://tenant.auth0.test/' }),
  'with a path': claims({ iss: 'https://tenant.auth0.test/x' }),
  'without the scheme': claims({ iss: 'tenant.auth0.test' })
})

refuses('IDT-33 iss missing or in an array', otherIssuer, {
  missing: claims({ iss: undefined }),
  array: claims({ iss: ['https://tenant.auth0.test/'] }),
  null: claims({ iss: null }),
  object: claims({ iss: { toString: 'https://tenant.auth0.test/' } })
})

refuses('IDT-34 aud of another client', byClaim('aud'), {
  'another client': claims({ aud: 'other-client' }),
  'another client in an array': claims({ aud: ['other-client'] })
})

refuses('IDT-35 aud missing or of a wrong type', byClaim('aud'), {
  missing: claims({ aud: undefined }),
  object: claims({ aud: { 0: 'hostile-client' } }),
  number: claims({ aud: 7 }),
  'empty array': claims({ aud: [] }),
  'client id with a suffix': claims({ aud: 'hostile-client-2' }),
  'client id inside a string': claims({ aud: 'x hostile-client y' }),
  'array in an array': claims({ aud: [['hostile-client']] }),
  'other case': claims({ aud: 'HOSTILE-CLIENT' }),
  null: claims({ aud: null })
})

scenario('IDT-36 aud as an array with one member', async (t, world) => {
  await succeeds(t, world, { idToken: claims({ aud: ['hostile-client'] }) })
})

refuses('IDT-38 a second audience without our azp', byClaim('azp'), {
  'azp missing': claims({ aud: ['hostile-client', 'other'] }),
  'azp other': claims({ aud: ['hostile-client', 'other'], azp: 'other' }),
  'azp an array': claims({ aud: ['hostile-client', 'other'], azp: ['hostile-client'] }),
  'azp null': claims({ aud: ['hostile-client', 'other'], azp: null })
})

scenario('IDT-38 a second audience with our azp is let in', async (t, world) => {
  await succeeds(t, world, { idToken: claims({ aud: ['hostile-client', 'other'], azp: 'hostile-client' }) })
})

refuses('IDT-39 one audience, azp of another client', byClaim('azp'), {
  other: claims({ azp: 'other' }),
  number: claims({ azp: 1 }),
  empty: claims({ azp: '' })
})

refuses('IDT-40 sub missing', byClaim('sub'), {
  missing: claims({ sub: undefined }),
  empty: claims({ sub: '' }),
  number: claims({ sub: 12 }),
  null: claims({ sub: null }),
  array: claims({ sub: ['auth0|1'] })
})

refuses('IDT-42 sub too long or with control characters', byClaim('sub'), {
  'too long': claims({ sub: 'auth0|' + 'a'.repeat(250) }),
  'line feed': claims({ sub: 'auth0|a\nb' }),
  NUL: claims({ sub: 'auth0|a\u0000' }),
  DEL: claims({ sub: 'auth0|a\u007f' })
})

scenario('IDT-42 a sub of 255 characters is let in', async (t, world) => {
  const sub = 'a'.repeat(255)
  const { browser } = await succeeds(t, world, { idToken: claims({ sub }) })
  t.equal((await browser.call('/private')).json().sub, sub)
})

scenario('IDT-43 an expired token, and one within the tolerance of 30 s', async (t, world) => {
  const now = world.clock.now
  await failsClosed(t, world, { idToken: claims({ iat: now - 120, exp: now - 60 }) }, byClaim('exp'))
  await failsClosed(t, world, { idToken: claims({ iat: now - 120, exp: now - 31 }) }, byClaim('exp'))
  await succeeds(t, world, { idToken: claims({ iat: now - 120, exp: now - 10 }) })
})

refuses('IDT-44 exp missing or no sensible number', byClaim('exp'), {
  missing: claims({ exp: undefined }),
  string: claims(correct => ({ exp: String(correct.exp) })),
  '1e400': literally('exp', '1e400'),
  negative: claims({ exp: -1 }),
  milliseconds: claims(correct => ({ exp: (correct.exp as number) * 1000 })),
  null: claims({ exp: null }),
  array: claims(correct => ({ exp: [correct.exp] })),
  true: claims({ exp: true }),
  'a float': claims(correct => ({ exp: (correct.exp as number) + 0.5 }))
})

refuses('IDT-44 exp that is not JSON', refused, { NaN: literally('exp', 'NaN') })

refuses('IDT-45 iat missing', byClaim('iat'), {
  missing: claims({ iat: undefined }),
  string: claims(correct => ({ iat: String(correct.iat) })),
  null: claims({ iat: null })
})

refuses('IDT-46 iat one hour ahead', byClaim('iat'), {
  ahead: claims(correct => ({ iat: (correct.iat as number) + 3600 }))
})

refuses('IDT-47 iat one week old', byClaim('iat'), {
  old: claims(correct => ({ iat: (correct.iat as number) - 7 * 86_400 }))
})

refuses('IDT-48 nbf one hour ahead', byClaim('nbf'), {
  ahead: claims(correct => ({ nbf: (correct.iat as number) + 3600 })),
  string: claims(correct => ({ nbf: String(correct.iat) }))
})

scenario('IDT-48 nbf in the past is let in', async (t, world) => {
  await succeeds(t, world, { idToken: claims(correct => ({ nbf: correct.iat })) })
})

refuses('IDT-50 nonce missing', byClaim('nonce'), { missing: claims({ nonce: undefined }) })

refuses('IDT-51 another nonce', byClaim('nonce'), {
  other: claims({ nonce: 'another' }),
  array: claims(correct => ({ nonce: [correct.nonce] })),
  'other case': claims(correct => ({ nonce: swapCase(correct.nonce as string) })),
  prefix: claims(correct => ({ nonce: (correct.nonce as string).slice(0, -1) })),
  longer: claims(correct => ({ nonce: `${correct.nonce}x` })),
  empty: claims({ nonce: '' }),
  null: claims({ nonce: null })
})

function swapCase (text: string): string {
  return text.replace(/[a-z]/gi,
    letter => letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())
}

scenario('IDT-52 the ID token of a finished login comes again', async (t, world) => {
  await succeeds(t, world)
  const replayed = world.idp.lastIdToken
  await failsClosed(t, world, { idToken: { token: () => replayed } }, byClaim('nonce'), { control: false })
})

const maxAge: WorldOptions = { plugin: { authorizationParams: { max_age: 60 } } }

refuses('IDT-53 auth_time missing although max_age was sent', byClaim('auth_time'), {
  missing: claims({ auth_time: undefined }),
  string: claims(correct => ({ auth_time: String(correct.auth_time) }))
}, maxAge)

refuses('IDT-54 auth_time too old or ahead', byClaim('auth_time'), {
  'one hour old': claims(correct => ({ auth_time: (correct.auth_time as number) - 3600 })),
  '91 s old': claims(correct => ({ auth_time: (correct.auth_time as number) - 91 })),
  'one hour ahead': claims(correct => ({ auth_time: (correct.auth_time as number) + 3600 })),
  negative: claims({ auth_time: -1 })
}, maxAge)

scenario('IDT-54 auth_time within max_age and the tolerance', async (t, world) => {
  await succeeds(t, world, { idToken: claims(correct => ({ auth_time: (correct.auth_time as number) - 80 })) })
}, maxAge)

refuses('IDT-55 max_age given for one login only', byClaim('auth_time'), {
  'one hour old': claims(correct => ({ auth_time: (correct.auth_time as number) - 3600 })),
  missing: claims({ auth_time: undefined })
}, {
  path: '/strict-login',
  routes: app => {
    app.get('/strict-login', async (request, reply) => {
      const url = await request.auth0.startInteractiveLogin({
        authorizationParams: { max_age: 60 },
        returnTo: '/private'
      })
      return reply.redirect(url.href)
    })
  }
})

refuses('IDT-57 at_hash of another access token', byClaim('at_hash'), {
  other: claims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  empty: claims({ at_hash: '' }),
  number: claims({ at_hash: 1 })
})

scenario('IDT-57 an ID token without at_hash is let in', async (t, world) => {
  await succeeds(t, world, { idToken: claims({ at_hash: undefined }) })
})

scenario('IDT-60 prototype keys among the claims', async (t, world) => {
  const browser = world.browser()
  const defects: Defects = {
    idToken: {
      payload: correct =>
        JSON.stringify(correct).slice(0, -1) +
        ',"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"prototype":{"admin":true}}'
    }
  }
  const response = await world.during(defects, () => world.login(browser))
  t.equal(({} as { admin?: boolean }).admin, undefined, 'Object.prototype is unchanged')
  t.ok([302, 303, 502].includes(response.statusCode))
  const { session } = (await browser.call('/private')).json()
  t.equal(session?.user?.admin, undefined, 'no inherited admin')
  const asked = await world.app.inject({
    url: '/who',
    headers: { cookie: browser.cookieHeader('/'), host: 'app.example.test' }
  })
  t.strictSame(asked.json(), { admin: 'undefined', proto: true })
}, {
  routes: app => {
    app.get('/who', async request => {
      const user = await request.auth0.getUser()
      return {
        admin: String(user?.admin),
        proto: user === undefined || [Object.prototype, null].includes(Object.getPrototypeOf(user))
      }
    })
  }
})

scenario('IDT-64 keys rotated between login start and callback', async (t, world) => {
  await succeeds(t, world)
  world.advance(1)
  const before = world.idp.count('jwks')
  await succeeds(t, world, {}, {
    between: () => {
      world.idp.keys = [rsaKey('key-2')]
    }
  })
  t.equal(world.idp.count('jwks') - before, 1, 'one refetch')
})

scenario('IDT-65 keys rotated between two logins', async (t, world) => {
  await succeeds(t, world)
  world.advance(3600)
  world.idp.keys = [rsaKey('key-2')]
  await succeeds(t, world)
  const removed = rsaKey('key-1')
  await failsClosed(t, world, { idToken: { ...header({ kid: removed.kid }), key: removed.privateKey } }, refused)
})

scenario('IDT-65 a removed key is refused once the cache limit is over, though no new kid was seen',
  async (t, world) => {
    world.idp.keys = [rsaKey('key-1'), rsaKey('key-2')]
    const old: Defects = { idToken: { ...header({ kid: 'key-2' }), key: rsaKey('key-2').privateKey } }
    await succeeds(t, world, old)
    world.idp.keys = [rsaKey('key-1')]
    world.advance(601)
    await failsClosed(t, world, old, refused)
  })

scenario('JWS made by hand verify (control of the builder)', async (t, world) => {
  const browser = world.browser()
  const location = await world.start(browser)
  const asked = world.idp.asked(location)
  const now = world.clock.now
  const token = jws({
    header: { alg: 'RS256', kid: 'key-1' },
    payload: {
      iss: world.idp.issuer,
      sub: 'auth0|by-hand',
      aud: 'hostile-client',
      iat: now,
      exp: now + 60,
      nonce: asked.get('nonce')
    },
    key: rsaKey('key-1').privateKey
  })
  const path = world.back(location)
  const response = await world.during({ answers: { token: correct => changed(correct, { id_token: token }) } },
    () => browser.navigate(path))
  t.equal(response.statusCode, 302)
})
