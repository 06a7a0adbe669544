import { del, get } from '../endpoint.js'

export const anomaly = {
  blocks: {
    /** Lifts the block of an IP address. Scope: `delete:anomaly_blocks`. */
    unblockIp: del('/anomaly/blocks/ips/{id}'),
    /**
     * Asks whether an IP address is blocked: 200 if it is, an `ApiError` with status 404 if not. Scope:
     * `read:anomaly_blocks`.
     */
    checkIp: get('/anomaly/blocks/ips/{id}')
  }
}
