import type { Readable } from 'node:stream'
import type { CreateImportUsersRequest, SubscribeEventsQuery } from './management-generated.js'

export type * from './management-generated.js'
export type * from './management-recent.js'

/** What every call takes beside its arguments. */
export interface CallOptions {
  /** Ends the call early. */
  signal?: AbortSignal
  /** Seconds, body included; for an event stream the longest silence. */
  timeout?: number
  /** Further request headers, e.g. `auth0-custom-domain`. */
  headers?: Readonly<Record<string, string>>
}

/** What uploading calls take. */
export interface UploadOptions extends CallOptions {
  /** Told how many bytes of the file are sent; `total` where it is known. */
  onProgress?: (progress: { sent: number, total?: number }) => void
}

/** A page of a list that is read by page number, with the number of all records. */
export type OffsetPage<K extends string, T> = { start: number, limit: number, total: number, length?: number } & {
  [key in K]: T[]
}

/** A page of a list that is read by page number, where Auth0 does not count. */
export type UncountedPage<K extends string, T> = { start: number, limit: number } & { [key in K]: T[] }

/** A page of a list that is read by page number, as the Actions endpoints answer. */
export type NumberedPage<K extends string, T> = { page: number, per_page: number, total: number } & { [key in K]: T[] }

/** A page of a list that is read from a checkpoint; without `next` it is the last. */
export type CheckpointPage<K extends string, T> = { next?: string } & { [key in K]: T[] }

/** How a list can be read; `paginate()` goes by it. */
export interface Listing<T> {
  /** Where a page holds its items. */
  readonly key: string
  /** Whether pages have numbers, and whether the total must be asked for. */
  readonly offset: 'totals' | 'numbered' | undefined
  /** Where the next checkpoint is found: in the page, or in its last item under this name. */
  readonly checkpoint: 'next' | 'log_id' | 'id' | undefined
  /** The largest page. */
  readonly size: number
  /** Whether Auth0 numbers no more than 1,000 records. */
  readonly walled: boolean
  /** What to do beyond them. */
  readonly beyond: string
  /** Only a type: what the list holds. */
  readonly item?: T
}

/** Auth0's rate limit, as an answer told it. */
export interface RateLimit {
  limit: number
  remaining: number
  /** Epoch seconds. */
  resetAt: number
}

/** Users to import. The file is a path, a file URL, its bytes, or a stream of them. */
export interface ImportUsersRequest extends Omit<CreateImportUsersRequest, 'users'> {
  users: string | URL | Uint8Array | Readable | AsyncIterable<Uint8Array>
}

/** What `events.subscribe()` takes. */
export interface SubscribeOptions extends CallOptions {
  /** Reconnects in a row without a message after which the iteration ends with an error. Default 10. */
  maxReconnects?: number
}

/** The kinds of changes in a tenant. */
export type TenantEventType = Each<NonNullable<SubscribeEventsQuery['event_type']>>
type Each<T> = T extends readonly (infer Item)[] ? Item : T

/** A change in the tenant. @see CloudEvents 1.0 */
export interface TenantChange {
  /** E.g. `user.created`. */
  type: TenantEventType
  /** The place in the stream: the `from` of a later subscription. */
  offset: string
  event: {
    id: string,
    type: string,
    time: string,
    source: string,
    data: Record<string, unknown>,
    [attribute: string]: unknown
  }
}

/** A place in the stream without a change: save it as you save that of a change. */
export interface OffsetOnly {
  type: 'offset-only'
  offset: string
  event?: undefined
}

/** What `events.subscribe()` gives; `type` tells which it is. */
export type TenantEvent = TenantChange | OffsetOnly
