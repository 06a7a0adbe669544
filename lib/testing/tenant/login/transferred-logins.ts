import type { Feature } from '../engine/context.js'

/** Logins that were made elsewhere: session transfer tokens and magic links. */
export const transferredLogins: Feature = {
  configure: () => ({ extraParams: { session_transfer_token: null, login_ticket: null } }),
  install (tenant) {
    tenant.rules.push(({ params, facts }) => {
      const login = tenant.oneTimeLogins.of(params)
      if (login === undefined) return
      Object.assign(facts.idTokenClaims, login.facts?.idTokenClaims)
      Object.assign(facts.accessTokenClaims, login.facts?.accessTokenClaims)
    })
  }
}
