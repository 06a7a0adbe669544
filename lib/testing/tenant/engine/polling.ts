import type { Feature } from './context.js'
import { TenantError } from './exchange.js'
import { perTenant } from './per-tenant.js'

const handles = new Map([
  ['urn:openid:params:grant-type:ciba', 'auth_req_id'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'device_code']
])
const starts = new Set(['/bc-authorize', '/oauth/device/code'])

const defaultInterval = 5
const slowDown = 5

interface Poll {
  at: number
  interval: number
}

const pollsOf = perTenant(() => new Map<string, Poll>())

/** Pollers are told how often they may ask, and to slow down. @see RFC 8628 */
export const polling: Feature = {
  before (request, tenant) {
    const handle = request.path === '/oauth/token'
      ? request.body[handles.get(String(request.body.grant_type)) ?? '']
      : undefined
    if (typeof handle !== 'string') return request
    const known = pollsOf(tenant)
    const last = known.get(handle)
    const now = tenant.now()
    const tooSoon = last !== undefined && now - last.at < last.interval
    const interval = (last?.interval ?? tenant.options.pollingInterval ?? defaultInterval) + (tooSoon ? slowDown : 0)
    known.set(handle, { at: now, interval })
    if (tooSoon) {
      throw new TenantError(400, { error: 'slow_down', error_description: 'You are polling faster than allowed.' }, {
        'retry-after': String(interval)
      })
    }
    return request
  },
  after (answer, request, tenant) {
    if (!starts.has(request.path) || answer.status !== 200) return answer
    return {
      ...answer,
      body: JSON.stringify({ ...JSON.parse(answer.body), interval: tenant.options.pollingInterval ?? defaultInterval })
    }
  }
}
