import type {
  CallOptions, CheckpointPage, CheckpointQuery, Listing, NumberedPage, OffsetPage, OffsetQuery, UncountedPage
} from '../../types/management.js'
import { of, row, type Ids, type Of, type Row } from './endpoint.js'

/** A query that asks for totals, or not. */
export interface Totals<B extends boolean> {
  include_totals?: B
}
/** A query that asks for totals. */
export interface WithTotals {
  include_totals: true
  from?: never
  take?: never
}
/** A query that asks neither for totals nor for a checkpoint. */
export interface Bare extends Totals<false> {
  from?: never
  take?: never
}
/** A query that asks for a checkpoint. */
export type FromCheckpoint = { take: number, from?: string } | { from: string, take?: number }
/** A query of which it is not known what it asks for. */
export interface Any extends Totals<boolean> {
  from?: string
  take?: number
}

/** A list with page numbers: an array, or with `include_totals` a page. */
export interface OffsetList<P extends string, K extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q & Totals<false>, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & { include_totals: true }, options?: CallOptions]): Promise<OffsetPage<K, T>>
  (...args: [...Ids<P>, query?: Q & Totals<boolean>, options?: CallOptions]): Promise<T[] | OffsetPage<K, T>>
  readonly listing: Listing<T>
}

/** A list with page numbers whose pages do not count. */
export interface UncountedList<P extends string, K extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q & Totals<false>, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & { include_totals: true }, options?: CallOptions]): Promise<UncountedPage<K, T>>
  (...args: [...Ids<P>, query?: Q & Totals<boolean>, options?: CallOptions]): Promise<T[] | UncountedPage<K, T>>
  readonly listing: Listing<T>
}

/** A list with page numbers that is always answered with a page. */
export interface NumberedList<P extends string, K extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<NumberedPage<K, T>>
  readonly listing: Listing<T>
}

/** A list that is read from checkpoints. */
export interface CheckpointList<P extends string, K extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<CheckpointPage<K, T>>
  readonly listing: Listing<T>
}

/** A list that is an array, or with `take` a page. */
export interface ArrayOrCheckpointList<P extends string, K extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q & { from?: never, take?: never }, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & FromCheckpoint, options?: CallOptions]): Promise<CheckpointPage<K, T>>
  (...args: [...Ids<P>, query?: Q & { from?: string, take?: number }, options?: CallOptions]): Promise<
    T[] | CheckpointPage<K, T>
  >
  readonly listing: Listing<T>
}

/** A list of arrays, each read on from the last item's id. */
export interface ArrayList<P extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q, options?: CallOptions]): Promise<T[]>
  readonly listing: Listing<T>
}

/** A list with page numbers and checkpoints: an array, with `include_totals` or `take` a page. */
export interface EitherList<P extends string, K extends string, Q, T> {
  (...args: [...Ids<P>, query?: Q & Bare, options?: CallOptions]): Promise<T[]>
  (...args: [...Ids<P>, query: Q & WithTotals, options?: CallOptions]): Promise<OffsetPage<K, T>>
  (...args: [...Ids<P>, query: Q & FromCheckpoint, options?: CallOptions]): Promise<CheckpointPage<K, T>>
  (...args: [...Ids<P>, query?: Q & Any, options?: CallOptions]): Promise<
    T[] | OffsetPage<K, T> | CheckpointPage<K, T>
  >
  readonly listing: Listing<T>
}

interface ListFacts<Q, T> {
  /** What it takes. Default: page numbers, or a checkpoint, as its kind does. */
  query?: Of<Q>
  items: Of<T>
  /** The largest page. Default 100. */
  size?: number
  /** Whether Auth0 numbers no more than 1,000 records, and what to do beyond them. */
  beyond?: string
}

type Way = Pick<Listing<unknown>, 'offset' | 'checkpoint'>

const READ_ON = 'read them from a checkpoint with "take"'

function list (path: string, key: string, facts: ListFacts<unknown, unknown>, way: Way): Row<never> {
  const { query = of(), items, size = 100, beyond } = facts
  const listing = { key, size, ...way, walled: beyond !== undefined, beyond: beyond ?? '' }
  return row('GET', path, { query, returns: items, listing })
}

/** A row of an `OffsetList`. */
export function offsetList<const P extends string, const K extends string, T, Q = OffsetQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<OffsetList<P, K, Q, T>> {
  return list(path, key, facts, { offset: 'totals', checkpoint: undefined })
}

/** A row of an `UncountedList`. */
export function uncountedList<const P extends string, const K extends string, T, Q = OffsetQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<UncountedList<P, K, Q, T>> {
  return list(path, key, facts, { offset: 'totals', checkpoint: undefined })
}

/** The tenant's logs: page numbers for a search, checkpoints after a log's id. */
export function logList<const P extends string, const K extends string, T, Q = OffsetQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<OffsetList<P, K, Q, T>> {
  return list(path, key, facts, { offset: 'totals', checkpoint: 'log_id' })
}

/** A row of a `NumberedList`. */
export function numberedList<const P extends string, const K extends string, T, Q = OffsetQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<NumberedList<P, K, Q, T>> {
  return list(path, key, facts, { offset: 'numbered', checkpoint: undefined })
}

/** A row of a `CheckpointList`. */
export function checkpointList<const P extends string, const K extends string, T, Q = CheckpointQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<CheckpointList<P, K, Q, T>> {
  return list(path, key, facts, { offset: undefined, checkpoint: 'next' })
}

/** A row of an `ArrayOrCheckpointList`. */
export function arrayOrCheckpointList<const P extends string, const K extends string, T, Q = CheckpointQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<ArrayOrCheckpointList<P, K, Q, T>> {
  return list(path, key, facts, { offset: undefined, checkpoint: 'next' })
}

/** A row of an `ArrayList`. */
export function arrayList<const P extends string, Q, T> (path: P, facts: ListFacts<Q, T>): Row<ArrayList<P, Q, T>> {
  return list(path, '', facts, { offset: undefined, checkpoint: 'id' })
}

/** A row of an `EitherList`. */
export function eitherList<const P extends string, const K extends string, T, Q = OffsetQuery> (
  path: P, key: K, facts: ListFacts<Q, T>
): Row<EitherList<P, K, Q, T>> {
  return list(path, key, { beyond: READ_ON, ...facts }, { offset: 'totals', checkpoint: 'next' })
}
