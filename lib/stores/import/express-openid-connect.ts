import { hkdfSync } from 'node:crypto'
import { isObject, parseSafely } from '../../base/json.js'
import { openDirectJwe } from './direct-jwe.js'
import { customFields, numberOf, textOf, type ImportedSecret, type SessionFormat } from './imported-session.js'

/** Members of a session that are the library's. */
const OWN = ['id_token', 'access_token', 'refresh_token', 'token_type', 'expires_at', 'sid', 'sessionExpiresAt']

/** Cookies of `express-openid-connect`: one key for all, the times of the session in the header. */
export const expressOpenidConnect: SessionFormat = {
  cookie: 'appSession',

  open (value, { secrets, now, audience, scope }) {
    const { header, payload } = openDirectJwe(value, 'A256GCM', () => secrets.map(keyOf)) ?? {}
    const createdAt = numberOf(header?.iat)
    const idToken = isObject(payload) ? textOf(payload.id_token) : undefined
    const claims = idToken === undefined
      ? undefined
      : parseSafely(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
    if (!isObject(payload) || !isObject(claims) || createdAt === undefined || !(Number(header?.exp) > now)) {
      return undefined
    }
    const accessToken = textOf(payload.access_token)
    return {
      claims,
      createdAt,
      custom: customFields(payload, OWN),
      sid: textOf(payload.sid) ?? textOf(claims.sid),
      ceiling: numberOf(payload.sessionExpiresAt),
      refreshToken: textOf(payload.refresh_token),
      idToken: idToken!,
      // The library does not note what a token was asked for: its own settings, which are now this plugin's.
      tokenSets: accessToken === undefined
        ? []
        : [{
            accessToken,
            tokenType: 'Bearer',
            scope,
            requestedScope: scope,
            expiresAt: Number(payload.expires_at ?? 0),
            ...(audience !== undefined && { audience })
          }],
      connectionTokenSets: []
    }
  }
}

const keys = new Map<ImportedSecret, Buffer>()

/** Derived once for each secret: the options hold a few of them. */
function keyOf (secret: ImportedSecret): Buffer {
  let key = keys.get(secret)
  if (key === undefined) keys.set(secret, key = Buffer.from(hkdfSync('sha256', secret, '', 'JWE CEK', 32)))
  return key
}
