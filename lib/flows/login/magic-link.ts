import { randomBytes } from 'node:crypto'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { maxAge } from './authorization-params.js'
import { callbackUrl, type PluginContext, type RequestContext } from '../context.js'
import { loginDemands } from './embedded-login.js'
import { checkAppState } from './login.js'
import { keepTransaction, pathAfterLogin } from './return-to.js'

/** Parameters a magic link may carry to `/authorize`. */
const LINK_PARAMS = new Set(['audience', 'login_hint', 'ui_locales', 'screen_hint', 'prompt', 'max_age', 'acr_values',
  'scope', 'organization'])

interface MagicLinkOptions {
  authParams?: Record<string, unknown> | undefined
  returnTo?: string | undefined
  appState?: unknown
  /** Where the link comes back to, for applications without the plugin's routes. Default: the callback route. */
  redirectUri?: string | undefined
}

/** A magic link has no PKCE: it may be opened where nothing was started. State and nonce bind it to this browser. */
export async function magicLink (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  options: MagicLinkOptions): Promise<{ authParams: Record<string, unknown>, remember: () => Promise<void> }> {
  const refused = Object.keys(options.authParams ?? {}).find(name => !LINK_PARAMS.has(name))
  if (refused !== undefined) {
    throw new InvalidArgumentError(`authParams.${refused}`,
      `The parameter "${refused}" cannot be set for a magic link.`)
  }
  const redirectUri = options.redirectUri ?? callbackUrl(context, request)
  if (redirectUri === undefined) {
    throw new MissingRequiredArgumentError('redirectUri',
      'A magic link needs the callback route, or the argument "redirectUri": where the link comes back to.')
  }
  if (!URL.canParse(redirectUri)) {
    throw new InvalidArgumentError('redirectUri', 'The argument "redirectUri" must be an absolute URL.')
  }
  const params = options.authParams ?? {}
  const { audience, scope, organization } = await loginDemands(context, request,
    params as { audience?: string, scope?: string, organization?: unknown })
  const oldest = maxAge(params.max_age, 'authParams.max_age')
  const { acr_values: acrValues } = params
  if (acrValues !== undefined && typeof acrValues !== 'string') {
    throw new InvalidArgumentError('authParams.acr_values', 'The argument "authParams.acr_values" must be a string.')
  }
  const random = randomBytes(48).toString('base64url')
  const state = random.slice(0, 32)
  const nonce = random.slice(32)
  const metadata = await server.metadata()
  const returnTo = pathAfterLogin(options.returnTo, request.appBase(), context.config, request.log)
  const chosen = { ...(audience !== undefined && { audience }), ...(organization !== undefined && { organization }) }
  const appState = options.appState === undefined ? undefined : checkAppState(options.appState)
  const remember = async (): Promise<void> => {
    await keepTransaction(context, request, {
      kind: 'magic-link',
      state,
      nonce,
      redirectUri,
      domain: server.domain,
      issuer: metadata.issuer,
      createdAt: context.now(),
      scope,
      ...chosen,
      ...(returnTo !== undefined && { returnTo }),
      ...(oldest !== undefined && { maxAge: oldest }),
      ...(acrValues !== undefined && { acrValues }),
      ...(appState !== undefined && { appState })
    })
  }
  const authParams = { ...params, redirect_uri: redirectUri, response_type: 'code', state, nonce, scope, ...chosen }
  return { authParams, remember }
}
