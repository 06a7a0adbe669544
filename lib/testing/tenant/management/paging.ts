import { json, type TenantAnswer } from '../engine/exchange.js'
import { selectFields } from './documents.js'
import { managementError, type ManagementCall } from './endpoint.js'

const wall = 1000
const largest = 100

interface ListOptions {
  /** Where a page holds the items. */
  key: string
  /** Whether the list can be read from checkpoints, or from nothing else. */
  checkpoints?: boolean | 'only'
  /** Whether pages tell the number of all items. Default `true`. */
  counted?: boolean
  /** Whether every answer is a page that tells its number. */
  numbered?: boolean
}

function numberOf (query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  if (!/^\d{1,6}$/u.test(text)) {
    throw managementError(400, `Query validation error: 'Invalid type on property ${name}'.`, 'invalid_query_string')
  }
  return Number(text)
}

/**
 * Answers with a page of a list: by number, as far as the first 1,000, or from a checkpoint. `show` makes what the API
 * shows of an item, for this page only.
 */
export function answerList<T extends object> ({ query }: ManagementCall, items: readonly T[],
  { key, checkpoints = false, counted = true, numbered = false }: ListOptions,
  show: (item: T) => object = item => item): TenantAnswer {
  const shown = (from: number, to: number): Record<string, unknown>[] =>
    items.slice(from, to).map(item => selectFields(show(item) as Record<string, unknown>, query))
  if (checkpoints === 'only' || (checkpoints && (query.has('take') || query.has('from')))) {
    const from = query.has('from') ? readCheckpoint(query.get('from')!, items.length) : 0
    const to = from + bounded('take', numberOf(query, 'take', 50))
    return json(200, {
      [key]: shown(from, to),
      next: to < items.length ? Buffer.from(`at ${to}`).toString('base64url') : undefined
    })
  }
  const limit = bounded('per_page', numberOf(query, 'per_page', 50))
  const start = numberOf(query, 'page', 0) * limit
  if (start + limit > wall) {
    throw managementError(400, `You can only page through the first ${wall} records. See ` +
      'https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation', 'invalid_paging')
  }
  const page = shown(start, start + limit)
  if (numbered) return json(200, { [key]: page, total: items.length, page: start / (limit || 1), per_page: limit })
  return json(200, query.get('include_totals') === 'true'
    ? { start, limit, length: page.length, total: counted ? items.length : undefined, [key]: page }
    : page)
}

function bounded (name: string, value: number): number {
  if (value > largest) {
    throw managementError(400,
      `Query validation error: 'Value ${value} is greater than maximum ${largest}' on property ${name}.`,
      'invalid_query_string')
  }
  return value
}

function readCheckpoint (text: string, length: number): number {
  const at = Number(/^at (\d+)$/u.exec(Buffer.from(text, 'base64url').toString())?.[1] ?? Number.NaN)
  if (!(at <= length)) throw managementError(400, 'Invalid checkpoint.', 'invalid_query_string')
  return at
}
