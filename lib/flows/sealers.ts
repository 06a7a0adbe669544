import { createSealer, openingFormer, type Sealer } from '../stores/sealing/seal.js'
import type { Config } from './config.js'

/** A sealer for one kind of cookie, which opens what is at most so many days old. */
export type SealerFor = (kind: string, maxAgeDays: number) => Sealer

/** Sealers whose keys are bound to the application, the tenant and the kind of cookie. */
export function sealerFor (config: Config): SealerFor {
  return (kind, maxAgeDays) => {
    const { name = '' } = kind === 'transaction' ? config.transactionCookie : config.sessionCookie
    const [sealer, ...former] = [config.domain ?? 'any', ...formerTenants(config)].map(tenant =>
      createSealer({
        secrets: config.sessionSecrets,
        purpose: JSON.stringify([kind, config.clientId, tenant, name, config.prefix]),
        maxAgeDays: Math.max(1, maxAgeDays),
        now: config.now
      })
    )
    return former.length === 0 ? sealer! : openingFormer(sealer!, former)
  }
}

/** What cookies were bound to before: each former domain, or any of them where the domain was a function. */
function formerTenants ({ domain, formerIssuers }: Config): string[] {
  if (formerIssuers.length === 0) return []
  return [...formerIssuers.map(issuer => new URL(issuer).host), ...domain === undefined ? [] : ['any']]
}
