import { ConfigurationError } from '../../errors.js'
import type { Sessions } from '../../stores/sessions.js'

/** Says what is missing where an application that guards an API only is asked for a session. */
export function refuseSessions (): never {
  throw new ConfigurationError('sessionSecret',
    'This application guards an API only, so it has no sessions. Give "clientId", "sessionSecret", "appBaseUrl" and ' +
      'one of "clientSecret", "clientAssertionSigningKey" or "tls" to use sessions.')
}

/** The sessions of an application that guards an API only. */
export function noSessions (): Sessions {
  return {
    kind: 'cookie',
    read: refuseSessions,
    tokens: refuseSessions,
    begin: refuseSessions,
    create: refuseSessions,
    load: refuseSessions,
    update: refuseSessions,
    lock: refuseSessions,
    destroy: refuseSessions,
    revoke: refuseSessions
  }
}
