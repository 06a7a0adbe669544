import type {
  CreateGuardianEnrollmentTicketRequest, EnabledSetting, GuardianEnrollment, GuardianEnrollmentTicket, GuardianFactor,
  GuardianFactorDuoSettings, GuardianFactorPhoneMessageTypes, GuardianFactorsProviderApns, GuardianFactorsProviderPhone,
  GuardianFactorsProviderPushNotification, GuardianFactorsProviderPushNotificationApns, GuardianFactorsProviderSns,
  GuardianFactorsProviderTwilio, GuardianMessageTemplates, GuardianSettings, OneTimeCodeSettings,
  SetGuardianFactorPhoneMessageTypesRequest, SetGuardianFactorsProviderPhoneRequest,
  SetGuardianFactorsProviderPushNotificationApnsRequest, SetGuardianFactorsProviderPushNotificationFcmRequest,
  SetGuardianFactorsProviderPushNotificationFcmv1Request, SetGuardianFactorsProviderPushNotificationRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post, put } from '../endpoint.js'

export const guardian = {
  /** Gets the MFA settings. */
  get: get('/guardian/settings', { returns: of<GuardianSettings>() }),
  /** Sets the MFA settings. */
  set: put('/guardian/settings', { body: of<GuardianSettings>(), returns: of<GuardianSettings>() }),
  enrollments: {
    /** Deletes an MFA enrollment. Scope: `delete:guardian_enrollments`. */
    delete: del('/guardian/enrollments/{id}'),
    /** Gets an MFA enrollment. Scope: `read:guardian_enrollments`. */
    get: get('/guardian/enrollments/{id}', { returns: of<GuardianEnrollment>() }),
    /** Makes a ticket that lets a user enroll a factor. Scope: `create:guardian_enrollment_tickets`. */
    createTicket: post('/guardian/enrollments/ticket', {
      body: of<CreateGuardianEnrollmentTicketRequest>(),
      returns: of<GuardianEnrollmentTicket>(),
      customDomain: true
    })
  },
  factors: {
    /** Lists the MFA factors and whether they are on. Scope: `read:guardian_factors`. */
    list: get('/guardian/factors', { returns: of<GuardianFactor[]>() }),
    /** Turns an MFA factor on or off. Scope: `update:guardian_factors`. */
    set: put('/guardian/factors/{name}', { body: of<EnabledSetting>(), returns: of<EnabledSetting>() }),
    duo: {
      settings: {
        /** Gets the settings of Duo. Scope: `read:guardian_factors`. */
        get: get('/guardian/factors/duo/settings', { returns: of<GuardianFactorDuoSettings>() }),
        /** Updates the settings of Duo. Scope: `update:guardian_factors`. */
        update: patch('/guardian/factors/duo/settings', {
          body: optional<GuardianFactorDuoSettings>(),
          returns: of<GuardianFactorDuoSettings>()
        }),
        /** Replaces the settings of Duo. Scope: `update:guardian_factors`. */
        set: put('/guardian/factors/duo/settings', {
          body: optional<GuardianFactorDuoSettings>(),
          returns: of<GuardianFactorDuoSettings>()
        })
      }
    },
    email: {
      /** Gets the settings of the e-mail factor. */
      get: get('/guardian/factors/email/settings', { returns: of<OneTimeCodeSettings>() }),
      /** Sets the settings of the e-mail factor. */
      set: put('/guardian/factors/email/settings', {
        body: of<OneTimeCodeSettings>(),
        returns: of<OneTimeCodeSettings>()
      })
    },
    phone: {
      /** Gets the message types of the phone factor. Scope: `read:guardian_factors`. */
      getMessageTypes: get('/guardian/factors/phone/message-types', { returns: of<GuardianFactorPhoneMessageTypes>() }),
      /** Sets the message types of the phone factor. Scope: `update:guardian_factors`. */
      setMessageTypes: put('/guardian/factors/phone/message-types', {
        body: of<SetGuardianFactorPhoneMessageTypesRequest>(),
        returns: of<GuardianFactorPhoneMessageTypes>()
      }),
      /** Gets the Twilio configuration of the phone factor. Scope: `read:guardian_factors`. */
      getTwilioProvider: get('/guardian/factors/phone/providers/twilio', {
        returns: of<GuardianFactorsProviderTwilio>()
      }),
      /** Sets the Twilio configuration of the phone factor. Scope: `update:guardian_factors`. */
      setTwilioProvider: put('/guardian/factors/phone/providers/twilio', {
        body: optional<GuardianFactorsProviderTwilio>(),
        returns: of<GuardianFactorsProviderTwilio>()
      }),
      /** Gets the provider of the phone factor. Scope: `read:guardian_factors`. */
      getSelectedProvider: get('/guardian/factors/phone/selected-provider', {
        returns: of<GuardianFactorsProviderPhone>()
      }),
      /** Chooses the provider of the phone factor. Scope: `update:guardian_factors`. */
      setProvider: put('/guardian/factors/phone/selected-provider', {
        body: of<SetGuardianFactorsProviderPhoneRequest>(),
        returns: of<GuardianFactorsProviderPhone>()
      }),
      /** Gets the settings of the phone factor. */
      get: get('/guardian/factors/phone/settings', { returns: of<OneTimeCodeSettings>() }),
      /** Sets the settings of the phone factor. */
      set: put('/guardian/factors/phone/settings', {
        body: of<OneTimeCodeSettings>(),
        returns: of<OneTimeCodeSettings>()
      }),
      /** Gets the message templates of the phone factor. Scope: `read:guardian_factors`. */
      getTemplates: get('/guardian/factors/phone/templates', { returns: of<GuardianMessageTemplates>() }),
      /** Sets the message templates of the phone factor. Scope: `update:guardian_factors`. */
      setTemplates: put('/guardian/factors/phone/templates', {
        body: of<GuardianMessageTemplates>(),
        returns: of<GuardianMessageTemplates>()
      })
    },
    pushNotification: {
      /** Gets the APNS configuration of push notifications. Scope: `read:guardian_factors`. */
      getApnsProvider: get('/guardian/factors/push-notification/providers/apns', {
        returns: of<GuardianFactorsProviderApns>()
      }),
      /** Updates the APNS configuration of push notifications. Scope: `update:guardian_factors`. */
      updateApnsProvider: patch('/guardian/factors/push-notification/providers/apns', {
        body: optional<SetGuardianFactorsProviderPushNotificationApnsRequest>(),
        returns: of<GuardianFactorsProviderPushNotificationApns>()
      }),
      /** Replaces the APNS configuration of push notifications. Scope: `update:guardian_factors`. */
      setApnsProvider: put('/guardian/factors/push-notification/providers/apns', {
        body: optional<SetGuardianFactorsProviderPushNotificationApnsRequest>(),
        returns: of<GuardianFactorsProviderPushNotificationApns>()
      }),
      /** Updates the FCM configuration of push notifications. Scope: `update:guardian_factors`. */
      updateFcmProvider: patch('/guardian/factors/push-notification/providers/fcm', {
        body: optional<SetGuardianFactorsProviderPushNotificationFcmRequest>(),
        returns: of<Record<string, unknown>>()
      }),
      /** Replaces the FCM configuration of push notifications. Scope: `update:guardian_factors`. */
      setFcmProvider: put('/guardian/factors/push-notification/providers/fcm', {
        body: optional<SetGuardianFactorsProviderPushNotificationFcmRequest>(),
        returns: of<Record<string, unknown>>()
      }),
      /** Updates the FCM v1 configuration of push notifications. Scope: `update:guardian_factors`. */
      updateFcmv1Provider: patch('/guardian/factors/push-notification/providers/fcmv1', {
        body: optional<SetGuardianFactorsProviderPushNotificationFcmv1Request>(),
        returns: of<Record<string, unknown>>()
      }),
      /** Replaces the FCM v1 configuration of push notifications. Scope: `update:guardian_factors`. */
      setFcmv1Provider: put('/guardian/factors/push-notification/providers/fcmv1', {
        body: optional<SetGuardianFactorsProviderPushNotificationFcmv1Request>(),
        returns: of<Record<string, unknown>>()
      }),
      /** Gets the Amazon SNS configuration of push notifications. Scope: `read:guardian_factors`. */
      getSnsProvider: get('/guardian/factors/push-notification/providers/sns', {
        returns: of<GuardianFactorsProviderSns>()
      }),
      /** Updates the Amazon SNS configuration of push notifications. Scope: `update:guardian_factors`. */
      updateSnsProvider: patch('/guardian/factors/push-notification/providers/sns', {
        body: optional<GuardianFactorsProviderSns>(),
        returns: of<GuardianFactorsProviderSns>()
      }),
      /** Replaces the Amazon SNS configuration of push notifications. Scope: `update:guardian_factors`. */
      setSnsProvider: put('/guardian/factors/push-notification/providers/sns', {
        body: optional<GuardianFactorsProviderSns>(),
        returns: of<GuardianFactorsProviderSns>()
      }),
      /** Gets the provider of push notifications. Scope: `read:guardian_factors`. */
      getSelectedProvider: get('/guardian/factors/push-notification/selected-provider', {
        returns: of<GuardianFactorsProviderPushNotification>()
      }),
      /** Chooses the provider of push notifications. Scope: `update:guardian_factors`. */
      setProvider: put('/guardian/factors/push-notification/selected-provider', {
        body: of<SetGuardianFactorsProviderPushNotificationRequest>(),
        returns: of<GuardianFactorsProviderPushNotification>()
      })
    },
    sms: {
      /** Gets the Twilio configuration of the SMS factor. Scope: `read:guardian_factors`. */
      getTwilioProvider: get('/guardian/factors/sms/providers/twilio', {
        returns: of<GuardianFactorsProviderTwilio>()
      }),
      /** Sets the Twilio configuration of the SMS factor. Scope: `update:guardian_factors`. */
      setTwilioProvider: put('/guardian/factors/sms/providers/twilio', {
        body: optional<GuardianFactorsProviderTwilio>(),
        returns: of<GuardianFactorsProviderTwilio>()
      }),
      /** Gets the provider of the SMS factor. Scope: `read:guardian_factors`. */
      getSelectedProvider: get('/guardian/factors/sms/selected-provider', {
        returns: of<GuardianFactorsProviderPhone>()
      }),
      /** Chooses the provider of the SMS factor. Scope: `update:guardian_factors`. */
      setProvider: put('/guardian/factors/sms/selected-provider', {
        body: of<SetGuardianFactorsProviderPhoneRequest>(),
        returns: of<GuardianFactorsProviderPhone>()
      }),
      /** Gets the message templates of the SMS factor. Scope: `read:guardian_factors`. */
      getTemplates: get('/guardian/factors/sms/templates', { returns: of<GuardianMessageTemplates | undefined>() }),
      /** Sets the message templates of the SMS factor. Scope: `update:guardian_factors`. */
      setTemplates: put('/guardian/factors/sms/templates', {
        body: of<GuardianMessageTemplates>(),
        returns: of<GuardianMessageTemplates>()
      })
    }
  },
  policies: {
    /** Lists the MFA policies that are on. Scope: `read:mfa_policies`. */
    list: get('/guardian/policies', { returns: of<('all-applications' | 'confidence-score')[]>() }),
    /** Replaces the MFA policies that are on. Scope: `update:mfa_policies`. */
    set: put('/guardian/policies', {
      body: of<('all-applications' | 'confidence-score')[]>(),
      returns: of<('all-applications' | 'confidence-score')[]>()
    })
  }
}
