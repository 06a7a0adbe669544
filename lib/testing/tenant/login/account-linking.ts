import type { Interaction } from 'oidc-provider'
import type { Feature, TenantContext } from '../engine/context.js'
import { escape } from './page.js'
import { refusal } from '../engine/refusal.js'

const linkScopes = ['link_account', 'unlink_account'] as const

/** What the page that links or unlinks says. */
export function linkingText (interaction: Interaction): string {
  const connection = escape(interaction.params.requested_connection)
  return interaction.prompt.name === 'link'
    ? `Log in with ${connection} to link that account.`
    : `Unlink your ${connection} account?`
}

/** Links the account of the connection that the user showed, or takes it away. */
export function changeIdentities (tenant: TenantContext, interaction: Interaction): void {
  const user = tenant.users.bySub(interaction.session?.accountId)!
  const connection = String(interaction.params.requested_connection)
  user.identities = user.identities.filter(identity => identity.connection !== connection)
  if (interaction.prompt.name === 'link') {
    user.identities.push({ connection, userId: `${user.sub.replace(/^.*\|/u, '')}-at-${connection}` })
  }
}

/** Account linking the way Auth0's sample Action does it: scopes `link_account` and `unlink_account`. */
export const accountLinking: Feature = {
  configure (tenant) {
    return {
      scopes: [...linkScopes],
      extraParams: {
        requested_connection_scope: null,
        async requested_connection (ctx, connection) {
          const asked = linkScopes.filter(scope => ctx.oidc.requestParamScopes.has(scope))
          if (asked.length === 0) return
          if (asked.length === 2) {
            throw refusal(tenant, 'invalid_request', 'link_account and unlink_account exclude each other')
          }
          if (typeof connection !== 'string' || !tenant.connections.some(({ name }) => name === connection)) {
            throw refusal(tenant, 'invalid_request', 'requested_connection is missing or unknown')
          }
          const hint = ctx.oidc.entities.IdTokenHint?.payload
          if (hint === undefined) throw refusal(tenant, 'invalid_request', 'id_token_hint is missing')
          if (Number(hint.exp) <= tenant.now()) throw refusal(tenant, 'invalid_request', 'id_token_hint is expired')
          if (asked[0] === 'unlink_account' &&
            !tenant.users.bySub(String(hint.sub))?.identities.some(identity => identity.connection === connection)) {
            throw refusal(tenant, 'invalid_request', `there is no ${connection} account to unlink`)
          }
        }
      }
    }
  },
  install (tenant) {
    tenant.rules.push(({ user, params, idTokenHint }) => {
      const asked = String(params.scope ?? '').split(' ').some(scope =>
        (linkScopes as readonly string[]).includes(scope)
      )
      if (asked && idTokenHint !== undefined && idTokenHint.sub !== user.sub) {
        throw refusal(tenant, 'access_denied', 'The user who logged in is not the one of the id_token_hint.', 403)
      }
    })
  }
}
