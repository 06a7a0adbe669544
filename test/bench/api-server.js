import { createServer } from 'node:http'
import { serve } from './child.js'

const json = value => ({ type: 'application/json', text: JSON.stringify(value) })
const user = {
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
const claims = {
  sub: user.user_id,
  name: user.name,
  email: user.email,
  email_verified: true,
  picture: user.picture,
  updated_at: user.updated_at
}

/** Answers as Auth0 does, at once. Whatever name it is reached by is the issuer it claims to be. */
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const issuer = `${request.headers['x-issuer-scheme'] ?? 'http'}://${request.headers.host}/`
    const answers = {
      '/.well-known/openid-configuration': () =>
        json({
          issuer,
          authorization_endpoint: `${issuer}authorize`,
          token_endpoint: `${issuer}oauth/token`,
          userinfo_endpoint: `${issuer}userinfo`,
          jwks_uri: `${issuer}.well-known/jwks.json`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256']
        }),
      '/oauth/token': () =>
        json({ access_token: 'a'.repeat(900), token_type: 'Bearer', expires_in: 86_400, scope: 'read:items' }),
      '/userinfo': () => json(claims)
    }
    const { type, text } = (answers[request.url] ?? (() => json(user)))()
    response.writeHead(200, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '99',
      'x-ratelimit-reset': '1800000000'
    })
    response.end(text)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => serve({ url: `http://127.0.0.1:${server.address().port}` }))
