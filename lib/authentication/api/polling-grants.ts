import { requireText } from '../server/arguments.js'
import { requestToken } from '../server/token-endpoint.js'
import type { Grant } from './grant.js'

/** Parameters that poll for a device authorization. @see RFC 8628 */
export interface DeviceCodeParams {
  deviceCode: string
}

/** Asks once whether the user has finished on the other device. @see RFC 8628 section 3.4 */
export const deviceCodeGrant: Grant<DeviceCodeParams> = async (server, params, options) => {
  requireText(params, 'deviceCode')
  return requestToken(server, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: params.deviceCode
  }, options)
}

/** Parameters that poll for a backchannel authentication. */
export interface CibaParams {
  authReqId: string
}

/** Asks once whether the user has answered on the other device. @see OpenID CIBA Core section 10 */
export const cibaGrant: Grant<CibaParams> = async (server, params, options) => {
  requireText(params, 'authReqId')
  return requestToken(server, { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: params.authReqId },
    options)
}
