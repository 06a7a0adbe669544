/** A user as the Management API tells of one. */
export const user = {
  user_id: 'auth0|65f1c0ffee00000000000001',
  email: 'ada@example.com',
  email_verified: true,
  name: 'Ada Lovelace',
  nickname: 'ada',
  picture: 'https://example.com/ada.png',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-11-18T08:14:22.119Z',
  identities: [{
    connection: 'Username-Password-Authentication',
    provider: 'auth0',
    user_id: '65f1c0ffee00000000000001',
    isSocial: false
  }],
  app_metadata: { plan: 'pro' },
  user_metadata: { theme: 'dark' },
  last_login: '2026-11-18T08:14:22.119Z',
  logins_count: 42
}

/** A page of 100 users. */
export const users = Array.from({ length: 100 }, (_, i) => ({ ...user, user_id: `${user.user_id}${i}` }))
