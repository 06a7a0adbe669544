import type { ServerClient } from '../../../lib/index.js'
import type { Site } from '../site.js'

const authSession = 'auth-session-1'
const sealed = (error: { mfaToken?: string }): string => error.mfaToken ?? 'no second factor was asked for'

/** Every way of logging in without a page of Auth0's. */
export const waysIn: Record<string, (auth0: ServerClient) => Promise<unknown>> = {
  passwordless: async auth0 =>
    await auth0.passwordless.verify({ connection: 'email', email: 'ada@example.com', verificationCode: '123' }),
  'a code for a database connection': async auth0 =>
    await auth0.passwordless.verify({ authSession, verificationCode: '123' }),
  passkey: async auth0 => await auth0.passkeys.signIn({ authSession, authnResponse: { id: 'x' } }),
  'token exchange': async auth0 =>
    await auth0.loginWithCustomTokenExchange({ subjectToken: 'legacy', subjectTokenType: 'urn:acme:legacy' }),
  'another device': async auth0 =>
    await auth0.loginBackchannel({ bindingMessage: 'order 1', loginHint: { sub: 'auth0|ada' } }),
  'second factor': async auth0 =>
    await auth0.mfa.verify({
      mfaToken: await auth0.passwordless.verify({
        connection: 'sms',
        phoneNumber: '+491701234567',
        verificationCode: '123'
      }).then(() => '', sealed),
      otp: '123456'
    })
}

/** Makes the tenant answer each of them; a login by text message is interrupted by a second factor. */
export function answerWaysIn ({ tenant }: Site): void {
  tenant.scripts.set('POST /bc-authorize', () => ({ json: { auth_req_id: 'req-1', expires_in: 300, interval: 0.01 } }))
  tenant.scripts.set('POST /oauth/token', ({ form }) =>
    form.get('realm') === 'sms'
      ? { status: 403, json: { error: 'mfa_required', mfa_token: 'raw' } }
      : { json: tenant.tokens() })
}
