import { generateKeyPairSync, createSign } from 'node:crypto'
import { createServer } from 'node:http'
import { args, serve } from './child.js'

/** As much of a tenant as a login needs, and no more: what is measured is the application. */
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] })
// What it calls itself, where that is not its address.
let issuer = args().issuer ?? ''
let delay = 0
const counts = {}

const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')
function jwt (payload) {
  const input = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'k' })}.${encode(payload)}`
  return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey, 'base64url')}`
}

let spent = 0
const server = createServer((request, response) => {
  const url = new URL(request.url, issuer)
  counts[url.pathname] = (counts[url.pathname] ?? 0) + 1
  const json = value => {
    response.setHeader('content-type', 'application/json')
    response.end(typeof value === 'string' ? value : JSON.stringify(value))
  }
  if (url.pathname === '/.well-known/openid-configuration') {
    return json({
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      end_session_endpoint: `${issuer}oidc/logout`
    })
  }
  if (url.pathname === '/.well-known/jwks.json') return json(jwks)
  if (url.pathname === '/counts') {
    delay = Number(url.searchParams.get('delay') ?? delay)
    return json(counts)
  }
  let body = ''
  request.on('data', chunk => {
    body += chunk
  })
  request.on('end', () => {
    const form = new URLSearchParams(body)
    const nonce = form.get('code') === 'no-nonce' ? undefined : form.get('code')
    const now = Math.floor(Date.now() / 1000)
    const refreshing = form.get('grant_type') === 'refresh_token'
    if (refreshing && Number(form.get('refresh_token').split('-')[1]) !== spent) {
      response.statusCode = 403
      return json({ error: 'invalid_grant' })
    }
    if (refreshing) spent++
    const answer = {
      access_token: `access-${Math.random()}`,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: `refresh-${spent}`,
      ...(!refreshing &&
        {
          id_token: jwt({
            iss: issuer,
            aud: 'bench-client',
            sub: 'auth0|1',
            iat: now,
            exp: now + 3600,
            sid: 's',
            nonce,
            name: 'Ada',
            email: 'ada@example.com',
            picture: 'https://cdn.example.com/ada.png'
          })
        })
    }
    setTimeout(json, delay, answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  issuer ||= url
  serve({ url })
})
