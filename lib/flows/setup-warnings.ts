import type { Cluster } from 'node:cluster'
import { isInMemory } from '../base/in-memory.js'
import type { Config } from './config.js'
import { cookieWarnings, type SetupWarning } from './cookie-warnings.js'

/** Warnings at start about settings that will fail later. */
export function setupWarnings (config: Config, severalProcesses = isOneOfSeveral()): SetupWarning[] {
  return [...cookieWarnings(config), ...importWarnings(config), ...severalProcesses ? memoryWarnings(config) : []]
}

/**
 * Whether this process is a worker of Node's cluster module, as with PM2, or a further instance that PM2 has forked.
 */
function isOneOfSeveral (): boolean {
  // Workers have a channel to the primary: no other process needs to load the module.
  const mayBeWorker = process.channel != null
  return (mayBeWorker && (process.getBuiltinModule('node:cluster') as unknown as Cluster).isWorker) ||
    Number(process.env.NODE_APP_INSTANCE ?? 0) > 0
}

/** Stores in memory, which the other processes do not see. */
function memoryWarnings ({ sessionStore, transactionStore, revocationStore, refreshStore }: Config): SetupWarning[] {
  const stores = Object.entries({ sessionStore, transactionStore, revocationStore, refreshStore })
    .filter(([name, store]) => name !== 'refreshStore' || store !== revocationStore)
    .filter(([, store]) => isInMemory(store))
  return stores.map(([name]) => ({
    code: 'memory_store_in_cluster',
    message: `Option "${name}" keeps its entries in this process only, but several processes serve this application. ` +
      'Use a store of Redis or PostgreSQL.'
  }))
}

/** Sessions of another library, which a list in this process alone cannot end for good. */
function importWarnings ({ importSessions, revocationStore }: Config): SetupWarning[] {
  if (importSessions === undefined || revocationStore !== undefined || process.env.NODE_ENV !== 'production') return []
  return [{
    code: 'import_without_revocation_store',
    message: 'Option "importSessions" is given without "revocationStore". A session that has ended in this process ' +
      'can be used again with its old cookie, in another process or after a restart. Set "revocationStore".'
  }]
}
