/**
 * `npm run soak:refresh`: two and four processes with sessions in cookies, 100 requests of one browser on an expired
 * token, by store, arrival and fate of the process that makes the call; without a store for comparison.
 */
import { startDeployment } from './deployment.js'
import { refreshEverywhere, type Arrival, type Death } from './shared-refresh.js'

const arrivals: Arrival[] = ['burst', 'spread']
const fates: { death: Death, overlap: number }[] = [
  { death: 'none', overlap: 0 }, { death: 'before', overlap: 0 }, { death: 'after', overlap: 0 },
  { death: 'after', overlap: 60 }
]

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
  const deployment = await startDeployment({ stores: [store], users: 1, processes })
  try {
    for (const client of deployment.tenant.clients) client.refreshToken!.overlap = overlap
    const outcome = await refreshEverywhere(deployment, { store, user: 0, requests: 100, arrival, death })
    const { calls, failures, revoked } = outcome
    const holder = death === 'none' ? 'lives' : `killed ${death} the call`
    console.log(`| ${[processes, store, arrival, holder, `${overlap} s`, calls, failures, revoked].join(' | ')} |`)
  } finally {
    await deployment.close()
  }
}
