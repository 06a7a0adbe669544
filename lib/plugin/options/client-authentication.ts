import { ConfigurationError } from '../../errors.js'
import type { GivenOptions } from './options-rules.js'

/** The client authenticates in one way. @throws ConfigurationError otherwise */
export function checkClientAuthentication (given: GivenOptions): void {
  const ways = (['clientSecret', 'clientAssertionSigningKey', 'tls', 'useMtls'] as const)
    .filter(name => given[name] !== undefined && given[name] !== false)
  const hs256 = given.idTokenSigningAlg === 'HS256'
  if (hs256 && given.clientSecret === undefined) {
    throw new ConfigurationError('idTokenSigningAlg',
      'Option "idTokenSigningAlg" must not be HS256 without "clientSecret".')
  }
  if (ways.length > 1 && !(hs256 && ways.length === 2 && ways[0] === 'clientSecret')) {
    const [first, extra, ...others] = ways
    const beside = [first, ...others].map(name => `"${name}"`).join(' and ')
    throw new ConfigurationError(extra!,
      `Option "${extra}" must not be given beside ${beside}: the client authenticates in only one way.`)
  }
  for (const name of ['clientAssertionSigningAlg', 'clientAssertionSigningKeyId'] as const) {
    if (given[name] !== undefined && given.clientAssertionSigningKey === undefined) {
      throw new ConfigurationError(name, `Option "${name}" must not be given without "clientAssertionSigningKey".`)
    }
  }
}
