import type { Listing } from '../../types/management.js'
import { isObject } from '../base/json.js'
import { ApiError, InvalidArgumentError, PaginationLimitError } from '../errors.js'
import { invalid } from '../http/body.js'

/** A method that answers with one page of a list. */
export type ListMethod = ((...args: never[]) => Promise<unknown>) & { readonly listing: Listing<unknown> }

/** What a list holds. */
export type ItemOf<M> = M extends { readonly listing: Listing<infer T> } ? T : never

/** A whole list, read page by page as far as it is asked for. */
export interface Pages<T> extends AsyncIterable<T> {
  /** The same list, a page at a time. */
  pages(): AsyncIterable<T[]>
  /** All items. Where Auth0 will not give all of them, the error comes after the first page. */
  all(): Promise<T[]>
}

interface Page {
  items: unknown[]
  next: string | undefined
  total: number | undefined
}
type ReadPage = (query: Record<string, unknown>) => Promise<Page>

const WALL = 1000

/**
 * Reads a list to its end: from checkpoints where the endpoint has them, else by page number.
 * Nothing more is fetched once the loop is left. At Auth0's limit of 1,000 records a `PaginationLimitError` says what
 * to do instead.
 * @param method a method of a `ManagementClient` that lists, e.g. `client.users.list`
 * @param args what the method takes
 * @throws InvalidArgumentError when the method does not list
 */
export function paginate<M extends ListMethod> (method: M, ...args: Parameters<M>): Pages<ItemOf<M>> {
  const listing = listingOf(method)
  const given: readonly unknown[] = args
  const at = given.findIndex(argument => typeof argument !== 'string')
  const ids = at === -1 ? given : given.slice(0, at)
  const query = { ...(given[ids.length] as Record<string, unknown> | undefined) }
  const call = method as unknown as (...args: unknown[]) => Promise<unknown>
  const read: ReadPage = async page => toPage(await call(...ids, { ...query, ...page }, given[ids.length + 1]), listing)
  const fromCheckpoints = readsCheckpoints(listing, query)

  async function * pages (whole = false): AsyncGenerator<ItemOf<M>[]> {
    const source = fromCheckpoints ? byCheckpoint(read, listing, query) : byNumber(read, listing, query)
    for await (const { items, total } of source) {
      if (whole && listing.walled && total !== undefined && total > WALL) throw limitReached(listing)
      if (items.length > 0) yield items as ItemOf<M>[]
    }
  }
  return {
    pages: () => pages(),
    async * [Symbol.asyncIterator] () {
      for await (const items of pages()) yield * items
    },
    async all () {
      const all = []
      for await (const items of pages(true)) all.push(...items)
      return all
    }
  }
}

function listingOf (method: Partial<ListMethod> | undefined): Listing<unknown> {
  if (method?.listing !== undefined) return method.listing
  throw new InvalidArgumentError('method',
    'paginate() takes a method that lists, such as client.users.list. This one cannot be read page by page.')
}

/**
 * A query with `page` or `per_page` wants numbers, one with `from` or `take` checkpoints. Logs have checkpoints only
 * after a log.
 */
function readsCheckpoints ({ offset, checkpoint }: Listing<unknown>, query: Record<string, unknown>): boolean {
  if (checkpoint === undefined) return false
  if (offset === undefined) return true
  if (checkpoint === 'log_id') return query.from !== undefined
  return query.page === undefined && query.per_page === undefined
}

async function * byCheckpoint (read: ReadPage, { size, checkpoint }: Listing<unknown>,
  query: Record<string, unknown>): AsyncGenerator<Page> {
  const take = (query.take ?? size) as number
  let from = query.from as string | undefined
  for (;;) {
    const page = await read({ include_totals: undefined, take, from })
    if (checkpoint === 'next') {
      yield page
      if (page.next === undefined) return
      if (page.next === from) {
        throw invalid('The list cannot be read on: its checkpoint does not move.')
      }
      from = page.next
    } else {
      const { length } = page.items
      if (from !== undefined && idOf(page.items[0], checkpoint!) === from) page.items.shift()
      yield page
      if (length < take) return
      const last = idOf(page.items.at(-1), checkpoint!)
      if (last === undefined || last === from) {
        const reason = last === undefined
          ? `its items have no "${checkpoint}". Ask for that field.`
          : 'its checkpoint does not move.'
        throw invalid(`The list cannot be read on: ${reason}`)
      }
      from = last
    }
  }
}

async function * byNumber (read: ReadPage, listing: Listing<unknown>,
  query: Record<string, unknown>): AsyncGenerator<Page> {
  const size = (query.per_page ?? listing.size) as number
  const totals = listing.offset === 'totals' ? { include_totals: true } : {}
  const first = (query.page ?? 0) as number
  for (let number = first; ; number++) {
    if (listing.walled && (number + 1) * size > WALL) throw limitReached(listing)
    const page = await read({ ...totals, page: number, per_page: size }).catch((error: unknown) => {
      throw isLimit(error) ? limitReached(listing, error) : error
    })
    yield page
    const { items: { length }, total } = page
    if (length === 0 || (total === undefined ? length < size : number * size + length >= total)) return
  }
}

/** @throws NetworkError for an answer that holds no list: taken for an empty one, it would end the list early */
function toPage (answer: unknown, { key }: Listing<unknown>): Page {
  if (Array.isArray(answer)) return { items: answer, next: undefined, total: undefined }
  const { [key]: items, next, total } = isObject(answer) ? answer : {}
  if (!Array.isArray(items)) {
    throw invalid(`The list cannot be read: the answer ${key === '' ? 'is no list' : `holds no "${key}"`}.`)
  }
  return {
    items,
    next: typeof next === 'string' && next !== '' ? next : undefined,
    total: typeof total === 'number' ? total : undefined
  }
}

function idOf (item: unknown, name: string): string | undefined {
  const id = isObject(item) ? item[name] : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

function isLimit (error: unknown): boolean {
  return error instanceof ApiError && error.status === 400 && /\b1,?000 records\b/.test(error.message)
}

function limitReached ({ beyond }: Listing<unknown>, cause?: unknown): PaginationLimitError {
  return new PaginationLimitError(
    `Auth0 numbers the first 1,000 records of a list only${beyond === '' ? '' : `; ${beyond}`}.`, cause)
}
