/** One bucket of a quota. */
interface Quota {
  bucket: string
  limit: number
  remaining: number
  /** Seconds until it is full again. */
  resetAfter: number
}

/** Parses `Auth0-Client-Quota-Limit` and its kin: `b=per_hour;q=100;r=0;t=1800,b=per_day;…`. */
export function parseQuota (header: string | undefined): Quota[] {
  return (header ?? '').split(',').flatMap(entry => {
    const fields = new Map(entry.split(';').map(field => field.trim().split('=') as [string, string | undefined]))
    const [limit, remaining, resetAfter] = ['q', 'r', 't'].map(name => Number(fields.get(name)))
    return [limit, remaining, resetAfter].every(Number.isInteger)
      ? [{ bucket: fields.get('b') ?? '', limit: limit!, remaining: remaining!, resetAfter: resetAfter! }]
      : []
  })
}

/** Seconds until no quota is used up any more; `undefined` when none is. */
export function quotaDelay (headers: Readonly<Record<string, string>>): number | undefined {
  const used = ['auth0-client-quota-limit', 'auth0-organization-quota-limit', 'auth0-ratelimit']
    .flatMap(name => parseQuota(headers[name]))
    .filter(({ remaining }) => remaining === 0)
  return used.length === 0 ? undefined : Math.max(...used.map(({ resetAfter }) => resetAfter))
}
