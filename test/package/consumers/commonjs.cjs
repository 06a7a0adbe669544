const assert = require('node:assert/strict')
const Fastify = require('fastify')
const auth0 = require('fastify-auth0')
const { TokenVerifier } = require('fastify-auth0/authentication')

async function main () {
  const options = { domain: 'acme.eu.auth0.com', clientId: 'app', clientSecret: 'secret', appBaseUrl: 'https://app.example.com', sessionSecret: 'a secret of more than thirty-two characters' }
  for (const plugin of [auth0, auth0.default, auth0.fastifyAuth0, import('fastify-auth0')]) {
    const app = Fastify()
    await app.register(plugin, options)
    assert.equal(typeof app.auth0.requireSession, 'function')
    await app.close()
  }
  assert.equal((await import('fastify-auth0')).Auth0Error, auth0.Auth0Error, 'one class, however it is loaded')
  assert.equal(typeof TokenVerifier, 'function')
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
