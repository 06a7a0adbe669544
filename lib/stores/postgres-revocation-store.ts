import { migration, postgresQuery, tableName, type PostgresPool, type PostgresQuery, type TableName } from './postgres-pool.js'
import { sweepRegularly, type SweepOptions } from './postgres-sweeper.js'
import { namesOfOwner, revocationName } from './revocation-names.js'
import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../types/stores.js'

/** Options of `PostgresRevocationStore`. */
export interface PostgresRevocationStoreOptions extends SweepOptions {
  /** A `Pool` of `pg`, or `fastify.pg`. */
  pool: PostgresPool
  /** Name of the table, a schema before it if need be. Default `'auth0_revocations'`. */
  table?: string
  /** The clock, epoch seconds. */
  now?: () => number
}

/** Remembers revocations in PostgreSQL, for all processes that share it. `migrate()` makes the table. */
export class PostgresRevocationStore implements RevocationStore {
  readonly #query: PostgresQuery
  readonly #table: TableName
  readonly #now: () => number
  readonly #stopSweeping: () => void

  constructor (options: PostgresRevocationStoreOptions) {
    this.#query = postgresQuery(options.pool)
    this.#table = tableName(options.table ?? 'auth0_revocations')
    this.#now = options.now ?? (() => Date.now() / 1000)
    this.#stopSweeping = sweepRegularly(async () => await this.sweep(), options)
  }

  /** Makes the table and its index where they are missing. Can be run at every start, by any number of processes. */
  async migrate (): Promise<void> {
    const { sql, index } = this.#table
    await this.#query(migration(this.#table, [
      `CREATE TABLE IF NOT EXISTS ${sql} (
        name text PRIMARY KEY,
        revoked_at double precision NOT NULL,
        expires_at double precision NOT NULL
      )`,
      `CREATE INDEX IF NOT EXISTS ${index('expires_at')} ON ${sql} (expires_at)`
    ]))
  }

  /** Deletes expired rows; says how many. */
  async sweep (): Promise<number> {
    return (await this.#query(`DELETE FROM ${this.#table.sql} WHERE expires_at <= $1`, [this.#now()])).count
  }

  /** Stops the regular sweep. The pool stays open: it is the application's. */
  close (): void {
    this.#stopSweeping()
  }

  async revoke (filter: RevocationFilter, revokedAt: number, expiresAt: number): Promise<void> {
    await this.#query(`INSERT INTO ${this.#table.sql} AS kept (name, revoked_at, expires_at) VALUES ($1, $2, $3)
      ON CONFLICT (name) DO UPDATE SET
        revoked_at = greatest(kept.revoked_at, excluded.revoked_at),
        expires_at = greatest(kept.expires_at, excluded.expires_at)`, [revocationName(filter), revokedAt, expiresAt])
  }

  async revokedAt (owner: RevocationOwner): Promise<number | undefined> {
    const { rows } = await this.#query(`SELECT revoked_at FROM ${this.#table.sql} WHERE name = ANY($1::text[])`, [namesOfOwner(owner)])
    return rows.length === 0 ? undefined : Math.max(...rows.map(row => Number(row.revoked_at)))
  }
}
