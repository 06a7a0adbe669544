import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForbiddenError, InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { loginAddress, type StartInteractiveLoginOptions } from '../../flows/login/login.js'
import type { AuthorizationParams } from '../../../types/options.js'
import { answerFailure, offerRetry } from './answer-error.js'
import { reportFailure } from './report.js'
import { waysOn } from '../request/ways-on.js'
import type { RouteSetup } from './route.js'
import { queryOf, single } from './query.js'
import type { loginAtOwnAddress } from './own-address.js'
import { RESTARTED } from './restart.js'
import { isEmbedded } from './same-origin.js'

/** What a link may ask for: how the login looks, never what it gives access to. */
const FORWARDED = ['screen_hint', 'login_hint', 'connection', 'prompt', 'ui_locales', 'max_age', 'acr_values',
  'display', 'session_transfer_token'] as const

/** What the options demand of a login, a link does not loosen. */
const DEMANDS: ReadonlySet<string> = new Set(['max_age', 'prompt', 'acr_values'])

/** Answers `GET /auth/login`. @param atOwnAddress the address to go to first, if another one */
export async function answerLogin (registration: RouteSetup['registration'], request: FastifyRequest,
  reply: FastifyReply, atOwnAddress: ReturnType<typeof loginAtOwnAddress>): Promise<FastifyReply> {
  const { context } = registration
  const query = queryOf(request)
  const popup = single(query, 'display') === 'popup'
  try {
    if (isEmbedded(request)) {
      throw new ForbiddenError('cross_site_request', 'Another site can start a login only by taking the user here.')
    }
    const elsewhere = atOwnAddress?.(request, query)
    if (elsewhere !== undefined) {
      request.log.info({ auth0: { type: 'login', reason: 'other_address' } },
        'auth0 login: the browser is sent to "appBaseUrl" first, as cookies of another host name do not reach it')
      return reply.redirect(elsewhere, 302)
    }
    const url = await loginAddress(context, registration.requestContext(request),
      await optionsOf(request, query, registration), {
        restarted: query.has(RESTARTED),
        popup
      })
    return reply.redirect(url, 302)
  } catch (error) {
    reportFailure(context, request, error)
    // The same address is refused again when it is wrong itself.
    const isRefused = error instanceof InvalidArgumentError || error instanceof MissingRequiredArgumentError
    if (isRefused && !popup) throw error
    query.delete(RESTARTED)
    const login = waysOn(context, request).login!
    const retry = query.size === 0 ? login : `${login}?${query.toString()}`
    if (popup) return await answerFailure(context, error, request, reply, { popup, retry })
    offerRetry(request, retry)
    throw error
  }
}

async function optionsOf (request: FastifyRequest, query: URLSearchParams,
  registration: RouteSetup['registration']): Promise<StartInteractiveLoginOptions> {
  const { config } = registration.context
  const authorizationParams: AuthorizationParams = {}
  const configured = await registration.requestContext(request).authorizationParams()
  for (const name of query.size === 0 ? [] : FORWARDED) {
    const value = single(query, name)
    if (value === undefined || (DEMANDS.has(name) && configured[name] !== undefined)) continue
    if (name === 'session_transfer_token' && !config.allowSessionTransfer) registration.warnOfSessionTransfer(request)
    else authorizationParams[name] = value
  }
  const returnTo = targetOf(query, registration, request)
  const organization = single(query, 'organization')
  const invitation = single(query, 'invitation')
  const named = organization ?? configured.organization
  if (named != null) await checkOrganization(config, request, named)
  return { authorizationParams, returnTo, organization, invitation }
}

/**
 * `returnTo`, or where a third party that started the login wants the user to go. @see OpenID Connect Core section 4
 */
function targetOf (query: URLSearchParams, { context }: RouteSetup['registration'],
  request: FastifyRequest): string | undefined {
  const iss = single(query, 'iss')
  if (iss === undefined) return single(query, 'returnTo')
  const { config, servers } = context
  if (config.issuer !== undefined && iss !== servers.get(config.issuer).issuer) {
    throw new InvalidArgumentError('iss', "The login was started for a tenant that is not this application's.")
  }
  request.log.debug('a third party started this login')
  return single(query, 'target_link_uri') ?? single(query, 'returnTo')
}

async function checkOrganization (config: RouteSetup['registration']['context']['config'], request: FastifyRequest,
  organization: string): Promise<void> {
  if (config.allowOrganization !== undefined && !(await config.allowOrganization(request, organization))) {
    throw new InvalidArgumentError('organization', 'Logging in to this organization is not allowed here.')
  }
}
