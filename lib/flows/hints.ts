import { ApiError, NetworkError, SessionStoreError, TokenValidationError } from '../errors.js'

const CLOCK = 'The times in the token do not fit this server\'s clock. Check that the clock is right (NTP); for a ' +
  'small difference raise the option "clockTolerance".'

/** What to do, by the reason of a token that does not hold. */
const TOKEN_HINTS: Readonly<Record<string, string>> = {
  expired: CLOCK,
  not_yet_valid: CLOCK,
  issued_in_future: CLOCK,
  too_old: CLOCK,
  auth_in_future: CLOCK,
  algorithm: 'Compare the option "idTokenSigningAlg" with the application\'s "JSON Web Token Signature Algorithm" in ' +
    'Auth0.',
  audience: 'Check that the option "clientId" is that of the application the user logs in to.',
  issuer: 'Check that the option "domain" is the one that logs users in: the tenant\'s, or its custom domain.'
}

/** What to do, by the code of an answer of Auth0. */
const API_HINTS: Readonly<Record<string, string>> = {
  invalid_client: 'Auth0 does not accept this application\'s credentials. Compare "domain", "clientId" and ' +
    '"clientSecret" (or the signing key, or the certificate) with the application\'s settings in Auth0.',
  unauthorized_client: 'The application is not allowed this grant. Enable it in Auth0: Applications, Advanced ' +
    'Settings, Grant Types.'
}

/** How Auth0 says that an audience is not one of its APIs, or not one for this application. */
const UNKNOWN_API = /^Service not found: |is not authorized to access resource server /

/** What whoever runs the application can do about an error; `undefined` where it is not theirs, or not known. */
export function hintOf (error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 3) return undefined
  return ownHint(error) ?? hintOf(error.cause, depth + 1)
}

function ownHint (error: Error): string | undefined {
  if (error instanceof TokenValidationError && Object.hasOwn(TOKEN_HINTS, error.reason)) {
    return TOKEN_HINTS[error.reason]
  }
  if (error instanceof ApiError && error.status !== 0 && Object.hasOwn(API_HINTS, error.code)) {
    return API_HINTS[error.code]
  }
  if (error instanceof ApiError && UNKNOWN_API.test(String(error.description))) {
    return 'Auth0 has no API with this identifier, or the application may not use it. Compare the option "audience" ' +
      'with the identifier of the API in Auth0: Applications, APIs.'
  }
  const hint = storeHint(error)
  if (hint !== undefined) return hint
  if (error instanceof SessionStoreError) {
    return hintOf(error.cause) ??
      'Check that the store can be reached and is set up; PostgreSQL needs migrate() once.'
  }
  if (error instanceof NetworkError && /ENOTFOUND|ECONNREFUSED|EAI_AGAIN/.test(error.message)) {
    return 'Check the option "domain", and that this server can reach it.'
  }
  return undefined
}

/** What the clients of the stores say when they are not set up. */
function storeHint (error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  if (code === '42P01') return 'The table is missing in PostgreSQL. Make it once, with: await store.migrate()'
  if (code === '42501' || /^NOPERM\b/.test(error.message)) {
    return 'The user of the database has too few rights; the guide to deployment lists them.'
  }
  if (code === '28P01' || /^(?:NOAUTH|WRONGPASS)\b/.test(error.message)) {
    return 'The database does not accept the user name and password.'
  }
  if (/^The client is (?:closed|offline)$/.test(error.message)) {
    return 'The Redis client is not connected. Call "await client.connect()" before the server starts.'
  }
  return undefined
}
