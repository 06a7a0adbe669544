import type { Config } from './config.js'
import type { Log } from './events.js'

/** Says so once when this server's clock and Auth0's differ by more than tokens may, and again after it was right. */
export function clockWatch ({ clockTolerance }: Config, log: Log): (domain: string, seconds: number) => void {
  let isOff = false
  return (domain, seconds) => {
    const wasOff = isOff
    isOff = Math.abs(seconds) > clockTolerance
    if (!isOff || wasOff) return
    const off = `${Math.round(Math.abs(seconds))} seconds ${seconds > 0 ? 'ahead of' : 'behind'}`
    log.warn({ code: 'clock_off', seconds: Math.round(seconds) }, `auth0 warning: this server's clock is ${off} that ` +
      `of ${domain}. Logins fail beyond "clockTolerance" (${clockTolerance} seconds). Set the clock (NTP). Option ` +
      '"now" must return seconds.')
  }
}
