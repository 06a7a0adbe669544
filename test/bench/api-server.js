import { createServer } from 'node:http'
import { serve } from './child.js'
import { user, users } from './users.js'

const json = value => {
  const body = Buffer.from(JSON.stringify(value))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '99',
      'x-ratelimit-reset': '1800000000'
    }
  }
}
const claims = {
  sub: user.user_id,
  name: user.name,
  email: user.email,
  email_verified: true,
  picture: user.picture,
  updated_at: user.updated_at
}

const list = json(users)
const listWithTotals = json({ start: 0, limit: users.length, length: users.length, total: users.length, users })
const answers = {
  '/oauth/token': json({ access_token: 'a'.repeat(900), token_type: 'Bearer', expires_in: 86_400, scope: 'read:items' }),
  '/userinfo': json(claims)
}
const one = json(user)

function metadata (issuer) {
  return json({
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256']
  })
}

/**
 * Answers as Auth0 does, at once, with what it has made before: it must not be what bounds the clients. Whatever name
 * it is reached by is the issuer it claims to be.
 */
const server = createServer((request, response) => {
  const { url } = request
  const answer = answers[url] ?? (url.startsWith('/.well-known/openid-configuration')
    ? metadata(`${request.headers['x-issuer-scheme'] ?? 'http'}://${request.headers.host}/`)
    : url.startsWith('/api/v2/users?') ? (url.includes('include_totals=true') ? listWithTotals : list) : one)
  request.on('end', () => {
    response.writeHead(200, answer.headers)
    response.end(answer.body)
  })
  request.resume()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => serve({ url: `http://127.0.0.1:${server.address().port}` }))
