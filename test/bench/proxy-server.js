import httpProxy from '@fastify/http-proxy'
import fastify from 'fastify'
import { args, serve } from './child.js'
import { claims, foreign, options, tokens } from './subject.js'

const { variant, sessions, upstream } = args()
const app = fastify()
const headers = []

if (variant === 'bare') {
  const { accessToken } = tokens().accessTokens[0]
  await app.register(httpProxy, {
    upstream,
    prefix: '/api',
    undici: { connect: { rejectUnauthorized: true } },
    replyOptions: {
      rewriteRequestHeaders: (_request, { cookie, ...rest }) => ({ ...rest, authorization: `Bearer ${accessToken}` })
    }
  })
} else {
  const { default: auth0 } = await import('fastify-auth0')
  const { sessionCookie } = await import('fastify-auth0/testing')
  await app.register(auth0, { ...options, audience: 'https://api.example.com' })
  await app.register(httpProxy, app.auth0.proxy({ upstream, prefix: '/api', token: variant }))
  for (let n = 0; n < sessions; n++) {
    headers.push(`${await sessionCookie(app, { user: claims(n), sid: `sid-${n}`, ...tokens() })}; ${foreign}`)
  }
}
serve({ url: await app.listen({ host: '127.0.0.1', port: 0 }), headers })
