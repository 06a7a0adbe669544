import type { TokenResponse } from '../../types/tokens.js'
import type { Sleep } from '../base/sleep.js'
import { InvalidArgumentError } from '../errors.js'
import { startBackchannelAuthentication, type BackchannelAuthentication } from './api/backchannel.js'
import { startDeviceAuthorization, type DeviceAuthorization } from './api/device.js'
import { bind } from './bind-operation.js'
import * as grants from './api/grants.js'
import type { AuthorizationServer } from './server/authorization-server.js'
import { requireText } from './server/arguments.js'
import { poll, type PollTiming } from './server/polling.js'
import { checkRequestOptions, type RequestOptions } from './server/request-options.js'

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
    poll: async (started: BackchannelAuthentication, options: PollOptions = {}): Promise<TokenResponse> => {
      requireText(started, 'authReqId')
      return await poll({ ...timing(started, options), now: server.now }, () =>
        grants.cibaGrant(server, { authReqId: started.authReqId }, options))
    }
  }
}

export function device (server: AuthorizationServer) {
  return {
    /** Begins a login that the user finishes on another device. */
    start: bind(server, startDeviceAuthorization),
    /** Waits for the user, as often and as long as Auth0 said. */
    poll: async (started: Pick<DeviceAuthorization, 'deviceCode' | 'interval' | 'expiresIn'>,
      options: PollOptions = {}): Promise<TokenResponse> => {
      requireText(started, 'deviceCode')
      return await poll({ ...timing(started, options), now: server.now }, () =>
        grants.deviceCodeGrant(server, { deviceCode: started.deviceCode }, options))
    }
  }
}

function timing (started: { interval: number, expiresIn: number }, options: PollOptions): Omit<PollTiming, 'now'> {
  checkRequestOptions(options)
  const { interval, expiresIn } = started
  for (const [name, seconds] of Object.entries({ interval, expiresIn })) {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new InvalidArgumentError(name, `The argument "${name}" must be a number of seconds, 0 or more.`)
    }
  }
  return { interval, expiresIn, signal: options.signal, sleep: options.sleep }
}
