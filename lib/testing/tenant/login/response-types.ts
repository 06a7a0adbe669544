import type { Feature } from '../engine/context.js'
import { isMetadata } from '../engine/discovery.js'
import { onParameters } from '../engine/parameters.js'
import { refusal } from '../engine/refusal.js'
import { allowedOrigin } from '../tokens/clients.js'

/** Auth0's seven response types, in its spelling. */
export const responseTypes = ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token',
  'code token id_token']

/** Auth0's words for what the engine says otherwise. */
const descriptions: Record<string, { error_description: string }> = {
  login_required: { error_description: 'Login required' },
  consent_required: { error_description: 'Consent required' }
}

/** All response types, answers by web message, and `iss` beside them where the tenant is set to send it. */
export const authorizationResponses: Feature = {
  configure: ({ issuer }) => ({
    // The engine refuses "token" alone in its options; it is added once the engine is there.
    responseTypes: responseTypes.filter(type => type !== 'token') as [],
    features: { webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' } },
    // A page of the application loads the tenant in a frame for silent authentication.
    ...(issuer.startsWith('https:') && { cookies: { long: { sameSite: 'none', secure: true } } })
  }),
  install (tenant) {
    const { configuration, responseModes } = tenant.helpers.internals(tenant.provider)
    configuration.responseTypes.push('token')
    for (const [name, respond] of responseModes) {
      responseModes.set(name, (ctx, redirectUri, { iss: _iss, ...response }) => {
        const answered = respond(ctx, redirectUri, {
          ...response,
          ...descriptions[String(response.error)],
          ...(tenant.settings.authorizationResponseIss && { iss: tenant.issuer })
        })
        // The application closes the popup, as at Auth0: it may see that a window is closed before its message comes.
        if (name === 'web_message') ctx.body = String(ctx.body).replace('win.close();', '')
        return answered
      })
    }
    onParameters(tenant, ({ client, params }, mode) => {
      const redirectUri = String(params?.redirect_uri)
      if (mode === 'web_message' && URL.canParse(redirectUri) &&
        !allowedOrigin(tenant.clients.get(client!.clientId)!, new URL(redirectUri).origin)) {
        throw refusal(tenant, 'invalid_request',
          `The specified redirect_uri '${redirectUri}' does not have a registered origin.`)
      }
    })
    Object.assign(tenant.provider.Client.prototype, {
      responseTypeAllowed (this: { clientId: string }, type: string) {
        const allowed = tenant.clients.get(this.clientId)?.grantTypes
        if (type === 'code' || allowed === undefined || allowed.includes('implicit')) return true
        throw refusal(tenant, 'unauthorized_client', "Grant type 'implicit' not allowed for the client.", 403)
      }
    })
  },
  after (answer, request, { settings }) {
    if (!isMetadata(request.path) || answer.status !== 200) return answer
    return {
      ...answer,
      body: JSON.stringify({
        ...JSON.parse(answer.body),
        response_types_supported: responseTypes,
        authorization_response_iss_parameter_supported: settings.authorizationResponseIss
      })
    }
  }
}
