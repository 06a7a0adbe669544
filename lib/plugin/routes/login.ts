import { lazily } from '../../base/lazily.js'
import { loginAtOwnAddress } from './own-address.js'
import type { Route, RouteSetup } from './route.js'
import { answerPrefetch, isPrefetch } from './prefetch.js'

const answers = lazily('the login route', () => import('./answer-login.js'))

/** `GET /auth/login`: to the tenant, with the few parameters a link may choose. */
export function loginRoute ({ registration }: RouteSetup): Route[] {
  const { config } = registration.context
  const atOwnAddress = loginAtOwnAddress(config)
  return [{
    method: 'GET',
    path: config.routes.login,
    async handler (request, reply) {
      if (isPrefetch(request)) return answerPrefetch(reply)
      return await (await answers()).answerLogin(registration, request, reply, atOwnAddress)
    }
  }]
}
