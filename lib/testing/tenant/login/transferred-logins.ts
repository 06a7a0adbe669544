import type { Feature, TenantContext } from '../engine/context.js'
import type { TenantRequest } from '../engine/exchange.js'
import { isFresh } from './one-time-logins.js'

const params = ['session_transfer_token', 'login_ticket']

/** Whether the token of a request counts: fresh, from the right address, and for an application that takes it. */
function counts (tenant: TenantContext, request: TenantRequest): boolean {
  const login = tenant.oneTimeLogins.of(request.params)
  if (!isFresh(login, tenant.now(), request.address)) return false
  const client = tenant.clients.get(request.params.client_id)
  return !login.facts?.delegated || client?.delegatedAccess !== false
}

/** Logins that were made elsewhere: session transfer tokens and magic links. */
export const transferredLogins: Feature = {
  configure: () => ({ extraParams: Object.fromEntries(params.map(name => [name, null])) }),
  install (tenant) {
    tenant.rules.push(({ params: given, facts }) => {
      const login = tenant.oneTimeLogins.of(given)
      if (!login?.used) return
      Object.assign(facts.idTokenClaims, login.facts?.idTokenClaims)
      Object.assign(facts.accessTokenClaims, login.facts?.accessTokenClaims)
      if (login.facts?.delegated) facts.delegated = true
    })
  },
  /** A token that does not count is as good as none: the login page appears. */
  before (request, tenant) {
    if (request.path !== '/authorize' || !params.some(name => name in request.query) || counts(tenant, request)) {
      return request
    }
    const url = new URL(request.url)
    for (const name of params) url.searchParams.delete(name)
    return { ...request, url: url.href }
  }
}
