/**
 * `npm run soak [-- seconds] [--store redis|postgres] [--faults] [--seed S]`: two processes over one store at full
 * load, 60 seconds over Redis unless told otherwise. With `--faults`, the store is killed, paused, slow, cut off and
 * stalled, processes of the application are killed, the clock jumps and the tenant refuses, at random.
 * Fails on a swap, a session that comes back, an error that nothing explains, an unhandled rejection, a heap that grows
 * by more than 5 % in the last third, or handles that stay open.
 */
import { parseArgs } from 'node:util'
import { seeded } from '../mutation/sample.js'
import { startDeployment } from './deployment.js'
import { endure } from './endure.js'
import { growth, soak } from './soak.js'
import { Faults } from './store-faults.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'redis' },
    faults: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) }
  }
})
const { faults: faulty } = values
const store = values.store as 'redis' | 'postgres'
if (store !== 'redis' && store !== 'postgres') throw new Error('The option "--store" must be redis or postgres.')
const seconds = Number(positionals[0] ?? 60)
const people = faulty ? 8 : 16
const deployment = await startDeployment({ stores: [store], users: people, faulty })
try {
  const result = faulty
    ? await endure(deployment,
      { store, seconds, people, faults: new Faults(deployment, store, seeded(Number(values.seed))) })
    : await soak(deployment, { store, seconds, people })
  const grown = growth(result)
  const heapGrowth = `${(grown * 100).toFixed(1)} %`
  console.log(JSON.stringify({ store, seed: values.seed, ...result, seconds, heapGrowth }, undefined, 2))
  const open = 'handles' in result && result.handles[2]!.some((count, at) => count > 20 + 1.5 * result.handles[1]![at]!)
  const failed = result.swaps > 0 || Object.keys(result.errors).length > 0 || result.unhandled > 0 || open ||
    ('revived' in result && result.revived > 0) || (seconds >= 60 && grown > 0.05)
  if (failed) process.exitCode = 1
} finally {
  await deployment.close()
}
