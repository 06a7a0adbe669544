import { PostgresRefreshStore } from './postgres-refresh-store.js'
import {
  checkOptions, migration, postgresTable, type PostgresStoreOptions, type PostgresTable
} from './postgres-table.js'
import { namesOfOwner, revocationName } from '../revocation/revocation-names.js'
import type { RefreshStore, RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

/**
 * Remembers revocations in PostgreSQL, for all processes that share it. `migrate()` makes the table. Serves as a
 * `refreshStore`, too, with a table `{table}_refresh`.
 */
export class PostgresRevocationStore implements RevocationStore, RefreshStore {
  readonly #table: PostgresTable
  readonly #refreshes: PostgresRefreshStore

  constructor (options: PostgresStoreOptions) {
    checkOptions(options)
    const refreshTable = options.table === undefined ? 'auth0_refreshes' : `${options.table}_refresh`
    this.#refreshes = new PostgresRefreshStore({ ...options, table: refreshTable })
    this.#table = postgresTable(options, 'auth0_revocations', async () => await this.sweep())
  }

  /** Makes the table and its index where they are missing. Can be run at every start, by any number of processes. */
  async migrate (): Promise<void> {
    const { sql, index } = this.#table
    await this.#table.query(migration(this.#table, [
      `CREATE TABLE IF NOT EXISTS ${sql} (
        name text PRIMARY KEY,
        revoked_at double precision NOT NULL,
        expires_at double precision NOT NULL
      )`,
      `CREATE INDEX IF NOT EXISTS ${index('expires_at')} ON ${sql} (expires_at)`
    ]))
    await this.#refreshes.migrate()
  }

  /** Deletes expired rows; says how many. */
  async sweep (): Promise<number> {
    return (await this.#table.query(`DELETE FROM ${this.#table.sql} WHERE expires_at <= $1`, [this.#table.now()])).count
  }

  /** Stops the regular sweep. The pool stays open: it is the application's. */
  close (): void {
    this.#table.stopSweeping()
    this.#refreshes.close()
  }

  async revoke (filter: RevocationFilter, revokedAt: number, expiresAt: number): Promise<void> {
    await this.#table.query(`INSERT INTO ${this.#table.sql} AS kept (name, revoked_at, expires_at) VALUES ($1, $2, $3)
      ON CONFLICT (name) DO UPDATE SET
        revoked_at = greatest(kept.revoked_at, excluded.revoked_at),
        expires_at = greatest(kept.expires_at, excluded.expires_at)`, [revocationName(filter), revokedAt, expiresAt])
  }

  async revokedAt (owner: RevocationOwner): Promise<number | undefined> {
    const { rows } = await this.#table.query(`SELECT revoked_at FROM ${this.#table.sql} WHERE name = ANY($1::text[])`, [
      namesOfOwner(owner)
    ])
    return rows.length === 0 ? undefined : Math.max(...rows.map(row => Number(row.revoked_at)))
  }

  async get (key: string): Promise<string | undefined> {
    return await this.#refreshes.get(key)
  }

  async set (key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#refreshes.set(key, value, ttlSeconds)
  }

  async lock (key: string, leaseSeconds: number): Promise<(() => Promise<void>) | undefined> {
    return await this.#refreshes.lock(key, leaseSeconds)
  }
}
