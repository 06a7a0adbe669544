import type { PostgresPool } from '../../../lib/stores/postgres/postgres-table.js'

type Row = Record<string, unknown>
type Condition = (row: Row) => boolean

/** A pool that understands the stores' statements by their shape, and nothing else. */
export class FakePostgres implements PostgresPool {
  readonly #tables = new Map<string, Row[]>()
  /** Runs before every statement: to fail, to wait, to interfere. */
  before: (text: string) => Promise<void> | void = () => {}
  /** Runs when a statement was carried out: to lose its answer. */
  after: (text: string) => void = () => {}

  async query (text: string, values: unknown[] = []): Promise<{ rows: Row[], rowCount: number | null }> {
    await this.before(text)
    const answer = await this.#run(text, values)
    this.after(text)
    return answer
  }

  async #run (text: string, values: unknown[]): Promise<{ rows: Row[], rowCount: number | null }> {
    await new Promise<void>(resolve => setImmediate(resolve))
    const sql = text.replace(/\s+/g, ' ')
    if (sql.startsWith('SELECT pg_advisory_xact_lock')) return this.#migrate(sql)
    const name = /(?:INTO|FROM|UPDATE) ((?:"\w+"\.)?"\w+")/.exec(sql)![1]!
    const table = this.#tables.get(name)
    if (table === undefined) throw Object.assign(new Error(`relation ${name} does not exist`), { code: '42P01' })
    const bound = values.map(value => value)
    if (sql.startsWith('INSERT')) return counted(this.#insert(table, sql, bound))
    if (sql.startsWith('SELECT')) return this.#select(table, sql, bound)
    if (sql.startsWith('UPDATE')) return counted(this.#update(table, sql, bound))
    return counted(this.#delete(name, table, sql, bound))
  }

  /** Rows of a table. */
  rows (name: string): Row[] {
    return this.#tables.get(name) ?? []
  }

  /** Makes a table that holds these rows. */
  restore (name: string, rows: Row[]): void {
    this.#tables.set(name, rows.map(row => ({ ...row })))
  }

  #migrate (sql: string): { rows: Row[], rowCount: null } {
    const name = /CREATE TABLE IF NOT EXISTS (\S+)/.exec(sql)![1]!
    if (!this.#tables.has(name)) this.#tables.set(name, [])
    return { rows: [], rowCount: null }
  }

  #insert (table: Row[], sql: string, values: unknown[]): number {
    const columns = /\(([\w, ]+)\) VALUES/.exec(sql)![1]!.split(', ')
    const now = Date.now() / 1000
    const row: Row = { key: null, iss: null, sub: null, sid: null, organization: null }
    columns.forEach((column, at) => {
      row[column] = values[at]
    })
    // The lease's statement: `now` and `now + lease` by the server's clock.
    if (sql.includes('AS held')) {
      Object.assign(row, { version: 0, created_at: now, expires_at: now + Number(values[2]) })
    }
    const identity = columns[0]!
    const held = table.find(other => other[identity] === row[identity])
    if (held === undefined) return table.push(row) && 1
    if (sql.includes('greatest')) {
      for (const column of ['revoked_at', 'expires_at']) {
        held[column] = Math.max(Number(held[column]), Number(row[column]))
      }
      return 1
    }
    if (!sql.includes('ON CONFLICT')) {
      throw Object.assign(new Error('duplicate key value violates unique constraint'), { code: '23505' })
    }
    if (sql.includes('AS held') && Number(held.expires_at) > now && held.value !== row.value) return 0
    Object.assign(held, row)
    return 1
  }

  #select (table: Row[], sql: string, values: unknown[]): { rows: Row[], rowCount: number } {
    const rows = table.filter(where(sql, values)).map(row => ({ ...row }))
    if (sql.includes('ORDER BY created_at DESC')) rows.sort((a, b) => Number(b.created_at) - Number(a.created_at))
    return { rows, rowCount: rows.length }
  }

  #update (table: Row[], sql: string, values: unknown[]): number {
    const rows = table.filter(where(sql, values))
    const changes = [.../ SET (.*?) WHERE/.exec(sql)![1]!.matchAll(/(\w+) = \$(\d+)/g)]
    for (const row of rows) for (const [, column, at] of changes) row[column!] = values[Number(at) - 1]
    return rows.length
  }

  #delete (name: string, table: Row[], sql: string, values: unknown[]): number {
    const gone = new Set(table.filter(where(sql, values)).slice(0, Number(/LIMIT (\d+)/.exec(sql)?.[1] ?? Infinity)))
    this.#tables.set(name, table.filter(row => !gone.has(row)))
    return gone.size
  }
}

function counted (rowCount: number): { rows: Row[], rowCount: number } {
  return { rows: [], rowCount }
}

/** The last `WHERE` of a statement as a predicate. */
function where (sql: string, values: unknown[]): Condition {
  const bound = (at: string): unknown => values[Number(at) - 1]
  const conditions: Condition[] = sql.slice(sql.lastIndexOf(' WHERE ') + 7).split(/ (?:AND|ORDER) /).flatMap(text => {
    const equal = /^(\w+) = \$(\d+)( - 1)?$/.exec(text)
    if (equal !== null) {
      return [
        (row: Row) => row[equal[1]!] === (equal[3] === undefined ? bound(equal[2]!) : Number(bound(equal[2]!)) - 1)
      ]
    }
    const any = /^(\w+) = ANY\(\$(\d+)/.exec(text)
    if (any !== null) return [(row: Row) => (bound(any[2]!) as unknown[]).includes(row[any[1]!])]
    const compared = /^expires_at (>|<=) \$(\d+)$/.exec(text)
    if (compared !== null) {
      return [(row: Row) => (Number(row.expires_at) > Number(bound(compared[2]!))) === (compared[1] === '>')]
    }
    const written = /^\(version = \$(\d+) - 1 OR \(version, value\) = \(\$\1, \$(\d+)\)\)$/.exec(text)
    if (written !== null) {
      const [version, value] = [Number(bound(written[1]!)), bound(written[2]!)]
      return [(row: Row) => row.version === version - 1 || (row.version === version && row.value === value)]
    }
    if (text === 'sub IS NOT NULL') return [(row: Row) => row.sub !== null]
    if (text.startsWith('(sub IS NOT NULL OR')) {
      return [(row: Row) => row.sub !== null || Number(row.expires_at) <= Date.now() / 1000]
    }
    if (text.startsWith('BY ')) return []
    throw new Error(`The fake does not know the condition ${text}`)
  })
  return row => conditions.every(holds => holds(row))
}
