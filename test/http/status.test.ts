import t from 'tap'
import { answerStatus, phraseOf } from '../../lib/http/status.js'

t.test('whose fault each code of Auth0 is', async t => {
  const blame: Record<string, number> = {
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
  for (const [code, statusCode] of Object.entries(blame)) t.strictSame(answerStatus(code), { statusCode }, code)
  t.strictSame(answerStatus('invalid_client'), {})
  t.strictSame(answerStatus('toString'), {})
  t.strictSame([200, 404, 418, 299].map(phraseOf), ['ok', 'not_found', 'i_m_a_teapot', 'unexpected_response'])
})
