/** What every server of the page bench has in common. */
export const secret = 'a secret for measuring, of enough characters'
export const options = {
  domain: 'bench.eu.auth0.com',
  clientId: 'bench-client',
  clientSecret: 'bench secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: secret
}

/** Fifteen claims, as a real tenant gives them. */
export function claims (n) {
  return {
    sub: `auth0|65f1c0ffee${String(n).padStart(14, '0')}`,
    name: 'Augusta Ada King, Countess of Lovelace',
    given_name: 'Augusta Ada',
    family_name: 'King',
    nickname: 'ada',
    picture: 'https://s.gravatar.com/avatar/9f3c1a2b4d5e6f708192a3b4c5d6e7f8' +
      '?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fal.png',
    email: `ada.${n}@example.com`,
    email_verified: true,
    updated_at: '2026-11-18T08:14:22.119Z',
    locale: 'en-GB',
    org_id: 'org_9ybsU1dN2dKfDkBi',
    org_name: 'analytical-engines',
    auth_time: 1_795_000_000,
    amr: ['mfa'],
    'https://example.com/roles': ['editor', 'reviewer', 'billing-admin']
  }
}

const random = length =>
  Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(Math.random() * 36)]).join('')
const jwt = size =>
  `${Buffer.from('{"alg":"RS256","typ":"JWT","kid":"abcdefghijklmnopqrstu"}').toString('base64url')}.${
    Buffer.from(`{"iss":"https://bench.eu.auth0.com/","x":"${random(size)}"}`).toString('base64url')
  }.${Buffer.from(random(256)).toString('base64url')}`

/** An access token for an API of 1,470 bytes, and a refresh token. */
export const tokens = () => ({
  accessTokens: [{
    accessToken: jwt(740),
    audience: 'https://api.example.com',
    scope: 'openid profile email offline_access'
  }],
  refreshToken: random(57)
})

/** Cookies of others that come along with every request. */
export const foreign = `_ga=GA1.1.${random(20)}; _ga_${random(10)}=GS2.1.${random(40)}; ` +
  `intercom-session-x=${random(120)}; theme=dark`
