/**
 * `npm run soak:refresh`: two and four processes with sessions in cookies, 100 requests of one browser on an expired
 * token, by store, arrival and fate of the process that makes the call; without a store for comparison.
 */
import { startDeployment } from './deployment.js'
import { refreshEverywhere, type Arrival, type Death } from './shared-refresh.js'

const arrivals: Arrival[] = ['burst', 'spread']
const fates: { death: Death, overlap: number }[] = [
  { death: 'none', overlap: 0 }, { death: 'before', overlap: 0 }, { death: 'after', overlap: 0 },
  { death: 'after', overlap: 60 }, { death: 'store away', overlap: 0 }
]
const holders = {
  none: 'lives', before: 'killed before the call', after: 'killed after the call', 'store away': 'lives, store away'
}

console.log('| processes | store | arrival | holder | overlap | calls | failed | family revoked |')
console.log('|---|---|---|---|---|---|---|---|')
for (const processes of [2, 4]) {
  for (const store of ['cookies', 'redis-cookies', 'postgres-cookies']) {
    for (const { death, overlap } of store === 'cookies' ? fates.slice(0, 1) : fates) {
      for (const arrival of arrivals) await row(processes, store, arrival, death, overlap)
    }
  }
}

async function row (processes: number, store: string, arrival: Arrival, death: Death, overlap: number): Promise<void> {
  const faulty = death === 'store away'
  const deployment = await startDeployment({ stores: [store], users: 1, processes, faulty })
  try {
    for (const client of deployment.tenant.clients) client.refreshToken!.overlap = overlap
    const outcome = await refreshEverywhere(deployment, { store, user: 0, requests: 100, arrival, death })
    const { calls, answers, revoked } = outcome
    const failed = Object.entries(answers).filter(([name]) => name !== '200')
      .map(([name, count]) => `${count} with ${name}`).join(', ') || 0
    const cells = [processes, store, arrival, holders[death], `${overlap} s`, calls, failed, revoked]
    console.log(`| ${cells.join(' | ')} |`)
  } finally {
    await deployment.close()
  }
}
