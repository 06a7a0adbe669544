import { createServer, globalAgent } from 'node:https'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import session from 'express-session'
import type { Test } from 'tap'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { createTenant, type Tenant } from '../../../lib/testing/index.js'
import { listening } from '../../fixtures/loopback.js'
import { certificate } from '../../hostile/certificates.js'

const require = createRequire(import.meta.url)
const packages = fileURLToPath(new URL('../../../node_modules/', import.meta.url))

export const credentials = { clientId: 'web', clientSecret: 'web-secret-of-the-tests' }
export const audience = 'https://api.example.com'
export const ada = 'ada@example.com'

/** An Express application and a tenant, both by https, which this process trusts until the test has ended. */
export interface World {
  app: Express
  /** Of the application. */
  origin: string
  tenant: Tenant
}

/**
 * Starts both on one site, as an application and its tenant with a custom domain are: a browser lets the tenant have
 * its cookie in a frame.
 */
export async function startWorld (t: Test): Promise<World> {
  const authority = certificate({ name: 'An authority', authority: true })
  const { cert, key } = certificate({ name: 'Both', issuer: authority, hosts: ['localhost'] })
  const tenant = await createTenant({
    host: 'localhost',
    tls: { cert, key },
    clients: [
      { ...credentials, refreshToken: { rotation: true } },
      { clientId: 'spa', refreshToken: { rotation: true } }
    ]
  })
  const before = { dispatcher: getGlobalDispatcher(), ca: globalAgent.options.ca }
  const dispatcher = new Agent({ connect: { ca: authority.cert } })
  setGlobalDispatcher(dispatcher)
  globalAgent.options.ca = authority.cert

  const app = express()
  app.use(session({ secret: 'secret', resave: false, saveUninitialized: true, cookie: { secure: true } }))
  app.use(express.urlencoded({ extended: false }))
  app.get('/', (_request, response) => {
    response.type('html').send('<!doctype html><title>Application</title><script src="/spa.js"></script>' +
      '<script src="/oidc.js"></script>')
  })
  app.get('/spa.js', (_request, response) =>
    response.sendFile(`${packages}@auth0/auth0-spa-js/dist/auth0-spa-js.production.js`))
  app.get('/oidc.js', (_request, response) =>
    response.sendFile(`${packages}oidc-client-ts/dist/browser/oidc-client-ts.min.js`))
  t.teardown(async () => {
    setGlobalDispatcher(before.dispatcher)
    globalAgent.options.ca = before.ca
    await dispatcher.destroy()
    await tenant.close()
  })
  const port = await listening(t, createServer({ cert, key }, app), 'localhost')
  return { app, origin: `https://localhost:${port}`, tenant }
}

/** A package that has no types. */
export function untyped<T> (name: string): T {
  return require(name) as T
}
