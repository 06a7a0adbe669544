import { domainToASCII } from 'node:url'
import { askFederatedDomain } from '../../authentication/api/federated-domain.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { createExpiringMap } from '../../base/expiring-map.js'
import { createSingleFlight } from '../../base/single-flight.js'
import { blameOf, type EventSink } from '../events.js'

/** Seconds an answer is remembered. */
const YES_FOR = 60
const NO_FOR = 15
const MAX_DOMAINS = 1000
/** Seconds for one question at most. */
const TIMEOUT = 5
/** Seconds between two warnings that questions stay open. */
const QUIET = 60

/** What `domainToASCII()` would cut off or decode, as it takes its argument for a part of a URL. */
const NOT_IN_DOMAIN = /[\s/\\?#@:%[\]]/
const DOMAIN = /^(?=.{4,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z](?:[a-z\d-]{0,61}[a-z\d])$/

/** Which e-mail domains belong to customers' own identity providers. */
export interface FederatedDomains {
  /** `false` also when the domain is none, or nobody knows. Never rejects. */
  has(server: Server, domain: unknown): Promise<boolean>
}

type Server = Pick<AuthorizationServer, 'issuer' | 'domain' | 'http' | 'now'>

/** A domain name in lower case and ASCII, or `undefined` for anything else. */
export function domainName (value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 253) return undefined
  const text = value.trim()
  if (NOT_IN_DOMAIN.test(text)) return undefined
  const ascii = domainToASCII(text)
  return DOMAIN.test(ascii) ? ascii : undefined
}

/** Asks each tenant once for a domain while the answer is good, and once at a time. */
export function createFederatedDomains ({ now, emit, httpTimeout }: {
  now: () => number
  emit: EventSink
  httpTimeout: number
}): FederatedDomains {
  const known = createExpiringMap<boolean>({ maxEntries: MAX_DOMAINS, now })
  const flights = createSingleFlight<boolean>()
  let quietUntil = -Infinity

  async function ask (server: Server, domain: string, key: string): Promise<boolean> {
    try {
      const federated = await askFederatedDomain(server, domain, Math.min(TIMEOUT, httpTimeout))
      known.set(key, federated, now() + (federated ? YES_FOR : NO_FOR))
      return federated
    } catch (error) {
      // Users of such a domain may now get past their own identity provider: the application should hear of it.
      if (now() >= quietUntil) {
        quietUntil = now() + QUIET
        emit({
          type: 'warning',
          outcome: 'failure',
          reason: 'federated_domain_unknown',
          blame: blameOf(error),
          domain: server.domain
        }, undefined, error)
      }
      return false
    }
  }

  return {
    async has (server, value) {
      const domain = domainName(value)
      if (domain === undefined) return false
      const key = `${server.issuer} ${domain}`
      return known.get(key) ?? await flights(key, () => ask(server, domain, key))
    }
  }
}
