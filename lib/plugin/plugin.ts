import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createContext } from '../flows/create-context.js'
import type { Auth0Options } from '../../types/options.js'
import { decorate } from './decorate.js'
import { parseOptions } from './options/options.js'
import { Registration } from './request/registration.js'
import { routes } from './routes/index.js'

/** What Fastify mixes into a plugin's options. */
interface Registered {
  prefix?: string
}

async function auth0 (fastify: FastifyInstance, options: Auth0Options & Registered): Promise<void> {
  const prefix = options.prefix ?? ''
  const config = parseOptions(options, fastify.prefix + prefix)
  // Only who takes over other libraries' sessions loads what reads them.
  const importing = config.importSessions === undefined
    ? undefined
    : (await import('../stores/import/index.js')).importingSessions
  const { context, close } = createContext(config, fastify.log, importing)
  const registration = new Registration(context)
  // Some five hundred rows: nobody who only imports the plugin waits for them.
  const { ManagementClient } = await import('../management/client.js')
  const instance = decorate(fastify, registration, ManagementClient)
  fastify.addHook('onClose', async () => {
    await Promise.all([close(), instance.close()])
  })
  await fastify.register(async scope => {
    await routes(scope, { registration, instance })
  }, { prefix })
}

/**
 * Auth0 for Fastify: login routes, sessions, guards, tokens.
 * `await fastify.register(auth0, { domain, clientId, clientSecret, appBaseUrl, sessionSecret })`
 */
export const fastifyAuth0 = fp<Auth0Options>(auth0, { fastify: '>=5.12.1 <6', name: 'fastify-auth0' })
