import { ConfigurationError } from '../../errors.js'

/** Where one domain is meant and the plugin serves several. @throws ConfigurationError */
export function severalDomains (): never {
  throw new ConfigurationError('domain',
    'The plugin serves several domains: say which with the option "domain", or make a client for the one that is ' +
      'meant.')
}
