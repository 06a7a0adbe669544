import { systemClock } from '../../base/clock.js'
import { checkOptionNames } from '../../base/option-names.js'
import { ConfigurationError } from '../../errors.js'
import { sweepRegularly, type SweepOptions } from './postgres-sweeper.js'

/** What the stores need of PostgreSQL: a `Pool` of `pg`, or `fastify.pg` of `@fastify/postgres`. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[], rowCount: number | null }>
}

/** Options of the stores over PostgreSQL. */
export interface PostgresStoreOptions extends SweepOptions {
  /** A `Pool` of `pg`, or `fastify.pg`. */
  pool: PostgresPool
  /**
   * Name of the table, a schema before it if need be. Default `'auth0_sessions'` for sessions, `'auth0_revocations'`
   * for revocations, `'auth0_refreshes'` for refreshes.
   */
  table?: string
  /** The clock, epoch seconds. */
  now?: () => number
}

/** A store's table, swept regularly. */
export interface PostgresTable {
  query: PostgresQuery
  /** The table's name as SQL, and names for its indexes. */
  sql: string
  index: (of: string) => string
  now: () => number
  stopSweeping: () => void
}

/** @throws ConfigurationError for options that are none, and for one that is not known */
export function checkOptions (options: PostgresStoreOptions): void {
  checkOptionNames(options, ['pool', 'table', 'now', 'sweepInterval', 'onSweepError'], 'a PostgreSQL store')
}

export function postgresTable (options: PostgresStoreOptions, name: string,
  sweep: () => Promise<unknown>): PostgresTable {
  checkOptions(options)
  return {
    query: postgresQuery(options.pool),
    ...tableName(options.table ?? name),
    now: options.now ?? systemClock,
    stopSweeping: sweepRegularly(sweep, options)
  }
}

/** Runs one statement, which is one transaction; says how many rows it touched and which it gave back. */
type PostgresQuery = (text: string,
  values?: unknown[]) => Promise<{ rows: Record<string, unknown>[], count: number }>

/** `serialization_failure` and `deadlock_detected`: the same statement may succeed when run again. */
const WORTH_REPEATING = new Set(['40001', '40P01'])
const ATTEMPTS = 3
/**
 * The server or the connection went away, before or after the statement was carried out: `admin_shutdown`,
 * `crash_shutdown`, `cannot_connect_now`, `idle_session_timeout`, and failures of the socket. Repeated once: whatever
 * the stores run may run twice.
 */
const DISCONNECTED = new Set(['57P01', '57P02', '57P03', '57P05', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED'])
/** What `pg` says of a connection that ended; such an error has no code. */
const ENDED = /^(?:Connection terminated|Client has encountered a connection error|Connection ended)/
/**
 * An identifier, or two with a dot between: schema and table. Short enough that index names fit into 63 bytes, also
 * those of the second table of a revocation store.
 */
const TABLE = /^(?:[a-z_][a-z0-9_]{0,39}\.)?[a-z_][a-z0-9_]{0,39}(?:_refresh)?$/i

function postgresQuery (pool: PostgresPool): PostgresQuery {
  if (typeof (pool as Partial<PostgresPool> | undefined)?.query !== 'function') {
    throw new ConfigurationError('pool', 'Option "pool" must be a pool of "pg" or "fastify.pg".')
  }
  const run = async (text: string, values: Parameters<PostgresQuery>[1], attempt: number,
    reconnected: boolean): ReturnType<PostgresQuery> => {
    try {
      const { rows, rowCount } = await pool.query(text, values)
      return { rows: rows as Record<string, unknown>[], count: rowCount ?? 0 }
    } catch (error) {
      const lost = isDisconnected(error)
      if (lost ? reconnected : attempt === ATTEMPTS || !WORTH_REPEATING.has(codeOf(error))) throw error
      return await run(text, values, attempt + 1, reconnected || lost)
    }
  }
  return async (text, values) => await run(text, values, 1, false)
}

/** Class 08 is `connection_exception`. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isDisconnected (error: unknown): boolean {
  const code = codeOf(error)
  return DISCONNECTED.has(code) || /^08[0-9A-Z]{3}$/.test(code) ||
    (code === '' && error instanceof Error && ENDED.test(error.message))
}

function codeOf (error: unknown): string {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** @throws ConfigurationError for what is not a plain identifier: names cannot be bound as parameters */
function tableName (name: string): Pick<PostgresTable, 'sql' | 'index'> {
  if (typeof name !== 'string' || !TABLE.test(name)) {
    throw new ConfigurationError('table',
      'Option "table" must be an identifier of letters, digits and "_" (40 at most), with or without a schema ' +
        'before it.')
  }
  const parts = name.split('.')
  return {
    sql: parts.map(part => `"${part}"`).join('.'),
    index: of => `"${parts.at(-1)}_${of}_idx"`
  }
}

/**
 * Statements that make tables, as one transaction; the lock keeps processes that start together out of each other's
 * way.
 */
export function migration (table: PostgresTable, statements: string[]): string {
  return [`SELECT pg_advisory_xact_lock(hashtext('${table.sql}'))`, ...statements].join(';\n')
}
