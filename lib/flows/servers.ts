import { createAuthorizationServer, type AuthorizationServer } from '../authentication/server/authorization-server.js'
import { setNewest } from '../base/set-newest.js'
import type { Http } from '../http/send.js'
import { createAssertionSigner } from '../tokens/assertion.js'
import { createDpopKey, type DpopKey } from '../tokens/dpop.js'
import type { Config } from './config.js'
import { reasonOf, type EventSink } from './events.js'

/** The authorization servers of the domains in use by issuer URL, the longest unused dropped first. */
export function createServers (config: Config, http: Http, emit: EventSink,
  onClock: (domain: string, seconds: number) => void): { get(issuer: string): AuthorizationServer } {
  const servers = new Map<string, AuthorizationServer>()
  const assertionSigner = config.assertion && createAssertionSigner(config.assertion)
  // One key for all domains: a generated one must not go with a server that others have pushed out.
  let dpopKey: Promise<DpopKey> | undefined
  const { dpop } = config
  const sharedKey = dpop === undefined ? undefined : () => (dpopKey ??= createDpopKey(dpop.key))

  return {
    get (issuer) {
      const known = servers.get(issuer)
      if (known !== undefined) {
        if (servers.size > 1) setNewest(servers, issuer, known, config.maxDomains)
        return known
      }
      const server = createAuthorizationServer({
        domain: issuer,
        clientId: config.clientId,
        clientSecret: config.clientSecret,
        clientSecretMethod: config.clientSecretMethod,
        assertionSigner,
        tls: config.mutualTls,
        dpop: sharedKey,
        http,
        now: config.now,
        discoveryTtl: config.discoveryTtl,
        onStaleMetadata: error => {
          emit({
            type: 'warning',
            outcome: 'failure',
            reason: `stale_metadata_${reasonOf(error)}`,
            blame: 'upstream',
            domain: new URL(issuer).host
          }, undefined, error)
        },
        onClock: seconds => { onClock(new URL(issuer).host, seconds) }
      })
      setNewest(servers, issuer, server, config.maxDomains)
      return server
    }
  }
}
