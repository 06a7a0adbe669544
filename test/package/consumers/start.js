/** What a start loads: no flow that few applications use, and few files. What the first login needs comes soon after. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { Session } from 'node:inspector'
import { setImmediate } from 'node:timers/promises'
import Fastify from 'fastify'

const loaded = new Set()
const session = new Session()
session.connect()
session.on('Debugger.scriptParsed', ({ params: { url } }) => {
  const own = /\/fastify-auth0\/dist\/lib\/(.*?)(?:-[\w-]{8})?\.js$/.exec(url)?.[1]
  if (own !== undefined) loaded.add(own)
  else if (url.includes('/jose/')) loaded.add('jose')
})
session.post('Debugger.enable')

const { default: auth0 } = await import('fastify-auth0')
assert.deepEqual([...loaded].sort(), ['chunks/authentication', 'chunks/base', 'chunks/plugin', 'chunks/stores', 'index'])
const app = Fastify()
await app.register(auth0, {
  domain: 'acme.eu.auth0.com',
  clientId: 'app',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a secret of more than thirty-two characters',
  clientAssertionSigningKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  clientAssertionSigningAlg: 'ES256',
  customFetch: () => new Response('no tenant', { status: 503 })
})
await app.ready()
assert.deepEqual([...loaded].sort(), ['chunks/authentication', 'chunks/base', 'chunks/management', 'chunks/plugin',
  'chunks/rolldown-runtime', 'chunks/stores', 'index'])
assert.equal(await app.auth0.handleBackchannelLogout('').catch(error => error.name), 'MissingRequiredArgumentError')
assert(loaded.has('chunks/backchannel-logout'))
await app.listen({ port: 0 })
while (!loaded.has('jose') || !loaded.has('chunks/login')) await setImmediate()
await app.close()
