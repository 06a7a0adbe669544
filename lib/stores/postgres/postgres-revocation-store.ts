import { migration, postgresTable, type PostgresStoreOptions, type PostgresTable } from './postgres-table.js'
import { namesOfOwner, revocationName } from '../revocation/revocation-names.js'
import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

/** Remembers revocations in PostgreSQL, for all processes that share it. `migrate()` makes the table. */
export class PostgresRevocationStore implements RevocationStore {
  readonly #table: PostgresTable

  constructor (options: PostgresStoreOptions) {
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
  }

  /** Deletes expired rows; says how many. */
  async sweep (): Promise<number> {
    return (await this.#table.query(`DELETE FROM ${this.#table.sql} WHERE expires_at <= $1`, [this.#table.now()])).count
  }

  /** Stops the regular sweep. The pool stays open: it is the application's. */
  close (): void {
    this.#table.stopSweeping()
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
}
