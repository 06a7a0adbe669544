import type { FastifyReply, FastifyRequest } from 'fastify'
import { unknownName } from '../../../base/nearest-name.js'
import { ConfigurationError } from '../../../errors.js'
import type { TokenDemands } from '../../../flows/api/access-token-check.js'
import { routePath } from '../../../flows/app-path.js'
import { metadataPath, resourceAudience, resourceOrigin } from '../../../flows/api/resource.js'
import type { ApiResource, AppBase, Config } from '../../../flows/config.js'
import { appBaseOf } from '../../request/request-context.js'
import { closeToCaches } from '../../request/response-headers.js'
import { answerDenied, reportDenied } from '../denial.js'

/**
 * The resource a guard is for: the one it names, or the only one where nobody names an audience.
 * @throws ConfigurationError for one that `api.resources` does not have
 */
export function resourceOf ({ api, audience, resources }: Config, demands: TokenDemands): ApiResource | undefined {
  if (demands.resource === undefined) {
    return resources.size === 1 && (demands.audience ?? api.audience ?? audience) === undefined
      ? resources.values().next().value
      : undefined
  }
  const found = resources.get(demands.resource)
  if (found !== undefined) return found
  const known = [...resources.keys()]
  throw new ConfigurationError('requireToken.resource', known.length === 0
    ? `There is no resource "${demands.resource}": option "api.resources" must have it.`
    : `There is no resource "${demands.resource}" among "api.resources". ${unknownName(demands.resource, known)}`)
}

/**
 * Whose tokens are taken.
 * @param resource the resource the guard is for, if any
 * @throws ConfigurationError where nobody says
 */
export function audienceOf ({ api, audience, appBases }: Config, demands: TokenDemands,
  resource: ApiResource | undefined, request: FastifyRequest): string | readonly string[] {
  if (resource !== undefined) return resourceAudience(resource, () => appBaseOf(appBases, request))
  return demands.audience ?? api.audience ?? audience ?? nobodySays()
}

/** @throws ConfigurationError where the options do not say whose tokens a guard takes */
export function checkAudience (config: Config, demands: TokenDemands): void {
  const { api, audience } = config
  if ((resourceOf(config, demands) ?? demands.audience ?? api.audience ?? audience) === undefined) nobodySays()
}

function nobodySays (): never {
  throw new ConfigurationError('api.audience',
    'A guard for access tokens needs the API\'s identifier: set "api.audience", or give the guard an "audience" or a ' +
      '"resource" of "api.resources".')
}

/** Whether every address of the application has the same answer to whose tokens are taken. */
export function isFixed (resource: ApiResource | undefined): boolean {
  return resource === undefined || resource.audience !== undefined
}

/** Where an API or a resource describes itself. @see RFC 9728 section 5.1 */
export function metadataUrl (config: Config,
  resource: ApiResource | undefined, request: FastifyRequest): string | undefined {
  const base = (): AppBase => appBaseOf(config.appBases, request)
  if (resource !== undefined) return resourceOrigin(resource, base) + metadataPath(resource)
  return config.routes.protectedResource === undefined
    ? undefined
    : base().origin + routePath(base(), config, 'protectedResource')!
}

/** Whether a page of an origin that a resource does not list has sent the request; programs send no `Origin`. */
export function isForeign ({ allowedOrigins }: ApiResource, { headers: { origin } }: FastifyRequest): boolean {
  return allowedOrigins !== undefined && origin !== undefined && !allowedOrigins.has(origin.toLowerCase())
}

/**
 * Refuses a request of a foreign page, whatever token it has: the page may have reached a server of this machine by a
 * name of its own.
 */
export function refuseForeign (request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reportDenied(request, 'foreign_origin')
  closeToCaches(reply)
  return answerDenied(reply, 403, 'foreign_origin', 'Pages of this origin may not call this resource.')
}
