import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fastify, { type FastifyInstance } from 'fastify'
import auth0 from 'fastify-auth0'
import { start, type ExampleTenant, type Settings } from '../start.js'

const { AUTH0_PRIVATE_KEY_FILE: file, AUTH0_KEY_ID: keyId = 'example-key' } = process.env
const made = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signingKey = file === undefined ? made.privateKey : readFileSync(file, 'utf8')

export const tenant: ExampleTenant = {
  client: {
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [{ ...made.publicKey.export({ format: 'jwk' }), kid: 'example-key', alg: 'RS256' }] }
  }
}

export async function build ({ clientSecret: _, ...settings }: Settings): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, {
    ...settings,
    clientAssertionSigningKey: signingKey,
    clientAssertionSigningAlg: 'RS256',
    clientAssertionSigningKeyId: keyId,
    signedAuthorizationRequests: true
  })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => ({ name: request.auth0.user.name }))
  return app
}

await start(import.meta.url, build, tenant)
