import assert from 'node:assert/strict'
import Fastify from 'fastify'
import auth0, { Auth0Error, ConfigurationError, fastifyAuth0 } from 'fastify-auth0'
import { AuthenticationClient } from 'fastify-auth0/authentication'
import { ManagementClient } from 'fastify-auth0/management'
import { instrument } from 'fastify-auth0/otel'
import { MemorySessionStore } from 'fastify-auth0/stores'
import { createTenant } from 'fastify-auth0/testing'

assert.equal(auth0, fastifyAuth0)
instrument()()
for (const name of [AuthenticationClient, ManagementClient, MemorySessionStore]) assert.equal(typeof name, 'function')

const tenant = await createTenant({
  issuer: 'https://acme.eu.auth0.com/',
  clients: [{ clientId: 'app', clientSecret: 'secret' }]
})
const app = Fastify()
await app.register(auth0, {
  domain: tenant.domain,
  clientId: 'app',
  clientSecret: 'secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a secret of more than thirty-two characters',
  customFetch: tenant.fetch
})
app.get('/', { preHandler: app.auth0.requireSession }, async request => request.auth0.user)
const guarded = await app.inject({ url: '/', headers: { host: 'app.example.com', accept: 'application/json' } })
assert.equal(guarded.statusCode, 401)
const login = await app.inject({ url: '/auth/login', headers: { host: 'app.example.com', accept: 'text/html' } })
assert.match(String(login.headers.location), /^https:\/\/acme\.eu\.auth0\.com\/authorize\?/)
await app.close()
await tenant.close()

const refused = await Promise.resolve(Fastify().register(auth0, {})).then(() => undefined, error => error)
assert(refused instanceof ConfigurationError && refused instanceof Auth0Error)
