import type { Feature } from '../engine/context.js'

const lifetime = 30

/** Pushed requests live as long as Auth0's. @see RFC 9126 */
export const pushedRequests: Feature = {
  install ({ provider }) {
    const { prototype } = provider.PushedAuthorizationRequest as unknown as {
      prototype: { save: (ttl: number) => Promise<string>, exp?: number }
    }
    const { save } = prototype
    prototype.save = function (ttl) {
      return save.call(this, Math.min(ttl, lifetime))
    }
  },
  after (answer, request) {
    if (request.path !== '/oauth/par' || answer.status !== 201) return answer
    const body = JSON.parse(answer.body) as { expires_in: number }
    return { ...answer, body: JSON.stringify({ ...body, expires_in: Math.min(body.expires_in, lifetime) }) }
  }
}
