import type { Config } from '../../flows/config.js'
import { severalDomains } from './several-domains.js'

/** The options of a client that stands on its own, with the plugin's credentials and connections. */
export function clientOptions (config: Config, domain: string = severalDomains()) {
  return {
    domain,
    clientId: config.clientId,
    timeout: config.httpTimeout,
    telemetry: config.telemetry,
    now: config.now,
    ...(config.clientSecret !== undefined &&
      { clientSecret: config.clientSecret, clientSecretMethod: config.clientSecretMethod }),
    clientAssertionSigningKey: config.assertion?.key,
    clientAssertionSigningAlg: config.assertion?.alg,
    clientAssertionSigningKeyId: config.assertion?.keyId,
    ...(config.tls !== undefined ? { tls: config.tls } : config.mutualTls && { useMtls: true }),
    dispatcher: config.dispatcher,
    customFetch: config.customFetch
  }
}
