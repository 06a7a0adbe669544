import { Redis } from 'ioredis'
import pg from 'pg'
import {
  MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore, PostgresSessionStore, RedisSessionStore
} from '../../../lib/stores/index.js'
import type { Auth0Options } from '../../../types/index.js'

/** Where sessions live, and how many processes share it. */
export interface Mode {
  name: string
  processes: number
  /** Whether a process that begins anew has forgotten which sessions others have ended. */
  forgets?: true
  stores: (now: () => number) => Promise<Partial<Auth0Options>> | Partial<Auth0Options>
  close?: () => Promise<void>
}

/** Modes that need nothing but memory. */
export const modes: readonly Mode[] = [
  { name: 'stateless', processes: 1, forgets: true, stores: () => ({}) },
  {
    name: 'stateless, shared lists',
    processes: 3,
    stores: now => ({
      revocationStore: new MemoryRevocationStore({ now }),
      refreshStore: new MemoryRefreshStore({ now })
    })
  },
  {
    name: 'stateful',
    processes: 3,
    stores: now => ({ sessionStore: new MemorySessionStore({ now, maxEntries: 100_000 }) })
  }
]

/** A mode over a Redis server. */
export function overRedis (url: string): Mode {
  const client = new Redis(url)
  return {
    name: 'Redis',
    processes: 3,
    stores: () => ({ sessionStore: new RedisSessionStore({ client }) }),
    close: async () => { await client.quit() }
  }
}

/** A mode over a PostgreSQL server. */
export function overPostgres (connection: pg.PoolConfig): Mode {
  const pool = new pg.Pool(connection)
  return {
    name: 'PostgreSQL',
    processes: 3,
    stores: async now => {
      const sessionStore = new PostgresSessionStore({ pool, now, sweepInterval: 0 })
      await sessionStore.migrate()
      return { sessionStore }
    },
    close: async () => { await pool.end() }
  }
}
