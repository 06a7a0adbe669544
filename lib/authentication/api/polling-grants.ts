import { grant } from './grant.js'

/** Parameters that poll for a device authorization. @see RFC 8628 */
export interface DeviceCodeParams {
  deviceCode: string
}

/** Asks once whether the user has finished on the other device. @see RFC 8628 section 3.4 */
export const deviceCodeGrant = grant<DeviceCodeParams>('urn:ietf:params:oauth:grant-type:device_code', ['deviceCode'])

/** Parameters that poll for a backchannel authentication. */
export interface CibaParams {
  authReqId: string
}

/** Asks once whether the user has answered on the other device. @see OpenID CIBA Core section 10 */
export const cibaGrant = grant<CibaParams>('urn:openid:params:grant-type:ciba', ['authReqId'])
