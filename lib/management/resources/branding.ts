import type {
  Branding, BrandingPhoneProvider, BrandingPhoneProviders, BrandingTheme, BrandingThemeRequest,
  CreateBrandingPhoneProviderRequest, CreatePhoneTemplateRequest, ListBrandingPhoneProvidersQuery,
  ListPhoneTemplatesQuery, PhoneProviderSendTest, PhoneTemplate, PhoneTemplateTestNotification, PhoneTemplates,
  PhoneTestRequest, UniversalLoginTemplate, UpdateBrandingPhoneProviderRequest, UpdateBrandingRequest,
  UpdatePhoneTemplateRequest, UpdateUniversalLoginTemplateRequest
} from '../../../types/management.js'
import { del, get, of, omittable, optional, orText, patch, post, put } from '../endpoint.js'

export const branding = {
  /** Gets the tenant's branding. Scope: `read:branding`. */
  get: get('/branding', { returns: of<Branding>() }),
  /** Updates the tenant's branding. Scope: `update:branding`. */
  update: patch('/branding', { body: optional<UpdateBrandingRequest>(), returns: of<Branding>() }),
  phone: {
    providers: {
      /** Lists phone providers. Scope: `read:phone_providers`. */
      list: get('/branding/phone/providers', {
        query: of<ListBrandingPhoneProvidersQuery>(),
        returns: of<BrandingPhoneProviders>()
      }),
      /** Creates a phone provider. Scope: `create:phone_providers`. */
      create: post('/branding/phone/providers', {
        body: of<CreateBrandingPhoneProviderRequest>(),
        returns: of<BrandingPhoneProvider>()
      }),
      /** Deletes a phone provider. Scope: `delete:phone_providers`. */
      delete: del('/branding/phone/providers/{id}'),
      /** Gets a phone provider. Scope: `read:phone_providers`. */
      get: get('/branding/phone/providers/{id}', { returns: of<BrandingPhoneProvider>() }),
      /** Updates a phone provider. Scope: `update:phone_providers`. */
      update: patch('/branding/phone/providers/{id}', {
        body: optional<UpdateBrandingPhoneProviderRequest>(),
        returns: of<BrandingPhoneProvider>()
      }),
      /** Sends a test notification with a phone provider. Scope: `create:phone_providers`. */
      test: post('/branding/phone/providers/{id}/try', {
        body: of<PhoneTestRequest>(),
        returns: of<PhoneProviderSendTest>()
      })
    },
    templates: {
      /** Lists phone notification templates. Scope: `read:phone_templates`. */
      list: get('/branding/phone/templates', { query: of<ListPhoneTemplatesQuery>(), returns: of<PhoneTemplates>() }),
      /** Creates a phone notification template. Scope: `create:phone_templates`. */
      create: post('/branding/phone/templates', {
        body: optional<CreatePhoneTemplateRequest>(),
        returns: of<PhoneTemplate>()
      }),
      /** Deletes a phone notification template. Scope: `delete:phone_templates`. */
      delete: del('/branding/phone/templates/{id}'),
      /** Gets a phone notification template. Scope: `read:phone_templates`. */
      get: get('/branding/phone/templates/{id}', { returns: of<PhoneTemplate>() }),
      /** Updates a phone notification template. Scope: `update:phone_templates`. */
      update: patch('/branding/phone/templates/{id}', {
        body: optional<UpdatePhoneTemplateRequest>(),
        returns: of<PhoneTemplate>()
      }),
      /** Sets a phone notification template back to the default. Scope: `update:phone_templates`. */
      reset: patch('/branding/phone/templates/{id}/reset', {
        body: omittable<unknown>(),
        returns: of<PhoneTemplate>()
      }),
      /** Sends a test notification with a template. Scope: `create:phone_templates`. */
      test: post('/branding/phone/templates/{id}/try', {
        body: of<PhoneTestRequest>(),
        returns: of<PhoneTemplateTestNotification>(),
        customDomain: true
      })
    }
  },
  templates: {
    /** Deletes the page template of Universal Login. Scope: `delete:branding`. */
    deleteUniversalLogin: del('/branding/templates/universal-login'),
    /** Gets the page template of Universal Login. Scope: `read:branding`. */
    getUniversalLogin: get('/branding/templates/universal-login', { returns: of<UniversalLoginTemplate>() }),
    /** Sets the page template of Universal Login. Scope: `update:branding`. */
    updateUniversalLogin: put('/branding/templates/universal-login', {
      body: orText<UpdateUniversalLoginTemplateRequest>()
    })
  },
  themes: {
    /** Creates a branding theme. Scope: `update:branding`. */
    create: post('/branding/themes', { body: of<BrandingThemeRequest>(), returns: of<BrandingTheme>() }),
    /** Deletes a branding theme. Scope: `delete:branding`. */
    delete: del('/branding/themes/{themeId}'),
    /** Gets a branding theme. Scope: `read:branding`. */
    get: get('/branding/themes/{themeId}', { returns: of<BrandingTheme>() }),
    /** Updates a branding theme. Scope: `update:branding`. */
    update: patch('/branding/themes/{themeId}', { body: of<BrandingThemeRequest>(), returns: of<BrandingTheme>() }),
    /** Gets the default branding theme. Scope: `read:branding`. */
    getDefault: get('/branding/themes/default', { returns: of<BrandingTheme>() })
  }
}
