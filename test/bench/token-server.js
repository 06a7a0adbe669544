import { generateKeyPairSync, sign } from 'node:crypto'
import fastify from 'fastify'
import { args, serve } from './child.js'
import { claims, options } from './subject.js'

const { variant, alg } = args()
const app = fastify()
const audience = 'https://api.example.com'
const issuer = 'https://bench.eu.auth0.com/'
const { privateKey, publicKey } = alg === 'ES256'
  ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  : generateKeyPairSync('rsa', { modulusLength: 2048 })
const now = Math.floor(Date.now() / 1000)

/** An access token of about 1,470 bytes. */
function token (n) {
  const { sub, name, picture, email, ...rest } = claims(n)
  const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')
  const payload = {
    iss: issuer,
    sub,
    aud: [audience, `${issuer}userinfo`],
    iat: now,
    exp: now + 86_400,
    azp: 'bench-client',
    scope: 'openid profile email read:items write:items',
    permissions: ['read:items', 'write:items'],
    name,
    picture,
    email,
    ...rest
  }
  const input = `${encode({ alg, typ: 'JWT', kid: 'key-1' })}.${encode(payload)}`
  return `${input}.${
    sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  }`
}

if (variant === 'bare') {
  app.get('/me', async () => ({ done: true }))
} else if (variant.startsWith('@fastify/jwt')) {
  const { default: jwt } = await import('@fastify/jwt')
  await app.register(jwt, {
    secret: { public: publicKey.export({ type: 'spki', format: 'pem' }) },
    verify: { algorithms: [alg], allowedIss: issuer, allowedAud: audience, cache: variant.endsWith('cache') }
  })
  app.get('/me', {
    onRequest: async request => {
      await request.jwtVerify()
    }
  }, async () => ({ done: true }))
} else {
  const { default: auth0 } = await import('fastify-auth0')
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg, use: 'sig' }]
  const customFetch = async url =>
    Response.json(
      String(url).endsWith('jwks.json')
        ? { keys }
        : {
            issuer,
            authorization_endpoint: `${issuer}authorize`,
            token_endpoint: `${issuer}oauth/token`,
            jwks_uri: `${issuer}.well-known/jwks.json`
          }
    )
  await app.register(auth0, {
    ...options,
    customFetch,
    api: { audience, signingAlgs: [alg], cacheEntries: variant === 'cold' ? 0 : 1000 }
  })
  app.get('/me', { onRequest: app.auth0.requireToken({ scopes: ['read:items'] }) }, async () => ({ done: true }))
}
const url = await app.listen({ host: '127.0.0.1', port: 0 })
serve({ url, headers: Array.from({ length: 100 }, (_, n) => `Bearer ${token(n)}`) })
