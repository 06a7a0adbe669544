import { randomBytes } from 'node:crypto'
import { migration, postgresTable, type PostgresStoreOptions, type PostgresTable } from './postgres-table.js'
import type { RefreshStore } from '../../../types/stores.js'

/** `$n` seconds from now. PostgreSQL's own clock decides, so that those of the processes need not agree. */
const after = (parameter: string): string => `clock_timestamp() + ${parameter} * interval '1 second'`

/**
 * Shares refreshes over PostgreSQL, among all processes that use it. `migrate()` makes the table. A lock is a row with
 * an end, so that no transaction and no connection is held meanwhile: it works through PgBouncer.
 */
export class PostgresRefreshStore implements RefreshStore {
  readonly #table: PostgresTable

  constructor (options: PostgresStoreOptions) {
    this.#table = postgresTable(options, 'auth0_refreshes', async () => await this.sweep())
  }

  /** Makes the table and its index where they are missing. Can be run at every start, by any number of processes. */
  async migrate (): Promise<void> {
    const { sql, index } = this.#table
    await this.#table.query(migration(this.#table, [
      `CREATE TABLE IF NOT EXISTS ${sql} (
        name text PRIMARY KEY,
        value text NOT NULL,
        expires_at timestamptz NOT NULL
      )`,
      `CREATE INDEX IF NOT EXISTS ${index('expires_at')} ON ${sql} (expires_at)`
    ]))
  }

  /** Deletes expired rows; says how many. */
  async sweep (): Promise<number> {
    return (await this.#table.query(`DELETE FROM ${this.#table.sql} WHERE expires_at <= clock_timestamp()`)).count
  }

  /** Stops the regular sweep. The pool stays open: it is the application's. */
  close (): void {
    this.#table.stopSweeping()
  }

  async get (key: string): Promise<string | undefined> {
    const { rows } = await this.#table.query(
      `SELECT value FROM ${this.#table.sql} WHERE name = $1 AND expires_at > clock_timestamp()`, [key]
    )
    return rows[0]?.value as string | undefined
  }

  async set (key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#table.query(`INSERT INTO ${this.#table.sql} (name, value, expires_at) VALUES ($1, $2, ${after('$3')})
      ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
    [key, value, ttlSeconds])
  }

  async lock (key: string, leaseSeconds: number): Promise<(() => Promise<void>) | undefined> {
    const name = `lock:${key}`
    const owner = randomBytes(16).toString('base64url')
    const { count } = await this.#table.query(
      `INSERT INTO ${this.#table.sql} AS kept (name, value, expires_at) VALUES ($1, $2, ${after('$3')})
      ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
      WHERE kept.expires_at <= clock_timestamp() OR kept.value = excluded.value`,
      [name, owner, leaseSeconds]
    )
    if (count === 0) return undefined
    return async () => {
      await this.#table.query(`DELETE FROM ${this.#table.sql} WHERE name = $1 AND value = $2`, [name, owner])
    }
  }
}
