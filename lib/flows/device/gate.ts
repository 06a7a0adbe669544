import { createHmac, hkdfSync } from 'node:crypto'
import { DeviceGate } from '../../stores/device/device-gate.js'
import { createMac } from '../../stores/sealing/mac.js'
import type { SessionCookieNames } from '../../stores/sessions.js'
import type { CookieAttributes, CookieJar } from '../../../types/stores.js'
import type { Config } from '../config.js'

/** What decides whether a session may be opened, where the options bind sessions to devices. */
export function deviceGate (config: Config, cookies: {
  names: (jar: CookieJar) => SessionCookieNames,
  attributes: (secure: boolean) => CookieAttributes
}): DeviceGate | undefined {
  const { deviceBound, sessionSecrets, now, clockTolerance, cacheEntries } = config
  if (deviceBound === undefined) return undefined
  const keys = sessionSecrets.map(secret =>
    Buffer.from(hkdfSync('sha256', secret, '', 'fastify-auth0 bound session id', 32)))
  return new DeviceGate({
    ...cookies,
    ...deviceBound,
    mac: createMac(sessionSecrets, 'fastify-auth0 bound cookie'),
    now,
    clockTolerance,
    cacheEntries,
    // The same in every process: of a session that is bound twice at once, one is made.
    boundIds: id => keys.map(key => createHmac('sha256', key).update(id).digest('base64url').slice(0, 24))
  })
}
