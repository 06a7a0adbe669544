import { isIP } from '../../base/ip.js'
import type { CookieAttributes } from '../../../types/stores.js'

/** Parents of the host whose cookies are looked after. */
const MOST_PARENTS = 3

/**
 * Where else a cookie of this name may be kept: set before `domain`, `path` or `partitioned` was changed, or by the
 * same application at another host of the same domain. Browsers clear a cookie only by the attributes it was set with.
 * @param several whether the browser has sent more than one cookie of this name
 * @see RFC 6265bis section 5.7
 */
export function cookiePlaces (name: string, attributes: CookieAttributes, host: string,
  several: boolean): CookieAttributes[] {
  const { domain, partitioned = false, ...rest } = attributes
  const unbound = !name.startsWith('__Host-')
  const domains = unbound ? [undefined, ...parentsOf(host)] : [undefined]
  const paths = unbound && rest.path !== '/' ? [rest.path, '/'] : [rest.path]
  const partitions = several && rest.secure ? [partitioned, !partitioned] : [partitioned]
  const own = (domain ?? '').replace(/^\./, '').toLowerCase()
  const places: CookieAttributes[] = []
  for (const partitioned_ of partitions) {
    for (const path of paths) {
      for (const candidate of domains) {
        if ((candidate ?? '') === own && path === rest.path && partitioned_ === partitioned) continue
        places.push({
          ...rest,
          path,
          ...(candidate !== undefined && { domain: candidate }),
          ...(partitioned_ && { partitioned: true })
        })
      }
    }
  }
  return places
}

/** The host and its parents that may hold cookies for it; none for an address or a name without a dot. */
function parentsOf (host: string): string[] {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return []
  const labels = name.split('.')
  const count = Math.min(MOST_PARENTS, Math.max(0, labels.length - 1))
  return Array.from({ length: count }, (_, index) => labels.slice(index).join('.'))
}
