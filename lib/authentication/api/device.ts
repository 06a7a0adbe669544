import { invalid } from '../../http/body.js'
import { parseJsonObject } from '../../http/json.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { postForm } from '../server/form-post.js'
import { checkRequestOptions, type RequestOptions } from '../server/request-options.js'

/** Parameters of `/oauth/device/code`. @see RFC 8628 */
export interface DeviceAuthorizationParams {
  scope?: string | undefined
  audience?: string | undefined
}

/** What the device shows, and what it polls with. */
export interface DeviceAuthorization {
  deviceCode: string
  userCode: string
  verificationUri: string
  verificationUriComplete: string | undefined
  /** Seconds. */
  expiresIn: number
  /** Seconds between two polls. */
  interval: number
}

const WHAT = 'The device authorization'

/** Begins a login that the user finishes on another device. @see RFC 8628 section 3.1 */
export async function startDeviceAuthorization (server: AuthorizationServer, params: DeviceAuthorizationParams = {},
  options: RequestOptions = {}): Promise<DeviceAuthorization> {
  const form = { scope: params.scope, audience: params.audience }
  checkRequestOptions(options)
  const url = await server.url('oauth/device/code', options.signal)
  const response = await postForm(server, { url, form, what: WHAT }, options)
  return readAnswer(parseJsonObject(response, WHAT))
}

function readAnswer (body: Record<string, unknown>): DeviceAuthorization {
  const {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: verificationUri,
    verification_uri_complete: complete
  } = body
  for (const value of [deviceCode, userCode, verificationUri]) {
    if (typeof value !== 'string' || value === '') throw invalid(`${WHAT}: the answer is incomplete.`)
  }
  return {
    deviceCode: deviceCode as string,
    userCode: userCode as string,
    verificationUri: verificationUri as string,
    verificationUriComplete: typeof complete === 'string' ? complete : undefined,
    expiresIn: seconds(body.expires_in) ?? 900,
    interval: Math.max(1, seconds(body.interval) ?? 5)
  }
}

function seconds (value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value <= 86_400 ? value : undefined
}
