/**
 * Codes that tell something about the visitor, and what the application answers with; all others are Auth0's or ours to
 * mend: 502.
 */
const BLAME: Record<string, number> = {
  invalid_signup: 400,
  user_exists: 400,
  username_exists: 400,
  invalid_password: 400,
  password_dictionary_error: 400,
  password_no_user_info_error: 400,
  password_strength_error: 400,
  'bad.email': 400,
  'bad.phone_number': 400,
  invalid_grant: 400,
  expired_token: 400,
  authorization_pending: 400,
  slow_down: 400,
  invalid_user_password: 401,
  access_denied: 403,
  password_leaked: 403,
  blocked_user: 403,
  mfa_invalid_code: 403,
  too_many_attempts: 429
}

/** What Fastify answers with where the visitor caused the error. */
export function answerStatus (code: string): { statusCode?: number } {
  return Object.hasOwn(BLAME, code) ? { statusCode: BLAME[code]! } : {}
}

/** A status as a code: 503 is `service_unavailable`. */
export function phraseOf (status: number): string {
  const { STATUS_CODES } = process.getBuiltinModule('node:http')
  return STATUS_CODES[status]?.toLowerCase().replace(/[^a-z]+/g, '_') ?? 'unexpected_response'
}
