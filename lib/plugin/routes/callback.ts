import { lazily } from '../../base/lazily.js'
import type { Route, RouteSetup } from './route.js'
import { answerPrefetch, isPrefetch } from './prefetch.js'
import { queryOf } from './query.js'

const answers = lazily('the callback route', () => import('./answer-callback.js'))

/**
 * `GET` and `POST /auth/callback`: the tenant's answer, by query or by form; to a login, or to connecting an account.
 */
export function callbackRoutes ({ registration }: RouteSetup): Route[] {
  const path = registration.context.config.routes.callback
  return [
    {
      method: 'GET',
      path,
      async handler (request, reply) {
        if (isPrefetch(request)) return answerPrefetch(reply)
        return await (await answers()).answerQuery(registration, request, reply, queryOf(request))
      }
    },
    {
      method: 'POST',
      path,
      accepts: 'form',
      async handler (request, reply) {
        const body = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
        return await (await answers()).complete(registration, request, reply, body, 'form_post')
      }
    }
  ]
}
