import { createBatch } from '../../base/batch.js'
import { withLease } from '../stateful/lease.js'
import { migration, postgresTable, type PostgresStoreOptions, type PostgresTable } from './postgres-table.js'
import { filterPairs, toListing } from '../session-filter.js'
import type { SessionEntry, SessionFilter, SessionListing, SessionStore } from '../../../types/stores.js'

/** Leases go by the server's clock, which all processes share. */
const SERVER_NOW = 'extract(epoch FROM clock_timestamp())::double precision'
const SWEPT_AT_ONCE = 1000

/**
 * Keeps sessions in one table of PostgreSQL 12 or later. Rows without a `sub` are locks: a lease in a row holds no
 * connection, so that a small pool cannot run dry of them. `migrate()` makes the table.
 */
export class PostgresSessionStore implements SessionStore {
  readonly #table: PostgresTable
  /** One statement for all reads of one turn of the event loop. It is not a named one: those fail behind PgBouncer. */
  readonly #read = createBatch(async (keys: readonly string[]) => {
    const { rows } = await this.#table.query(`SELECT * FROM ${this.#table.sql}
      WHERE key = ANY($1::text[]) AND expires_at > $2 AND sub IS NOT NULL`, [[...new Set(keys)], this.#table.now()])
    const found = new Map(rows.map(row => [row.key, row]))
    return keys.map(key => {
      const row = found.get(key)
      return row && { value: String(row.value), version: Number(row.version), ...toListed(row) }
    })
  })

  constructor (options: PostgresStoreOptions) {
    this.#table = postgresTable(options, 'auth0_sessions', async () => await this.sweep())
  }

  /** Makes the table and its indexes where they are missing. Can be run at every start, by any number of processes. */
  async migrate (): Promise<void> {
    const { sql, index } = this.#table
    await this.#table.query(migration(this.#table, [
      `CREATE TABLE IF NOT EXISTS ${sql} (
        key text PRIMARY KEY,
        value text NOT NULL,
        version integer NOT NULL,
        iss text,
        sub text,
        sid text,
        organization text,
        created_at double precision NOT NULL,
        expires_at double precision NOT NULL
      )`,
      `CREATE INDEX IF NOT EXISTS ${index('sub')} ON ${sql} (sub) WHERE sub IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS ${index('sid')} ON ${sql} (sid) WHERE sid IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS ${index('organization')} ON ${sql} (organization) WHERE organization IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS ${index('expires_at')} ON ${sql} (expires_at)`
    ]))
  }

  /** Deletes expired rows; says how many. Nothing depends on it but the table's size. */
  async sweep (): Promise<number> {
    let swept = 0
    for (let count = SWEPT_AT_ONCE; count === SWEPT_AT_ONCE; swept += count) {
      ;({ count } = await this.#table.query(`DELETE FROM ${this.#table.sql} WHERE key IN (
        SELECT key FROM ${this.#table.sql}
        WHERE expires_at <= $1 AND (sub IS NOT NULL OR expires_at <= ${SERVER_NOW})
        ORDER BY expires_at LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)`, [this.#table.now()]))
    }
    return swept
  }

  /** Stops the regular sweep. The pool stays open: it is the application's. */
  close (): void {
    this.#table.stopSweeping()
  }

  async create (key: string, entry: SessionEntry): Promise<void> {
    await this.#table.query(
      `INSERT INTO ${this.#table.sql} (key, value, version, iss, sub, sid, organization, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT (key) DO UPDATE SET value = $2, version = $3, iss = $4, sub = $5, sid = $6, organization = $7,
        created_at = $8, expires_at = $9`,
      toRow(key, entry)
    )
  }

  async get (key: string): Promise<SessionEntry | undefined> {
    return await this.#read(key)
  }

  async update (key: string, entry: SessionEntry): Promise<boolean> {
    const { count } = await this.#table.query(`UPDATE ${this.#table.sql}
      SET value = $2, version = $3, iss = $4, sub = $5, sid = $6, organization = $7, created_at = $8, expires_at = $9
      WHERE key = $1 AND (version = $3 - 1 OR (version, value) = ($3, $2)) AND expires_at > $10
        AND sub IS NOT NULL`, [...toRow(key, entry), this.#table.now()])
    return count === 1
  }

  async touch (key: string, expiresAt: number): Promise<boolean> {
    const { count } = await this.#table.query(`UPDATE ${this.#table.sql} SET expires_at = $2
      WHERE key = $1 AND expires_at > $3 AND sub IS NOT NULL`, [key, expiresAt, this.#table.now()])
    return count === 1
  }

  async delete (key: string): Promise<void> {
    await this.#table.query(`DELETE FROM ${this.#table.sql} WHERE key = $1 AND sub IS NOT NULL`, [key])
  }

  async deleteWhere (filter: SessionFilter): Promise<number> {
    const { where, values } = this.#matching(filter)
    return (await this.#table.query(`DELETE FROM ${this.#table.sql} ${where}`, values)).count
  }

  async list (filter: SessionFilter): Promise<SessionListing[]> {
    const { where, values } = this.#matching(filter)
    const { rows } = await this.#table.query(`SELECT key, iss, sub, sid, organization, created_at, expires_at
      FROM ${this.#table.sql} ${where} ORDER BY created_at DESC`, values)
    return rows.map(row => toListing(String(row.key), toListed(row)))
  }

  async lock<T> (key: string, how: { leaseSeconds: number, waitSeconds: number },
    work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { sql } = this.#table
    const name = `lock:${key}`
    return await withLease({
      acquire: async (token, leaseSeconds) => {
        const { count } = await this.#table.query(
          `INSERT INTO ${sql} AS held (key, value, version, created_at, expires_at)
          VALUES ($1, $2, 0, ${SERVER_NOW}, ${SERVER_NOW} + $3::double precision)
          ON CONFLICT (key) DO UPDATE
          SET value = excluded.value, created_at = excluded.created_at, expires_at = excluded.expires_at
          WHERE held.expires_at <= ${SERVER_NOW} OR held.value = excluded.value`,
          [name, token, leaseSeconds]
        )
        return count === 1
      },
      release: async token => {
        await this.#table.query(`DELETE FROM ${sql} WHERE key = $1 AND value = $2`, [name, token])
      }
    }, how, work)
  }

  /** The condition's text holds names of columns only; values are bound. */
  #matching (filter: SessionFilter): { where: string, values: unknown[] } {
    const pairs = filterPairs(filter)
    const conditions = pairs.map(([field], index) => `${field} = $${index + 2}`)
    return {
      where: `WHERE expires_at > $1 AND ${conditions.join(' AND ')}`,
      values: [this.#table.now(), ...pairs.map(([, value]) => value)]
    }
  }
}

function toRow (key: string, { value, version, owner, createdAt, expiresAt }: SessionEntry): unknown[] {
  return [key, value, version, owner.iss, owner.sub, owner.sid ?? null, owner.organization ?? null, createdAt,
    expiresAt]
}

function toListed (row: Record<string, unknown>): Pick<SessionEntry, 'owner' | 'createdAt' | 'expiresAt'> {
  const { iss, sub, sid, organization } = row
  return {
    owner: {
      iss: String(iss),
      sub: String(sub),
      ...(sid !== null && { sid: String(sid) }),
      ...(organization !== null && { organization: String(organization) })
    },
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at)
  }
}
