import type { TenantRequest } from './exchange.js'

/** A request the tenant received and the status it answered. */
export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly url: string
  readonly query: Readonly<Record<string, string>>
  /** Query and body. */
  readonly params: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  /** Epoch seconds. */
  readonly at: number
  /** Missing until the answer is there. */
  status?: number
}

/** The requests received, oldest first. */
export interface RequestLog extends ReadonlyArray<LoggedRequest> {
  clear: () => void
}

/** Keeps the last `limit` requests. */
export function createRequestLog (
  limit: number
): { log: RequestLog, add: (request: TenantRequest, at: number) => LoggedRequest } {
  const entries: LoggedRequest[] = []
  const log = Object.defineProperty(entries, 'clear', {
    value: () => {
      entries.length = 0
    }
  }) as unknown as RequestLog
  return {
    log,
    add ({ method, path, url, query, params, headers }, at) {
      const entry: LoggedRequest = { method, path, url, query, params, headers, at }
      entries.push(entry)
      if (entries.length > limit) entries.shift()
      return entry
    }
  }
}
