import type {
  CallOptions,
  CheckpointPage,
  Listing,
  NumberedPage,
  OffsetPage,
  UncountedPage
} from '../../types/management.js'
import { row, type Ids, type Of, type Row } from './endpoint.js'

/** A query that asks neither for totals nor for a checkpoint. */
export interface Bare {
  include_totals?: false
  from?: never
  take?: never
}
/** A query that asks for totals. */
export interface WithTotals {
  include_totals: true
  from?: never
  take?: never
}
/** A query that asks for a checkpoint. */
export type FromCheckpoint = { take: number } | { from: string }

interface ListFacts<Q, T> {
  query: Of<Q>
  items: Of<T>
  /** The largest page. Default 100. */
  size?: number
  /** Whether Auth0 numbers no more than 1,000 records, and what to do beyond them. */
  beyond?: string
}

const READ_ON = 'read them from a checkpoint with "take"'

function list (
  path: string,
  key: string,
  { query, items, size = 100, beyond }: ListFacts<unknown, unknown>,
  way: Pick<Listing<unknown>, 'offset' | 'checkpoint'>
): Row<never> {
  return row('GET', path, {
    query,
    returns: items,
    listing: { key, size, ...way, walled: beyond !== undefined, beyond: beyond ?? '' }
  })
}

/** A list with page numbers: an array, or with `include_totals` a page. */
export function offsetList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q & { include_totals?: false }, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & { include_totals: true }, options?: CallOptions]): Promise<OffsetPage<K, T>>
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[] | OffsetPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, facts, { offset: 'totals', checkpoint: undefined })
}

/** A list with page numbers whose pages do not count. */
export function uncountedList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q & { include_totals?: false }, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & { include_totals: true }, options?: CallOptions]): Promise<UncountedPage<K, T>>
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[] | UncountedPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, facts, { offset: 'totals', checkpoint: undefined })
}

/** The tenant's logs: page numbers for a search, an array after a log's id without one. */
export function logList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q & { include_totals?: false }, options?: CallOptions]): Promise<T[]>
  (
    ...args: [...Ids<P>, query: Q & { include_totals: true; from?: never }, options?: CallOptions]
  ): Promise<OffsetPage<K, T>>
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[] | OffsetPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, facts, { offset: 'totals', checkpoint: 'log_id' })
}

/** A list with page numbers that is always answered with a page. */
export function numberedList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<NumberedPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, facts, { offset: 'numbered', checkpoint: undefined })
}

/** A list that is read from checkpoints. */
export function checkpointList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<CheckpointPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, facts, { offset: undefined, checkpoint: 'next' })
}

/** A list that is an array, or with `take` a page. */
export function arrayOrCheckpointList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q & { from?: never; take?: never }, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & FromCheckpoint, options?: CallOptions]): Promise<CheckpointPage<K, T>>
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[] | CheckpointPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, facts, { offset: undefined, checkpoint: 'next' })
}

/** A list of arrays, each read on from the last item's id. */
export function arrayList<const P extends string, Q, T> (
  path: P,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[]>
  readonly listing: Listing<T>
}> {
  return list(path, '', facts, { offset: undefined, checkpoint: 'id' })
}

/** A list with page numbers and checkpoints: an array, with `include_totals` or `take` a page. */
export function eitherList<const P extends string, const K extends string, Q, T> (
  path: P,
  key: K,
  facts: ListFacts<Q, T>
): Row<{
  (...args: [...Ids<P>, query?: Q & Bare, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & WithTotals, options?: CallOptions]): Promise<OffsetPage<K, T>>
  (...args: [...Ids<P>, query: Q & FromCheckpoint, options?: CallOptions]): Promise<CheckpointPage<K, T>>
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[] | OffsetPage<K, T> | CheckpointPage<K, T>>
  readonly listing: Listing<T>
}> {
  return list(path, key, { beyond: READ_ON, ...facts }, { offset: 'totals', checkpoint: 'next' })
}
