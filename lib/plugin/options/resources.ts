import { jsonCopy } from '../../base/json-copy.js'
import { ConfigurationError } from '../../errors.js'
import type { ApiResource, AppBase } from '../../flows/config.js'
import type { ApiOptions, ResourceOptions } from '../../../types/options.js'
import { offered, withoutOfflineAccess } from '../guards/token/challenge.js'
import { apiAudience, stringList } from './lists.js'
import { checkMembers, oneOf, refuseOption, text, type Rule } from './rules.js'

const PATH = /^\/(?:[\w\-.~]+(?:\/[\w\-.~]+)*)?$/
const ORIGIN = /^[a-z][a-z\d+\-.]*:\/\/[^/?#\s@\\]+$/

const page: Rule<string> = (value, option) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
    ? value
    : refuseOption(option, value, 'an absolute http(s) URL')

const origins: Rule<readonly string[]> = (value, option) =>
  stringList(value, option).map(origin => {
    const lower = origin.toLowerCase()
    return ORIGIN.test(lower)
      ? lower
      : refuseOption(option, value, 'a list of origins such as https://app.example.com, without a path')
  })

/** Members of the document that the options say, or the RFC gives to the authorization server. */
const OWN: Readonly<Record<string, string>> = {
  resource: 'audience',
  authorization_servers: 'domain',
  scopes_supported: 'scopes',
  bearer_methods_supported: 'dpop',
  resource_name: 'name',
  resource_documentation: 'documentation',
  resource_policy_uri: 'policy',
  resource_tos_uri: 'termsOfService',
  dpop_signing_alg_values_supported: 'dpop',
  dpop_bound_access_tokens_required: 'dpop'
}

const furtherMembers: Rule<Readonly<Record<string, unknown>>> = (value, option) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseOption(option, value, 'an object of members of RFC 9728')
  }
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(OWN, name)) {
      throw new ConfigurationError(`${option}.${name}`,
        `Option "${option}" must not hold "${name}": the option "${OWN[name]}" says it.`)
    }
  }
  try {
    return jsonCopy(value, option) as Record<string, unknown>
  } catch {
    return refuseOption(option, value, 'an object of what JSON can hold: texts, finite numbers, lists and the like')
  }
}

const members = {
  audience: apiAudience,
  scopes: stringList,
  name: text,
  documentation: page,
  policy: page,
  termsOfService: page,
  dpop: oneOf('allowed', 'required', 'disabled'),
  allowedOrigins: origins,
  metadata: furtherMembers
} satisfies Record<keyof ResourceOptions, Rule<unknown>>

/** `api.resources`: each path with what its guard accepts and its metadata says. */
export const resources: Rule<Readonly<Record<string, ResourceOptions>>> = (value, option) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    return refuseOption(option, value, 'an object of paths and their resources, e.g. { \'/mcp\': { scopes: [] } }')
  }
  return Object.fromEntries(Object.entries(value).map(([path, given]) => {
    const at = `${option}['${path}']`
    if (!PATH.test(path) || path.split('/').some(segment => segment === '.' || segment === '..')) {
      throw new ConfigurationError(option,
        `Option "${option}" must have paths such as '/mcp' as its names, without a slash at the end, parameters or ` +
          `percent-encoding; got "${path}".`)
    }
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      return refuseOption(at, given, 'an object such as { audience, scopes, name }')
    }
    return [path, checkMembers(given as Record<string, unknown>, members, name => `${at}.${name}`) as ResourceOptions]
  }))
}

/**
 * The resources with their defaults.
 * @throws ConfigurationError for one whose audience nobody says: any `Host` header would choose it
 */
export function resolveResources (api: ApiOptions, bases: readonly AppBase[]): ReadonlyMap<string, ApiResource> {
  return new Map(Object.entries(api.resources ?? {}).map(([path, given]) => [path, resolve(path, given, api, bases)]))
}

function resolve (path: string, given: ResourceOptions, api: ApiOptions, bases: readonly AppBase[]): ApiResource {
  const audience = given.audience === undefined ? undefined : [given.audience].flat()
  if (audience === undefined && bases.length === 0) {
    const option = `api.resources['${path}'].audience`
    throw new ConfigurationError(option,
      `Option "${option}" must be given without "appBaseUrl": otherwise a "Host" header would choose which tokens ` +
      'are accepted.')
  }
  const origin = bases.length === 1 ? bases[0]!.origin : bases.length === 0 ? originOf(path, audience![0]!) : undefined
  const dpop = given.dpop ?? api.dpop
  return Object.freeze({
    path,
    origin,
    audience: audience ?? (origin === undefined ? undefined : [origin + path]),
    dpop,
    allowedOrigins: given.allowedOrigins === undefined
      ? undefined
      : new Set([...given.allowedOrigins, ...bases.map(base => base.origin)]),
    facts: factsOf(given, { ...api, dpop })
  })
}

/** The origin of an audience that is the URL of this path: what clients call, also behind a proxy that says nothing. */
function originOf (path: string, audience: string): string | undefined {
  if (!/^https?:\/\//i.test(audience) || !URL.canParse(audience)) return undefined
  const { origin, pathname } = new URL(audience)
  return pathname === path || pathname === `${path}/` ? origin : undefined
}

/**
 * What the metadata of an API says of it; lists that are empty are left out, and so is `offline_access`, which is not
 * a scope of an API.
 * @see RFC 9728 section 2
 */
export function factsOf ({ scopes, name, documentation, policy, termsOfService, metadata }: ResourceOptions,
  { dpop, mtls }: Pick<ApiOptions, 'dpop' | 'mtls'>): Readonly<Record<string, unknown>> {
  const schemes = offered(dpop)
  const supported = withoutOfflineAccess(scopes)
  return Object.freeze({
    ...(supported.length > 0 && { scopes_supported: supported }),
    bearer_methods_supported: ['header'],
    ...(name !== undefined && { resource_name: name }),
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(policy !== undefined && { resource_policy_uri: policy }),
    ...(termsOfService !== undefined && { resource_tos_uri: termsOfService }),
    ...(mtls !== undefined && { tls_client_certificate_bound_access_tokens: true }),
    ...(schemes.includes('DPoP') && { dpop_signing_alg_values_supported: ['ES256'] }),
    ...(!schemes.includes('Bearer') && { dpop_bound_access_tokens_required: true }),
    ...metadata
  })
}
