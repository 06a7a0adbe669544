import { createServer } from 'node:http'
import { serve } from './child.js'
import { user, users } from './users.js'

const json = value => ({ type: 'application/json', text: JSON.stringify(value) })
const claims = {
  sub: user.user_id,
  name: user.name,
  email: user.email,
  email_verified: true,
  picture: user.picture,
  updated_at: user.updated_at
}

const lists = {
  false: json(users),
  true: json({ start: 0, limit: users.length, length: users.length, total: users.length, users })
}
const list = withTotals => lists[withTotals]

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
      '/userinfo': () => json(claims),
      '/api/v2/users': () => list(searchParams.get('include_totals') === 'true')
    }
    const { pathname, searchParams } = new URL(request.url, issuer)
    const { type, text } = (answers[pathname] ?? (() => json(user)))()
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
