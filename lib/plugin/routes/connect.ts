import type { FastifyReply, FastifyRequest } from 'fastify'
import { routePath } from '../../flows/app-path.js'
import { receiveCallback, type Callback } from '../../flows/login/callback.js'
import { accountLinking } from '../../flows/lazy-flows.js'
import { home, pathAfterLogin } from '../../flows/login/return-to.js'
import { currentSession } from '../../flows/session/session.js'
import { ForbiddenError, MissingTransactionError } from '../../errors.js'
import type { Registration } from '../request/registration.js'
import { loginAgain } from '../request/ways-on.js'
import { offerRetry, publicError } from './answer-error.js'
import type { Route, RouteSetup } from './route.js'
import { answerPrefetch, isPrefetch } from './prefetch.js'
import { queryOf, single } from './query.js'
import { reportFailure } from './report.js'
import { isOwnNavigation } from './same-origin.js'

/**
 * Opt-in: with `mountConnectRoutes` `GET /auth/connect`, `/auth/unconnect` and their callbacks link accounts;
 * with `mountConnectedAccountRoutes` `GET /auth/connect` connects accounts for Token Vault and comes back to the
 * login's callback.
 */
export function connectRoutes ({ registration }: RouteSetup): Route[] {
  const { routes, connectMode } = registration.context.config
  const linking = connectMode === 'link'
  return [
    begin(registration, 'connect', async (request, options) =>
      linking
        ? await registration.client(request).startLinkUser(options)
        : await registration.client(request).startConnectAccount({ ...options, ...scopesOf(request) })),
    begin(registration, 'unconnect',
      async (request, options) => await registration.client(request).startUnlinkUser(options)),
    finish(registration, routes.connectCallback, 'link'),
    finish(registration, routes.unconnectCallback, 'unlink')
  ]
}

interface ConnectOptions {
  connection: string
  connectionScope?: string | undefined
  returnTo?: string | undefined
}

/** Nothing is begun for a user who did not ask for it here: another site's link is refused. */
function begin (registration: Registration, route: 'connect' | 'unconnect',
  start: (request: FastifyRequest, options: ConnectOptions) => Promise<URL>): Route {
  return {
    method: 'GET',
    path: registration.context.config.routes[route],
    async handler (request, reply) {
      if (isPrefetch(request)) return answerPrefetch(reply)
      try {
        if (!isOwnNavigation(registration.context.config.appBases, request)) {
          throw new ForbiddenError('cross_site_request', 'Another site cannot connect accounts.')
        }
        const query = queryOf(request)
        const connectionScope = single(query, 'connectionScope')
        await checkAllowed(registration, request, query, connectionScope)
        const returnTo = single(query, 'returnTo')
        const connection = single(query, 'connection') ?? ''
        const url = await start(request, { connection, connectionScope, returnTo })
        return reply.redirect(url.href, 302)
      } catch (error) {
        reportFailure(registration.context, request, error)
        offerRetry(request, wayBack(registration, request, error, route))
        throw error
      }
    }
  }
}

/** What may work at the next attempt begins again; else a login leads back to the page. */
function wayBack (registration: Registration, request: FastifyRequest, error: unknown,
  route: 'connect' | 'unconnect'): string | undefined {
  const { config } = registration.context
  const base = registration.requestContext(request).appBase()
  const query = queryOf(request)
  if (publicError(error).statusCode >= 500) return `${routePath(base, config, route)!}?${query.toString()}`
  return loginAgain(registration.context, request, pathAfterLogin(single(query, 'returnTo'), base, config))
}

/** What a link may ask for is the application's to say; for whom it is asked the session says. */
async function checkAllowed ({ context }: Registration, request: FastifyRequest, query: URLSearchParams,
  connectionScope = ''): Promise<void> {
  const { allowConnect } = context.config
  const asked = {
    connection: single(query, 'connection') ?? '',
    scopes: [...connectionScope.split(/[\s,]+/), ...query.getAll('scopes')].filter(Boolean)
  }
  if (allowConnect !== undefined && !(await allowConnect(request, asked))) {
    throw new ForbiddenError('connection_not_allowed', 'This connection, or what is asked of it, is not allowed here.')
  }
}

function finish (registration: Registration, path: string | undefined, kind: 'link' | 'unlink'): Route {
  const { context } = registration
  return {
    method: 'GET',
    path,
    async handler (request: FastifyRequest, reply: FastifyReply) {
      if (isPrefetch(request)) return answerPrefetch(reply)
      const requestContext = registration.requestContext(request)
      const query = queryOf(request)
      let callback: Callback | undefined
      try {
        callback = await receiveCallback(context, requestContext, query, 'query')
        const { finishLink } = await accountLinking()
        const done = await finishLink(context, requestContext, callback, kind)
        return reply.redirect(done.returnTo ?? home(requestContext), 302)
      } catch (error) {
        let failure = error
        const state = query.get('state')
        if (error instanceof MissingTransactionError && context.takenLogins.has(state)) {
          try {
            // It came before: by a reload, or because the browser asked twice.
            if (await currentSession(context, requestContext) !== undefined) {
              return reply.redirect(context.takenLogins.returnTo(state) ?? home(requestContext), 302)
            }
          } catch (storeError) {
            failure = storeError
          }
        }
        reportFailure(context, request, failure)
        // No login: at the tenant the user may be the one who was to be linked.
        offerRetry(request, callback?.transaction.returnTo ?? home(requestContext))
        throw failure
      }
    }
  }
}

function scopesOf (request: FastifyRequest): { scopes?: string[] } {
  const scopes = queryOf(request).getAll('scopes').filter(Boolean)
  return scopes.length === 0 ? {} : { scopes }
}
