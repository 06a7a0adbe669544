import type { SupplementalSignals, UpdateSupplementalSignalsRequest } from '../../../types/management.js'
import { get, of, patch } from '../endpoint.js'

export const supplementalSignals = {
  /** Gets the settings of supplemental signals. Early access. Scope: `read:attack_protection`. */
  get: get('/supplemental-signals', { returns: of<SupplementalSignals>() }),
  /** Updates the settings of supplemental signals. Early access. Scope: `update:attack_protection`. */
  patch: patch('/supplemental-signals', {
    body: of<UpdateSupplementalSignalsRequest>(),
    returns: of<SupplementalSignals>()
  })
}
