import fastify from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0 from '../../lib/index.js'
import { createTestKey } from '../tokens/jws-builder.js'
import { until } from '../until.js'

const issuer = 'https://acme.eu.auth0.com/'
const key = createTestKey('ES256')

/** A server whose tenant lists what it is asked. */
async function site (t: Test, options: { down?: boolean, domain?: () => string } = {}) {
  const asked: string[] = []
  const app = fastify()
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, {
    domain: options.domain ?? 'acme.eu.auth0.com',
    clientId: 'client-1',
    clientSecret: 'a secret',
    appBaseUrl: 'http://localhost:3000',
    sessionSecret: 'a session secret of enough characters',
    customFetch: async input => {
      const { pathname } = new URL(String(input))
      asked.push(pathname)
      await new Promise(resolve => setImmediate(resolve))
      if (options.down === true) throw new Error('ECONNREFUSED')
      return Response.json(pathname.endsWith('jwks.json')
        ? { keys: [key.jwk] }
        : {
            issuer,
            authorization_endpoint: `${issuer}authorize`,
            token_endpoint: `${issuer}oauth/token`,
            jwks_uri: `${issuer}.well-known/jwks.json`
          })
    }
  })
  return { app, asked }
}

t.test('a server that listens has metadata and keys before its first visitor', async t => {
  const { app, asked } = await site(t)
  await app.ready()
  t.strictSame(asked, [], 'being ready asks for nothing')
  await app.listen({ port: 0 })
  await until(() => asked.length === 2)
  t.strictSame(asked, ['/.well-known/openid-configuration', '/.well-known/jwks.json'])
  t.equal((await app.inject('/auth/login')).statusCode, 302)
  t.equal(asked.length, 2)
})

t.test('a tenant that cannot be reached does not keep a server from starting', async t => {
  const { app, asked } = await site(t, { down: true })
  await app.listen({ port: 0 })
  await until(() => asked.length > 0)
  t.equal((await app.inject('/auth/login')).statusCode, 502)
})

t.test('with several domains nothing is asked for', async t => {
  const { app, asked } = await site(t, { domain: () => 'acme.eu.auth0.com' })
  await app.listen({ port: 0 })
  t.equal((await app.inject('/auth/login')).statusCode, 302)
  t.strictSame(asked, ['/.well-known/openid-configuration'])
})
