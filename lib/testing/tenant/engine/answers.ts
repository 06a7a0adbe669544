import { allowedOrigin, isLoopback, mismatch } from '../tokens/clients.js'
import type { Feature } from './context.js'
import { errorPage } from '../login/page.js'

const descriptions = new Map([
  ['authorization_code', 'Invalid authorization code'],
  ['refresh_token', 'Unknown or invalid refresh token.']
])

/** Auth0's statuses and texts where the engine's differ. */
export const answers: Feature = {
  configure: tenant => ({
    clientBasedCORS (_ctx, origin, { clientId }) {
      const client = tenant.clients.get(clientId)
      return isLoopback(origin) || (client !== undefined && allowedOrigin(client, origin))
    },
    renderError (ctx, out) {
      const { redirect_uri: given, client_id: clientId } = ctx.oidc.params ?? ctx.query
      const client = tenant.clients.get(clientId)
      const description = out.error === 'invalid_redirect_uri' && client !== undefined
        ? mismatch('Callback URL mismatch. The provided redirect_uri', given, 'Allowed Callback URLs', client.callbacks)
        : out.error_description ?? ''
      ctx.type = 'html'
      ctx.body = errorPage(`${out.error}: ${description}`, ' id="error"')
    }
  }),
  after (answer, request) {
    if (request.path !== '/oauth/token' || answer.status !== 400) return answer
    const body = JSON.parse(answer.body) as Record<string, unknown>
    if (body.error !== 'invalid_grant') return answer
    const description = body.error_description === 'grant request is invalid'
      ? descriptions.get(String(request.body.grant_type)) ?? 'Invalid grant'
      : body.error_description
    return { ...answer, status: 403, body: JSON.stringify({ error: 'invalid_grant', error_description: description }) }
  }
}
