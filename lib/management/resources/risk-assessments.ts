import type { EnabledSetting, RiskAssessmentsSettingsNewDevice } from '../../../types/management.js'
import { get, of, patch } from '../endpoint.js'

export const riskAssessments = {
  settings: {
    /** Gets the settings of risk assessments. Scope: `read:attack_protection`. */
    get: get('/risk-assessments/settings', { returns: of<EnabledSetting>() }),
    /** Updates the settings of risk assessments. Scope: `update:attack_protection`. */
    update: patch('/risk-assessments/settings', { body: of<EnabledSetting>(), returns: of<EnabledSetting>() }),
    newDevice: {
      /** Gets the settings of the new device assessor. Scope: `read:attack_protection`. */
      get: get('/risk-assessments/settings/new-device', { returns: of<RiskAssessmentsSettingsNewDevice>() }),
      /** Updates the settings of the new device assessor. Scope: `update:attack_protection`. */
      update: patch('/risk-assessments/settings/new-device', {
        body: of<RiskAssessmentsSettingsNewDevice>(),
        returns: of<RiskAssessmentsSettingsNewDevice>()
      })
    }
  }
}
