import { serve } from './child.js'
import { answering, answerOf } from './answering.js'
import { user, users } from './users.js'

const json = value => answerOf(value,
  'x-ratelimit-limit: 100\r\nx-ratelimit-remaining: 99\r\nx-ratelimit-reset: 1800000000\r\n')
const one = json(user)
const list = json(users)
const listWithTotals = json({ start: 0, limit: users.length, length: users.length, total: users.length, users })
const token = json({
  access_token: 'a'.repeat(900),
  token_type: 'Bearer',
  expires_in: 86_400,
  scope: 'read:items'
})
const claims = json({
  sub: user.user_id,
  name: user.name,
  email: user.email,
  email_verified: true,
  picture: user.picture,
  updated_at: user.updated_at
})

/** Whatever name the server is reached by is the issuer it claims to be. */
function metadata (head) {
  const host = /\r\nhost: *(\S+)/i.exec(head)[1]
  const scheme = /\r\nx-issuer-scheme: *(\S+)/i.exec(head)?.[1] ?? 'http'
  const issuer = `${scheme}://${host}/`
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

/** Answers as Auth0 does, at once: it must not be what bounds the clients. */
const server = answering(head => {
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'))
  if (path.startsWith('/api/v2/users?')) return path.includes('include_totals=true') ? listWithTotals : list
  if (path.startsWith('/api/v2/')) return one
  if (path === '/oauth/token') return token
  if (path === '/userinfo') return claims
  if (path.startsWith('/.well-known/openid-configuration')) return metadata(head)
  throw new Error(`The bench has no answer to ${path}.`)
})
server.listen(0, '127.0.0.1', () => serve({ url: `http://127.0.0.1:${server.address().port}` }))
