/**
 * `npm run soak [-- seconds]`: two processes over Redis at full load, 60 seconds unless told otherwise.
 * Fails on a swap, an error that nothing explains, an unhandled rejection, or a heap that grows.
 */
import { startDeployment } from './deployment.js'
import { growth, soak } from './soak.js'

const seconds = Number(process.argv[2] ?? 60)
const people = 16
const deployment = await startDeployment({ stores: ['redis'], users: people })
try {
  const result = await soak(deployment, { store: 'redis', seconds, people })
  const grown = growth(result)
  console.log(JSON.stringify({ ...result, seconds, heapGrowth: `${(grown * 100).toFixed(1)} %` }, undefined, 2))
  const failed = result.swaps > 0 || Object.keys(result.errors).length > 0 || result.unhandled > 0 ||
    (seconds >= 60 && grown > 0.05)
  if (failed) process.exitCode = 1
} finally {
  await deployment.close()
}
