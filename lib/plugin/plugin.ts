import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { ConfigurationError } from '../errors.js'
import { createContext } from '../flows/create-context.js'
import { loadParts } from '../flows/parts.js'
import { startUp } from '../flows/start-up.js'
import type { Auth0Options } from '../../types/options.js'
import { decorate } from './decorate.js'
import { parseOptions } from './options/options.js'
import { routePrefix } from './options/prefix.js'
import { isWeakSecret } from './options/weak-secret.js'
import { Registration } from './request/registration.js'
import { named, routes } from './routes/index.js'
import { strictPlugin } from './strict-instance.js'

/** What Fastify mixes into a plugin's options. */
interface Registered {
  prefix?: string
}

async function auth0 (fastify: FastifyInstance, options: Auth0Options & Registered): Promise<void> {
  if (typeof (fastify as Partial<FastifyInstance> | undefined)?.register !== 'function') {
    throw new ConfigurationError('plugin', 'The plugin was called by the application itself. Give it to Fastify: ' +
      'await fastify.register(auth0, { domain, … }).')
  }
  const prefix = routePrefix(options?.prefix, fastify.prefix)
  const config = parseOptions(options, prefix.full)
  const { context, close } = createContext(config, fastify.log, await loadParts(config))
  const registration = new Registration(context)
  if (config.sessionSecrets.some(secret => secret === config.clientSecret || isWeakSecret(secret))) {
    context.emit({ type: 'warning', outcome: 'success', reason: 'weak_session_secret', blame: 'application' })
    fastify.log.warn({ code: 'weak_session_secret' },
      'auth0 warning: option "sessionSecret" can be guessed, or equals "clientSecret". Anybody who finds it can ' +
      'forge sessions of any user. Make one with: openssl rand -hex 32')
  }
  // Some five hundred rows, which an import of the package alone does not load.
  const { ManagementClient } = await import('../management/client.js')
  const instance = decorate(fastify, registration, ManagementClient)
  // A server that never listens, as in tests, has no visitors and sends the tenant nothing at start.
  fastify.addHook('onListen', () => {
    startUp(config, instance.check, fastify.log).catch((error: unknown) => {
      fastify.log.warn({ err: error }, 'auth0 warning: start_check_failed')
    })
  })
  fastify.addHook('onClose', async () => {
    await Promise.all([close(), instance.close()])
  })
  await fastify.register(named('fastify-auth0 routes', async (scope: FastifyInstance) => {
    await routes(scope, { registration, instance })
  }), { prefix: prefix.own })
}

/**
 * Auth0 for Fastify: login routes, sessions, guards, tokens.
 * `await fastify.register(auth0, { domain, clientId, clientSecret, appBaseUrl, sessionSecret })`
 */
export const fastifyAuth0 = strictPlugin(
  fp<Auth0Options>(auth0, { fastify: '>=5.12.1 <7', name: 'fastify-auth0' }))
