import { readFileSync } from 'node:fs'
import fastify, { type FastifyInstance } from 'fastify'
import auth0, { type TlsCredentials } from 'fastify-auth0'
import { start, type Settings } from '../start.js'

const { TLS_CERT_FILE = 'client.crt', TLS_KEY_FILE = 'client.key' } = process.env

function readCredentials (): TlsCredentials {
  return { cert: readFileSync(TLS_CERT_FILE), key: readFileSync(TLS_KEY_FILE) }
}

export async function build ({ clientSecret: _, ...settings }: Settings,
  tls = readCredentials()): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(auth0, { ...settings, tls })

  app.get('/', { preHandler: app.auth0.requireSession }, async request => ({ name: request.auth0.user.name }))
  return app
}

await start(import.meta.url, build)
