import type { TenantContext } from '../engine/context.js'
import { perTenant } from '../engine/per-tenant.js'
import type { TenantClient } from '../options.js'
import { isLoopback } from './clients.js'

/** What an application says of itself, in the words of RFC 7591. */
export interface ClientDocument {
  client_name?: unknown
  redirect_uris?: unknown
  token_endpoint_auth_method?: unknown
  grant_types?: unknown
  jwks?: unknown
}

function isRedirectUri (value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, hash } = new URL(value)
  if (hash !== '' || value.endsWith('#')) return false
  return protocol === 'https:' || (protocol === 'http:' ? isLoopback(value) : /^[a-z][a-z0-9+-]*\./u.test(protocol))
}

/** Why an application cannot be registered as it describes itself; `undefined` when it can. */
export function documentProblem (document: ClientDocument, methods: readonly string[]): {
  error: string,
  description: string
} | undefined {
  const { client_name: name, redirect_uris: urls, token_endpoint_auth_method: method, grant_types: grants } = document
  const metadata = (description: string): { error: string, description: string } =>
    ({ error: 'invalid_client_metadata', description })
  if (!Array.isArray(urls) || urls.length === 0 || !urls.every(isRedirectUri)) {
    return {
      error: 'invalid_redirect_uri',
      description: 'redirect_uris must be a list of https URLs, http URLs on a loopback host or private schemes.'
    }
  }
  if (typeof name !== 'string' || name === '') return metadata('client_name must be a text.')
  if (method !== undefined && !methods.includes(String(method))) {
    return metadata(`token_endpoint_auth_method must be one of ${methods.join(', ')}.`)
  }
  if (grants !== undefined && !(Array.isArray(grants) && grants.every(grant => typeof grant === 'string'))) {
    return metadata('grant_types must be a list of texts.')
  }
  return undefined
}

/** An application of a stranger: users are asked for consent, and organizations are not for it. */
export function thirdPartyClient (document: ClientDocument,
  more: Partial<TenantClient> & { clientId: string }): TenantClient {
  return {
    name: String(document.client_name),
    callbacks: document.redirect_uris as string[],
    grantTypes: (document.grant_types as string[] | undefined) ?? ['authorization_code', 'refresh_token'],
    thirdParty: true,
    organizationUsage: 'deny',
    ...more
  }
}

const consentsOf = perTenant(() => new Set<string>())

function consentKey (sub: string, clientId: string): string {
  return JSON.stringify([sub, clientId])
}

/** Remembers that a user let an application in. */
export function giveConsent (tenant: TenantContext, sub: string, clientId: string): void {
  consentsOf(tenant).add(consentKey(sub, clientId))
}

/** Whether a user must be asked before an application gets tokens. */
export function needsConsent (tenant: TenantContext, sub: string | undefined, clientId: string): boolean {
  const client = tenant.clients.get(clientId)
  if (!client?.thirdParty || sub === undefined) return false
  return !consentsOf(tenant).has(consentKey(sub, clientId))
}

/** Forgets which applications a user let in. */
export function forgetConsents (tenant: TenantContext, sub: string): void {
  for (const key of consentsOf(tenant)) {
    if ((JSON.parse(key) as string[])[0] === sub) consentsOf(tenant).delete(key)
  }
}
