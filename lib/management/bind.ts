import { rejected } from '../base/awaitable.js'
import { callReader, type ApiRequest } from './call.js'
import type { ApiSender } from './api-sender.js'
import type { Row } from './endpoint.js'
import { subscribe } from './events/subscribe.js'

/** Rows as methods: each has the signature that follows from its row. */
export type Bound<T> = { readonly [K in keyof T]: T[K] extends Row<infer C> ? C : Bound<T[K]> }

interface Rows {
  readonly [name: string]: Row<unknown> | Rows
}

/** Makes methods of rows. */
export function bind<T extends object> (rows: T, sender: ApiSender): Bound<T> {
  return bindRows(rows as unknown as Rows, sender) as Bound<T>
}

function bindRows (rows: Rows, sender: ApiSender): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, value]) => [name, isRow(value) ? method(value, sender) : bindRows(value, sender)])
  )
}

/** Of some five hundred rows a program calls a few: the others are not looked at. */
function method (row: Row<unknown>, sender: ApiSender): unknown {
  let reader: ReturnType<typeof callReader> | undefined
  const read = (args: unknown[]): ApiRequest | Promise<ApiRequest> => (reader ??= callReader(row))(args)
  if (row.form === 'events') return (...args: unknown[]) => subscribe(sender, row, read(args) as ApiRequest)
  const call = (...args: unknown[]): Promise<unknown> => {
    try {
      const request = read(args)
      return request instanceof Promise ? request.then(ready => sender.call(row, ready)) : sender.call(row, request)
    } catch (error) {
      return rejected(error)
    }
  }
  return row.listing === undefined ? call : Object.assign(call, { listing: row.listing })
}

function isRow (value: Row<unknown> | Rows): value is Row<unknown> {
  return typeof value.verb === 'string'
}
