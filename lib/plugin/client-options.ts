import type { Config } from '../flows/config.js'
import { severalDomains } from './options/several-domains.js'

/** The plugin's options as the clients take them, for one of its domains. */
export function clientOptions (config: Config, domain: string = severalDomains()) {
  return {
    domain,
    clientId: config.clientId,
    timeout: config.httpTimeout,
    telemetry: config.telemetry,
    now: config.now,
    ...(config.clientSecret !== undefined &&
      { clientSecret: config.clientSecret, clientSecretMethod: config.clientSecretMethod }),
    ...(config.assertion !== undefined &&
      {
        clientAssertionSigningKey: config.assertion.key,
        clientAssertionSigningAlg: config.assertion.alg,
        ...(config.assertion.keyId !== undefined && { clientAssertionSigningKeyId: config.assertion.keyId })
      }),
    ...(config.tls !== undefined && { tls: config.tls }),
    ...(config.dispatcher !== undefined && { dispatcher: config.dispatcher }),
    ...(config.customFetch !== undefined && { customFetch: config.customFetch })
  }
}
