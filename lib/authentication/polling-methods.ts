import type { TokenResponse } from '../../types/tokens.js'
import type { Sleep } from '../base/sleep.js'
import { startBackchannelAuthentication, type BackchannelAuthentication } from './api/backchannel.js'
import { startDeviceAuthorization, type DeviceAuthorization } from './api/device.js'
import { bind } from './bind-operation.js'
import * as grants from './api/grants.js'
import type { AuthorizationServer } from './server/authorization-server.js'
import { poll } from './server/polling.js'
import type { RequestOptions } from './server/request-options.js'

/** How a request is polled for. */
export interface PollOptions extends RequestOptions {
  /** Waits between two attempts. For tests. */
  sleep?: Sleep | undefined
}

export function backchannel (server: AuthorizationServer) {
  return {
    /** Asks a user to log in on another device. */
    start: bind(server, startBackchannelAuthentication),
    /** Waits for the answer, as often and as long as Auth0 said. */
    poll: ({ authReqId, interval, expiresIn }: BackchannelAuthentication,
      options: PollOptions = {}): Promise<TokenResponse> =>
      poll({ interval, expiresIn, now: server.now, ...waiting(options) }, () =>
        grants.cibaGrant(server, { authReqId }, options))
  }
}

export function device (server: AuthorizationServer) {
  return {
    /** Begins a login that the user finishes on another device. */
    start: bind(server, startDeviceAuthorization),
    /** Waits for the user, as often and as long as Auth0 said. */
    poll: ({ deviceCode, interval, expiresIn }: Pick<DeviceAuthorization, 'deviceCode' | 'interval' | 'expiresIn'>,
      options: PollOptions = {}): Promise<TokenResponse> =>
      poll({ interval, expiresIn, now: server.now, ...waiting(options) }, () =>
        grants.deviceCodeGrant(server, { deviceCode }, options))
  }
}

function waiting ({ signal, sleep }: PollOptions): Pick<PollOptions, 'signal' | 'sleep'> {
  return { signal, sleep }
}
