import { callReader, type Call } from './call.js'
import type { Caller } from './caller.js'
import type { Row } from './endpoint.js'
import { subscribe } from './events/subscribe.js'

/** Rows as methods: each has the signature that follows from its row. */
export type Bound<T> = { readonly [K in keyof T]: T[K] extends Row<infer C> ? C : Bound<T[K]> }

interface Rows {
  readonly [name: string]: Row<unknown> | Rows
}

/** Makes methods of rows. */
export function bind<T extends object> (rows: T, caller: Caller): Bound<T> {
  return bindRows(rows as unknown as Rows, caller) as Bound<T>
}

function bindRows (rows: Rows, caller: Caller): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, value]) => [name, isRow(value) ? method(value, caller) : bindRows(value, caller)])
  )
}

function method (row: Row<unknown>, caller: Caller): unknown {
  const read = callReader(row)
  if (row.form === 'events') return (...args: unknown[]) => subscribe(caller, row, read(args) as Call)
  const call = async (...args: unknown[]): Promise<unknown> => caller.call(row, await read(args))
  return row.listing === undefined ? call : Object.assign(call, { listing: row.listing })
}

function isRow (value: Row<unknown> | Rows): value is Row<unknown> {
  return typeof value.verb === 'string'
}
