import type {
  AttackProtectionCaptcha, BreachedPasswordDetectionSettings, BruteForceSettings, GetBotDetectionSettingsResponse,
  PatchPhoneProviderProtectionRequest, PhoneProviderProtection, SuspiciousIPThrottlingSettings,
  UpdateAttackProtectionCaptchaRequest, UpdateBotDetectionSettingsRequest
} from '../../../types/management.js'
import { get, of, optional, patch } from '../endpoint.js'

export const attackProtection = {
  botDetection: {
    /** Gets the settings of bot detection. Scope: `read:attack_protection`. */
    get: get('/attack-protection/bot-detection', { returns: of<GetBotDetectionSettingsResponse>() }),
    /** Updates the settings of bot detection. Scope: `update:attack_protection`. */
    update: patch('/attack-protection/bot-detection', {
      body: optional<UpdateBotDetectionSettingsRequest>(),
      returns: of<UpdateBotDetectionSettingsRequest>()
    })
  },
  breachedPasswordDetection: {
    /** Gets the settings of breached password detection. Scope: `read:attack_protection`. */
    get: get('/attack-protection/breached-password-detection', { returns: of<BreachedPasswordDetectionSettings>() }),
    /** Updates the settings of breached password detection. Scope: `update:attack_protection`. */
    update: patch('/attack-protection/breached-password-detection', {
      body: optional<BreachedPasswordDetectionSettings>(),
      returns: of<BreachedPasswordDetectionSettings>()
    })
  },
  bruteForceProtection: {
    /** Gets the settings of brute-force protection. Scope: `read:attack_protection`. */
    get: get('/attack-protection/brute-force-protection', { returns: of<BruteForceSettings>() }),
    /** Updates the settings of brute-force protection. Scope: `update:attack_protection`. */
    update: patch('/attack-protection/brute-force-protection', {
      body: optional<BruteForceSettings>(),
      returns: of<BruteForceSettings>()
    })
  },
  captcha: {
    /** Gets the CAPTCHA settings. Scope: `read:attack_protection`. */
    get: get('/attack-protection/captcha', { returns: of<AttackProtectionCaptcha>() }),
    /** Updates the CAPTCHA settings. Scope: `update:attack_protection`. */
    update: patch('/attack-protection/captcha', {
      body: optional<UpdateAttackProtectionCaptchaRequest>(),
      returns: of<AttackProtectionCaptcha>()
    })
  },
  phoneProviderProtection: {
    /** Gets the settings of phone provider protection. Scope: `read:attack_protection`. */
    get: get('/attack-protection/phone-provider-protection', { returns: of<PhoneProviderProtection>() }),
    /** Updates the settings of phone provider protection. Scope: `update:attack_protection`. */
    patch: patch('/attack-protection/phone-provider-protection', {
      body: of<PatchPhoneProviderProtectionRequest>(),
      returns: of<PhoneProviderProtection>()
    })
  },
  suspiciousIpThrottling: {
    /** Gets the settings of suspicious IP throttling. Scope: `read:attack_protection`. */
    get: get('/attack-protection/suspicious-ip-throttling', { returns: of<SuspiciousIPThrottlingSettings>() }),
    /** Updates the settings of suspicious IP throttling. Scope: `update:attack_protection`. */
    update: patch('/attack-protection/suspicious-ip-throttling', {
      body: optional<SuspiciousIPThrottlingSettings>(),
      returns: of<SuspiciousIPThrottlingSettings>()
    })
  }
}
