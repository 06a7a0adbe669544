// Made by `npm run generate:management -- <openapi.json>` from Auth0's OpenAPI document; do not edit.
// Limits are left out, equal types are merged, and nothing here is checked at run time.

/** An application's own fields. Open for merging: `declare module 'fastify-auth0/management' { interface UserMetadata { theme?: string } }` */
export interface UserMetadata { [field: string]: unknown }

/** Fields that only the application may change. Open for merging, as `UserMetadata` is. */
export interface AppMetadata { [field: string]: unknown }

export interface Action {
  id?: string
  name?: string
  supported_triggers?: ActionTrigger[]
  all_changes_deployed?: boolean
  created_at?: string
  updated_at?: string
  code?: string
  dependencies?: ActionVersionDependency[]
  runtime?: string
  secrets?: ActionSecret[]
  deployed_version?: ActionVersion
  installed_integration_id?: string
  integration?: Integration
  status?: 'pending' | 'building' | 'packaged' | 'built' | 'retrying' | 'failed'
  built_at?: string
  deploy?: boolean
  modules?: ActionModuleReference[]
}

export interface ActionBase {
  id?: string
  name?: string
  supported_triggers?: ActionTrigger[]
  all_changes_deployed?: boolean
  created_at?: string
  updated_at?: string
}

export interface ActionBinding {
  id?: string
  trigger_id?: ActionTriggerTypeEnum
  display_name?: string
  action?: Action
  created_at?: string
  updated_at?: string
}

export interface ActionBindingRef {
  type?: 'binding_id' | 'action_id' | 'action_name'
  value?: string
}

export interface ActionBindingWithRef {
  ref: ActionBindingRef
  display_name?: string
  secrets?: ActionSecretRequest[]
}

export interface ActionBindings {
  bindings?: ActionBinding[]
}

export interface ActionError {
  id?: string
  msg?: string
  url?: string
}

export interface ActionExecution {
  id?: string
  trigger_id?: ActionTriggerTypeEnum
  status?: ('unspecified' | 'pending' | 'final' | 'partial' | 'canceled' | 'suspended')
  results?: ActionExecutionResult[]
  created_at?: string
  updated_at?: string
}

export interface ActionExecutionResult {
  action_name?: string
  error?: ActionError
  started_at?: string
  ended_at?: string
}

export interface ActionModule {
  id?: string
  name?: string
  code?: string
  dependencies?: ActionModuleDependency[]
  secrets?: ActionModuleSecret[]
  actions_using_module_total?: number
  all_changes_published?: boolean
  latest_version_number?: number
  created_at?: string
  updated_at?: string
  latest_version?: ActionModuleVersionReference
}

export interface ActionModuleAction {
  action_id?: string
  action_name?: string
  module_version_id?: string
  module_version_number?: number
  supported_triggers?: ActionTrigger[]
}

export interface ActionModuleDependency {
  name?: string
  version?: string
}

export interface ActionModuleDependencyRequest {
  name: string
  version: string
}

export interface ActionModuleListItem {
  id?: string
  name?: string
  code?: string
  dependencies?: ActionModuleDependency[]
  secrets?: ActionModuleSecret[]
  actions_using_module_total?: number
  all_changes_published?: boolean
  latest_version_number?: number
  created_at?: string
  updated_at?: string
}

export interface ActionModuleReference {
  module_id?: string
  module_name?: string
  module_version_id?: string
  module_version_number?: number
}

export interface ActionModuleSecret {
  name?: string
  updated_at?: string
}

export interface ActionModuleSecretRequest {
  name: string
  value: string
}

export interface ActionModuleVersion {
  id?: string
  module_id?: string
  version_number?: number
  code?: string
  secrets?: ActionModuleSecret[]
  dependencies?: ActionModuleDependency[]
  created_at?: string
}

export interface ActionModuleVersionReference {
  id?: string
  version_number?: number
  code?: string
  dependencies?: ActionModuleDependency[]
  secrets?: ActionModuleSecret[]
  created_at?: string
}

export interface ActionSecret {
  name?: string
  updated_at?: string
  [member: string]: unknown
}

export interface ActionSecretRequest {
  name?: string
  value?: string
}

export interface ActionTrigger {
  id: ActionTriggerTypeEnum
  version?: string
  status?: string
  runtimes?: string[]
  default_runtime?: string
  compatible_triggers?: ActionTriggerCompatibleTrigger[]
  binding_policy?: 'trigger-bound' | 'entity-bound'
}

export interface ActionTriggerCompatibleTrigger {
  id: ActionTriggerTypeEnum
  version: string
  [member: string]: unknown
}

export type ActionTriggerTypeEnum = 'post-login' | 'credentials-exchange' | 'pre-user-registration' | 'post-user-registration' | 'post-change-password' | 'send-phone-message' | 'custom-phone-provider' | 'custom-email-provider' | 'password-reset-post-challenge' | 'custom-token-exchange' | 'event-stream' | 'password-hash-migration' | 'login-post-identifier' | 'signup-post-identifier' | 'post-credential-validation'

export interface ActionTriggers {
  triggers?: ActionTrigger[]
}

export interface ActionVersion {
  id?: string
  action_id?: string
  code?: string
  dependencies?: ActionVersionDependency[]
  deployed?: boolean
  runtime?: string
  secrets?: ActionSecret[]
  status?: 'pending' | 'building' | 'packaged' | 'built' | 'retrying' | 'failed'
  number?: number
  errors?: ActionError[]
  action?: ActionBase
  built_at?: string
  created_at?: string
  updated_at?: string
  supported_triggers?: ActionTrigger[]
  modules?: ActionModuleReference[]
}

export interface ActionVersionDependency {
  name?: string
  version?: string
  registry_url?: string
}

export interface ActiveOption {
  active?: boolean
}

export interface Acul {
  tenant?: string
  prompt?: string
  screen?: string
  rendering_mode?: 'advanced' | 'standard'
  context_configuration?: AculContextConfiguration
  default_head_tags_disabled?: boolean | null
  use_page_template?: boolean | null
  head_tags?: AculHeadTag[] | null
  filters?: AculFilters | null
  [member: string]: unknown
}

export type AculClientFilter = IdOnly | AculClientFilterByMetadata

export interface AculClientFilterByMetadata {
  metadata: Record<string, unknown>
}

export type AculConfigs = { prompt: ('login' | 'login-id' | 'login-password' | 'login-passwordless' | 'login-email-verification' | 'signup' | 'signup-id' | 'signup-password' | 'phone-identifier-enrollment' | 'phone-identifier-challenge' | 'email-identifier-challenge' | 'reset-password' | 'custom-form' | 'consent' | 'customized-consent' | 'logout' | 'mfa-push' | 'mfa-otp' | 'mfa-voice' | 'mfa-phone' | 'mfa-webauthn' | 'mfa-sms' | 'mfa-email' | 'mfa-recovery-code' | 'mfa' | 'status' | 'device-flow' | 'email-verification' | 'email-otp-challenge' | 'organizations' | 'invitation' | 'common' | 'passkeys' | 'captcha' | 'brute-force-protection' | 'async-approval-flow' | 'confirmation'); screen: ('login' | 'login-id' | 'login-password' | 'login-passwordless-email-code' | 'login-passwordless-email-link' | 'login-passwordless-sms-otp' | 'login-email-verification' | 'signup' | 'signup-id' | 'signup-password' | 'phone-identifier-enrollment' | 'phone-identifier-challenge' | 'email-identifier-challenge' | 'reset-password-request' | 'reset-password-email' | 'reset-password' | 'reset-password-success' | 'reset-password-error' | 'reset-password-mfa-email-challenge' | 'reset-password-mfa-otp-challenge' | 'reset-password-mfa-phone-challenge' | 'reset-password-mfa-push-challenge-push' | 'reset-password-mfa-recovery-code-challenge' | 'reset-password-mfa-sms-challenge' | 'reset-password-mfa-voice-challenge' | 'reset-password-mfa-webauthn-platform-challenge' | 'reset-password-mfa-webauthn-roaming-challenge' | 'custom-form' | 'consent' | 'customized-consent' | 'logout' | 'logout-complete' | 'logout-aborted' | 'mfa-push-welcome' | 'mfa-push-enrollment-qr' | 'mfa-push-enrollment-code' | 'mfa-push-success' | 'mfa-push-challenge-push' | 'mfa-push-list' | 'mfa-otp-enrollment-qr' | 'mfa-otp-enrollment-code' | 'mfa-otp-challenge' | 'mfa-voice-enrollment' | 'mfa-voice-challenge' | 'mfa-phone-challenge' | 'mfa-phone-enrollment' | 'mfa-webauthn-platform-enrollment' | 'mfa-webauthn-roaming-enrollment' | 'mfa-webauthn-platform-challenge' | 'mfa-webauthn-roaming-challenge' | 'mfa-webauthn-change-key-nickname' | 'mfa-webauthn-enrollment-success' | 'mfa-webauthn-error' | 'mfa-webauthn-not-available-error' | 'mfa-country-codes' | 'mfa-sms-enrollment' | 'mfa-sms-challenge' | 'mfa-sms-list' | 'mfa-email-challenge' | 'mfa-email-list' | 'mfa-recovery-code-enrollment' | 'mfa-recovery-code-challenge-new-code' | 'mfa-recovery-code-challenge' | 'mfa-detect-browser-capabilities' | 'mfa-enroll-result' | 'mfa-login-options' | 'mfa-begin-enroll-options' | 'status' | 'device-code-activation' | 'device-code-activation-allowed' | 'device-code-activation-denied' | 'device-code-confirmation' | 'email-verification-result' | 'email-otp-challenge' | 'organization-selection' | 'organization-picker' | 'pre-login-organization-picker' | 'accept-invitation' | 'redeem-ticket' | 'passkey-enrollment' | 'passkey-enrollment-local' | 'interstitial-captcha' | 'brute-force-protection-unblock' | 'brute-force-protection-unblock-success' | 'brute-force-protection-unblock-failure' | 'async-approval-error' | 'async-approval-accepted' | 'async-approval-denied' | 'confirmation' | 'async-approval-wrong-user' | 'consent-tenant-scopes'); rendering_mode?: 'advanced' | 'standard'; context_configuration?: AculContextConfiguration; default_head_tags_disabled?: boolean | null; use_page_template?: boolean | null; head_tags?: AculHeadTag[] | null; filters?: AculFilters | null }[]

export type AculContextConfiguration = (('branding.settings' | 'branding.themes.default' | 'client.logo_uri' | 'client.description' | 'organization.display_name' | 'organization.branding' | 'screen.texts' | 'tenant.name' | 'tenant.friendly_name' | 'tenant.logo_url' | 'tenant.enabled_locales' | 'untrusted_data.submitted_form_data' | 'untrusted_data.authorization_params.login_hint' | 'untrusted_data.authorization_params.screen_hint' | 'untrusted_data.authorization_params.ui_locales' | 'user.organizations' | 'transaction.custom_domain.domain' | 'experiment') | string)[] | null

export interface AculFilters {
  match_type?: 'includes_any' | 'excludes_any'
  clients?: AculClientFilter[]
  organizations?: AculClientFilter[]
  domains?: AculClientFilter[]
}

export interface AculHeadTag {
  tag?: string
  attributes?: Record<string, unknown>
  content?: string
  [member: string]: unknown
}

export interface AculSettings {
  rendering_mode?: 'advanced' | 'standard'
  context_configuration?: AculContextConfiguration
  default_head_tags_disabled?: boolean | null
  use_page_template?: boolean | null
  head_tags?: AculHeadTag[] | null
  filters?: AculFilters | null
}

export interface AllocationItem {
  variation_id?: string
  segment_id?: string
  weight?: number
  priority?: number
  is_control?: boolean
  is_fallback?: boolean
}

export interface AllocationRequestItem {
  variation_id: string
  weight?: number
  segment_id?: string
  priority?: number
  is_control: boolean
  is_fallback?: boolean
}

export interface AnonymousSessions {
  active: boolean
}

export interface AssignRoleUsersRequest {
  users: string[]
}

export interface AssignmentConfig {
  subject: 'device'
}

export interface AssociateOrganizationClientGrantRequest {
  grant_id: string
}

export interface AttackProtectionCaptcha {
  active_provider_id?: string
  arkose?: AttackProtectionCaptchaArkose
  auth_challenge?: AttackProtectionCaptchaAuthChallenge
  hcaptcha?: AttackProtectionCaptchaHcaptcha
  friendly_captcha?: AttackProtectionCaptchaHcaptcha
  recaptcha_enterprise?: AttackProtectionCaptchaRecaptchaEnterprise
  recaptcha_v2?: AttackProtectionCaptchaHcaptcha
  simple_captcha?: Record<string, unknown>
  [member: string]: unknown
}

export interface AttackProtectionCaptchaArkose {
  site_key?: string
  fail_open?: boolean
  client_subdomain?: string
  verify_subdomain?: string
  [member: string]: unknown
}

export interface AttackProtectionCaptchaAuthChallenge {
  fail_open?: boolean
  [member: string]: unknown
}

export interface AttackProtectionCaptchaAuthChallengeRequest {
  fail_open: boolean
}

export interface AttackProtectionCaptchaHcaptcha {
  site_key?: string
  [member: string]: unknown
}

export interface AttackProtectionCaptchaRecaptchaEnterprise {
  site_key?: string
  project_id?: string
  [member: string]: unknown
}

export interface AttackProtectionUpdateCaptchaArkose {
  site_key: string
  secret: string
  client_subdomain?: string
  verify_subdomain?: string
  fail_open?: boolean
}

export interface AttackProtectionUpdateCaptchaHcaptcha {
  site_key: string
  secret: string
}

export interface AttackProtectionUpdateCaptchaRecaptchaEnterprise {
  site_key: string
  api_key: string
  project_id: string
}

export interface B2BIntegrationConfiguration {
  sso_profiles?: string[]
  integration_type?: 'custom_auth_server' | 'third_party' | 'application'
}

export interface Branding {
  colors?: BrandingColors
  favicon_url?: string
  logo_url?: string
  font?: BrandingFont
  [member: string]: unknown
}

export interface BrandingColors {
  primary?: string
  page_background?: string | Record<string, unknown> | null
}

export interface BrandingFont {
  url?: string
}

export interface BrandingPhoneProvider {
  id?: string
  tenant?: string
  name: 'twilio' | 'custom'
  channel?: 'phone'
  disabled?: boolean
  configuration?: PhoneProviderConfiguration
  created_at?: string
  updated_at?: string
}

export interface BrandingPhoneProviders {
  providers?: BrandingPhoneProvider[]
}

export interface BrandingTheme {
  borders: BrandingThemeBorders
  colors: BrandingThemeColors
  displayName: string
  fonts: BrandingThemeFonts
  page_background: BrandingThemePageBackground
  themeId: string
  widget: BrandingThemeWidget
  identifiers?: BrandingThemeIdentifiers
}

export interface BrandingThemeBorders {
  button_border_radius: number
  button_border_weight: number
  buttons_style: 'pill' | 'rounded' | 'sharp'
  input_border_radius: number
  input_border_weight: number
  inputs_style: 'pill' | 'rounded' | 'sharp'
  show_widget_shadow: boolean
  widget_border_weight: number
  widget_corner_radius: number
}

export interface BrandingThemeColors {
  base_focus_color?: string
  base_hover_color?: string
  body_text: string
  captcha_widget_theme?: 'auto' | 'dark' | 'light'
  error: string
  header: string
  icons: string
  input_background: string
  input_border: string
  input_filled_text: string
  input_labels_placeholders: string
  links_focused_components: string
  primary_button: string
  primary_button_label: string
  read_only_background?: string
  secondary_button_border: string
  secondary_button_label: string
  success: string
  widget_background: string
  widget_border: string
}

export interface BrandingThemeFontStyle {
  bold: boolean
  size: number
}

export interface BrandingThemeFonts {
  body_text: BrandingThemeFontStyle
  buttons_text: BrandingThemeFontStyle
  font_url: string
  input_labels: BrandingThemeFontStyle
  links: BrandingThemeFontStyle
  links_style: 'normal' | 'underlined'
  reference_text_size: number
  subtitle: BrandingThemeFontStyle
  title: BrandingThemeFontStyle
}

export interface BrandingThemeIdentifiers {
  login_display: 'separate' | 'unified'
  otp_autocomplete: boolean
  phone_display: BrandingThemeIdentifiersPhoneDisplay
}

export interface BrandingThemeIdentifiersPhoneDisplay {
  formatting: 'international' | 'regional'
  masking: 'hide_country_code' | 'mask_digits' | 'show_all'
}

export interface BrandingThemePageBackground {
  background_color: string
  background_image_url: string
  page_layout: 'center' | 'left' | 'right'
}

export interface BrandingThemeRequest {
  borders: BrandingThemeBorders
  colors: BrandingThemeColors
  displayName?: string
  fonts: BrandingThemeFonts
  page_background: BrandingThemePageBackground
  widget: BrandingThemeWidget
  identifiers?: BrandingThemeIdentifiers
}

export interface BrandingThemeWidget {
  header_text_alignment: 'center' | 'left' | 'right'
  logo_height: number
  logo_position: 'center' | 'left' | 'none' | 'right'
  logo_url: string
  social_buttons_layout: 'bottom' | 'top'
}

export interface BreachedPasswordDetectionPreChangePasswordStage {
  shields?: ('block' | 'admin_notification')[]
}

export interface BreachedPasswordDetectionSettings {
  enabled?: boolean
  shields?: ('block' | 'user_notification' | 'admin_notification')[]
  admin_notification_frequency?: ('immediately' | 'daily' | 'weekly' | 'monthly')[]
  method?: 'standard' | 'enhanced'
  stage?: BreachedPasswordDetectionStage
}

export interface BreachedPasswordDetectionStage {
  'pre-user-registration'?: BreachedPasswordDetectionPreChangePasswordStage
  'pre-change-password'?: BreachedPasswordDetectionPreChangePasswordStage
}

export interface BruteForceSettings {
  enabled?: boolean
  shields?: ('block' | 'user_notification')[]
  allowlist?: string[]
  mode?: 'count_per_identifier_and_ip' | 'count_per_identifier'
  max_attempts?: number
}

export interface BulkUpdateAculRequest {
  configs: AculConfigs
}

export interface BulkUpdateAculResult {
  configs: AculConfigs
  [member: string]: unknown
}

export interface CertificateSubjectDNCredential {
  credential_type: 'cert_subject_dn'
  name?: string
  subject_dn?: string
  pem?: string
}

export interface ChangePasswordTicketIdentity {
  user_id: string
  provider: 'auth0'
  connection_id?: string
}

export interface ChangePasswordTicketRequest {
  /** Where the user goes after the password was changed. */
  result_url?: string
  user_id?: string
  client_id?: string
  organization_id?: string
  connection_id?: string
  email?: string
  /** Seconds the ticket is good for. Default 432,000 (five days). */
  ttl_sec?: number
  mark_email_as_verified?: boolean
  includeEmailInRedirect?: boolean
  identity?: ChangePasswordTicketIdentity
}

export interface CheckpointQuery {
  take?: number
  from?: string
}

export interface CimdClientRequest {
  external_client_id: string
}

export interface CimdMappedClientAuthenticationMethods {
  private_key_jwt?: CimdMappedClientAuthenticationMethodsPrivateKeyJwt
  [member: string]: unknown
}

export interface CimdMappedClientAuthenticationMethodsPrivateKeyJwt {
  credentials: CimdMappedPrivateKeyJwtCredential[]
  [member: string]: unknown
}

export interface CimdMappedClientFields {
  external_client_id?: string
  name?: string
  app_type?: string
  callbacks?: string[]
  logo_uri?: string
  description?: string
  grant_types?: string[]
  token_endpoint_auth_method?: string
  jwks_uri?: string
  client_authentication_methods?: CimdMappedClientAuthenticationMethods
  [member: string]: unknown
}

export interface CimdMappedPrivateKeyJwtCredential {
  credential_type: string
  kid: string
  alg: string
  [member: string]: unknown
}

export interface CimdValidationResult {
  valid: boolean
  violations: string[]
  warnings: string[]
  [member: string]: unknown
}

export interface ClearAssessorsRequest {
  connection: string
  assessors: 'new-device'[]
}

export interface Client {
  client_id?: string
  tenant?: string
  name?: string
  description?: string
  global?: boolean
  client_secret?: string
  app_type?: ClientAppTypeEnum
  logo_uri?: string
  is_first_party?: boolean
  oidc_conformant?: boolean
  /** Where logins may return to: absolute URLs, compared exactly. */
  callbacks?: string[]
  allowed_origins?: string[]
  web_origins?: string[]
  client_aliases?: string[]
  allowed_clients?: string[]
  allowed_logout_urls?: string[]
  session_transfer?: ClientSessionTransferConfiguration | null
  oidc_logout?: ClientOIDCBackchannelLogoutSettings
  /** How the application may get tokens, e.g. `authorization_code`, `refresh_token`, `client_credentials`. */
  grant_types?: string[]
  jwt_configuration?: ClientJwtConfiguration
  signing_keys?: (ClientSigningKey[] | null)
  encryption_key?: ClientEncryptionKey | null
  sso?: boolean
  sso_disabled?: boolean
  cross_origin_authentication?: boolean
  cross_origin_loc?: string
  custom_login_page_on?: boolean
  custom_login_page?: string
  custom_login_page_preview?: string
  form_template?: string
  addons?: ClientAddons
  token_endpoint_auth_method?: 'none' | 'client_secret_post' | 'client_secret_basic'
  is_token_endpoint_ip_header_trusted?: boolean
  client_metadata?: Record<string, unknown>
  mobile?: ClientMobile
  /** Where Auth0 sends users who must log in first, e.g. from an invitation. */
  initiate_login_uri?: string
  native_social_login?: NativeSocialLogin
  fedcm_login?: FedCMLogin
  refresh_token?: ClientRefreshTokenConfiguration | null
  default_organization?: ClientDefaultOrganization | null
  organization_usage?: 'deny' | 'allow' | 'require'
  organization_require_behavior?: 'no_prompt' | 'pre_login_prompt' | 'post_login_prompt'
  organization_discovery_methods?: ('email' | 'organization_name')[]
  client_authentication_methods?: ClientAuthenticationMethod | null
  require_pushed_authorization_requests?: boolean
  require_proof_of_possession?: boolean
  signed_request_object?: ClientSignedRequestObjectWithCredentialId
  token_vault_privileged_access?: ClientTokenVaultPrivilegedAccessWithCredentialId
  compliance_level?: ClientComplianceLevelEnum
  skip_non_verifiable_callback_uri_confirmation_prompt?: boolean
  token_exchange?: ClientTokenExchangeConfiguration
  par_request_expiry?: number | null
  token_quota?: TokenQuota
  express_configuration?: ExpressConfiguration
  my_organization_configuration?: ClientMyOrganizationPostConfiguration
  third_party_security_mode?: 'strict' | 'permissive'
  redirection_policy?: 'allow_always' | 'open_redirect_protection'
  resource_server_identifier?: string
  async_approval_notification_channels?: ('guardian-push' | 'email')[]
  external_metadata_type?: 'cimd' | 'dcr'
  external_metadata_created_by?: 'admin' | 'client'
  external_client_id?: string
  jwks_uri?: string
  created_at?: string
  updated_at?: string
  b2b_integration_configuration?: B2BIntegrationConfiguration
  identity_assertion_authorization_grant?: AnonymousSessions
  anonymous_sessions?: AnonymousSessions
  [member: string]: unknown
}

export interface ClientAddonAWS {
  principal?: string
  role?: string
  lifetime_in_seconds?: number
  [member: string]: unknown
}

export interface ClientAddonAzureBlob {
  accountName?: string
  storageAccessKey?: string
  containerName?: string
  blobName?: string
  expiration?: number
  signedIdentifier?: string
  blob_read?: boolean
  blob_write?: boolean
  blob_delete?: boolean
  container_read?: boolean
  container_write?: boolean
  container_delete?: boolean
  container_list?: boolean
  [member: string]: unknown
}

export interface ClientAddonAzureSB {
  namespace?: string
  sasKeyName?: string
  sasKey?: string
  entityPath?: string
  expiration?: number
  [member: string]: unknown
}

export interface ClientAddonEgnyte {
  domain?: string
  [member: string]: unknown
}

export interface ClientAddonFirebase {
  secret?: string
  private_key_id?: string
  private_key?: string
  client_email?: string
  lifetime_in_seconds?: number
  [member: string]: unknown
}

export interface ClientAddonLayer {
  providerId: string
  keyId: string
  privateKey: string
  principal?: string
  expiration?: number
  [member: string]: unknown
}

export interface ClientAddonOffice365 {
  domain?: string
  connection?: string
  [member: string]: unknown
}

export interface ClientAddonRMS {
  url: string
  [member: string]: unknown
}

export interface ClientAddonSAML {
  mappings?: Record<string, unknown>
  audience?: string
  recipient?: string
  createUpnClaim?: boolean
  mapUnknownClaimsAsIs?: boolean
  passthroughClaimsWithNoMapping?: boolean
  mapIdentities?: boolean
  signatureAlgorithm?: string
  digestAlgorithm?: string
  issuer?: string
  destination?: string
  lifetimeInSeconds?: number
  signResponse?: boolean
  nameIdentifierFormat?: string
  nameIdentifierProbes?: string[]
  authnContextClassRef?: string
  [member: string]: unknown
}

export interface ClientAddonSAPAPI {
  clientid?: string
  usernameAttribute?: string
  tokenEndpointUrl?: string
  scope?: string
  servicePassword?: string
  nameIdentifierFormat?: string
  [member: string]: unknown
}

export interface ClientAddonSSOIntegration {
  name?: string
  version?: string
  [member: string]: unknown
}

export interface ClientAddonSalesforce {
  entity_id?: string
  [member: string]: unknown
}

export interface ClientAddonSalesforceAPI {
  clientid?: string
  principal?: string
  communityName?: string
  community_url_section?: string
  [member: string]: unknown
}

export interface ClientAddonSentry {
  org_slug?: string
  base_url?: string
  [member: string]: unknown
}

export interface ClientAddonSharePoint {
  url?: string
  external_url?: string[] | string
  [member: string]: unknown
}

export interface ClientAddonSlack {
  team: string
  [member: string]: unknown
}

export interface ClientAddonSpringCM {
  acsurl?: string
  [member: string]: unknown
}

export interface ClientAddonWAMS {
  masterkey?: string
  [member: string]: unknown
}

export interface ClientAddonZendesk {
  accountName?: string
  [member: string]: unknown
}

export interface ClientAddonZoom {
  account?: string
  [member: string]: unknown
}

export interface ClientAddons {
  aws?: ClientAddonAWS
  azure_blob?: ClientAddonAzureBlob
  azure_sb?: ClientAddonAzureSB
  rms?: ClientAddonRMS
  mscrm?: ClientAddonRMS
  slack?: ClientAddonSlack
  sentry?: ClientAddonSentry
  box?: Record<string, unknown>
  cloudbees?: Record<string, unknown>
  concur?: Record<string, unknown>
  dropbox?: Record<string, unknown>
  echosign?: ClientAddonEgnyte
  egnyte?: ClientAddonEgnyte
  firebase?: ClientAddonFirebase
  newrelic?: ClientAddonZoom
  office365?: ClientAddonOffice365
  salesforce?: ClientAddonSalesforce
  salesforce_api?: ClientAddonSalesforceAPI
  salesforce_sandbox_api?: ClientAddonSalesforceAPI
  samlp?: ClientAddonSAML
  layer?: ClientAddonLayer
  sap_api?: ClientAddonSAPAPI
  sharepoint?: ClientAddonSharePoint
  springcm?: ClientAddonSpringCM
  wams?: ClientAddonWAMS
  wsfed?: Record<string, unknown>
  zendesk?: ClientAddonZendesk
  zoom?: ClientAddonZoom
  sso_integration?: ClientAddonSSOIntegration
  oag?: Record<string, unknown> | null
}

export type ClientAppTypeEnum = 'native' | 'spa' | 'regular_web' | 'non_interactive' | 'resource_server' | 'express_configuration' | 'rms' | 'box' | 'cloudbees' | 'concur' | 'dropbox' | 'mscrm' | 'echosign' | 'egnyte' | 'newrelic' | 'office365' | 'salesforce' | 'sentry' | 'sharepoint' | 'slack' | 'springcm' | 'zendesk' | 'zoom' | 'sso_integration' | 'oag'

export interface ClientAuthenticationMethod {
  private_key_jwt?: ClientAuthenticationMethodPrivateKeyJWT
  tls_client_auth?: ClientAuthenticationMethodPrivateKeyJWT
  self_signed_tls_client_auth?: ClientAuthenticationMethodPrivateKeyJWT
}

export interface ClientAuthenticationMethodPrivateKeyJWT {
  credentials: IdOnly[]
}

export type ClientComplianceLevelEnum = 'none' | 'fapi1_adv_pkj_par' | 'fapi1_adv_mtls_par' | 'fapi2_sp_pkj_mtls' | 'fapi2_sp_mtls_mtls' | null

export interface ClientCreateAuthenticationMethod {
  private_key_jwt?: ClientCreateAuthenticationMethodPrivateKeyJWT
  tls_client_auth?: ClientCreateAuthenticationMethodTLSClientAuth
  self_signed_tls_client_auth?: CreateClientAuthenticationMethodSelfSignedTLSClientAuth
}

export interface ClientCreateAuthenticationMethodPrivateKeyJWT {
  credentials: PublicKeyCredential[]
}

export interface ClientCreateAuthenticationMethodTLSClientAuth {
  credentials: CertificateSubjectDNCredential[]
}

export interface ClientCredential {
  id?: string
  name?: string
  kid?: string
  alg?: 'RS256' | 'RS384' | 'PS256'
  credential_type?: 'public_key' | 'cert_subject_dn' | 'x509_cert'
  subject_dn?: string
  thumbprint_sha256?: string
  created_at?: string
  updated_at?: string
  expires_at?: string
  [member: string]: unknown
}

export interface ClientDefaultOrganization {
  organization_id: string
  flows: 'client_credentials'[]
}

export interface ClientEncryptionKey {
  pub?: string
  cert?: string
  subject?: string
  [member: string]: unknown
}

export interface ClientGrant {
  id?: string
  client_id?: string
  audience?: string
  scope?: string[]
  organization_usage?: 'deny' | 'allow' | 'require'
  allow_any_organization?: boolean
  default_for?: 'third_party_clients'
  is_system?: boolean
  subject_type?: 'client' | 'user' | 'anonymous_user'
  authorization_details_types?: string[]
  allow_all_scopes?: boolean
}

export interface ClientJwtConfiguration {
  lifetime_in_seconds?: number
  secret_encoded?: boolean
  scopes?: Record<string, unknown>
  alg?: 'HS256' | 'RS256' | 'RS512' | 'PS256'
  [member: string]: unknown
}

export interface ClientMobile {
  android?: ClientMobileAndroid
  ios?: ClientMobileiOS
  [member: string]: unknown
}

export interface ClientMobileAndroid {
  app_package_name?: string
  sha256_cert_fingerprints?: string[]
  [member: string]: unknown
}

export interface ClientMobileiOS {
  team_id?: string
  app_bundle_identifier?: string
  [member: string]: unknown
}

export interface ClientMyOrganizationPostConfiguration {
  connection_profile_id?: string
  user_attribute_profile_id?: string
  allowed_strategies: ('pingfederate' | 'adfs' | 'waad' | 'google-apps' | 'okta' | 'oidc' | 'samlp')[]
  connection_deletion_behavior: 'allow' | 'allow_if_empty'
  invitation_landing_client_id?: string
  third_party_client_access?: ClientMyOrganizationThirdPartyClientAccessConfiguration
}

export interface ClientMyOrganizationThirdPartyClientAccessConfiguration {
  default_value: 'block'
  allowed_values: ('block' | 'allow')[]
}

export interface ClientOIDCBackchannelLogoutInitiators {
  mode?: 'custom' | 'all'
  selected_initiators?: ('rp-logout' | 'idp-logout' | 'password-changed' | 'session-expired' | 'session-revoked' | 'account-deleted' | 'email-identifier-changed' | 'mfa-phone-unenrolled' | 'account-deactivated')[]
  [member: string]: unknown
}

export interface ClientOIDCBackchannelLogoutSessionMetadata {
  include?: boolean
  [member: string]: unknown
}

export interface ClientOIDCBackchannelLogoutSettings {
  backchannel_logout_urls?: string[]
  backchannel_logout_initiators?: ClientOIDCBackchannelLogoutInitiators
  backchannel_logout_session_metadata?: ClientOIDCBackchannelLogoutSessionMetadata | null
  [member: string]: unknown
}

export interface ClientRefreshTokenConfiguration {
  rotation_type: 'rotating' | 'non-rotating'
  expiration_type: 'expiring' | 'non-expiring'
  leeway?: number
  token_lifetime?: number
  infinite_token_lifetime?: boolean
  idle_token_lifetime?: number
  infinite_idle_token_lifetime?: boolean
  policies?: ClientRefreshTokenPolicy[] | null
}

export interface ClientRefreshTokenPolicy {
  audience: string
  scope: string[]
}

export interface ClientSessionTransferConfiguration {
  can_create_session_transfer_token?: boolean
  enforce_cascade_revocation?: boolean
  allowed_authentication_methods?: ('cookie' | 'query')[] | null
  enforce_device_binding?: 'ip' | 'asn' | 'none'
  allow_refresh_token?: boolean
  enforce_online_refresh_tokens?: boolean
  delegation?: ClientSessionTransferDelegationConfiguration | null
}

export interface ClientSessionTransferDelegationConfiguration {
  allow_delegated_access?: boolean
  enforce_device_binding?: 'ip' | 'asn'
}

export interface ClientSignedRequestObjectWithCredentialId {
  required?: boolean
  credentials?: IdOnly[]
}

export interface ClientSignedRequestObjectWithPublicKey {
  required?: boolean
  credentials?: PublicKeyCredential[]
}

export interface ClientSigningKey {
  pkcs7?: string
  cert?: string
  subject?: string
  [member: string]: unknown
}

export interface ClientTokenExchangeConfiguration {
  allow_any_profile_of_type?: ('custom_authentication' | 'on_behalf_of_token_exchange')[]
}

export interface ClientTokenVaultPrivilegedAccessWithCredentialId {
  credentials: IdOnly[]
  ip_allowlist?: string[]
  grants?: TokenVaultPrivilegedAccessGrant[]
}

export interface ClientTokenVaultPrivilegedAccessWithPublicKey {
  credentials: PublicKeyCredential[]
  ip_allowlist?: string[]
  grants?: TokenVaultPrivilegedAccessGrant[]
}

export interface ConnectedAccount {
  id: string
  connection: string
  connection_id: string
  strategy: string
  access_type: 'offline'
  scopes?: string[]
  created_at: string
  expires_at?: string
  organization_id?: string
}

export interface Connection {
  name?: string
  display_name?: string
  options?: Record<string, unknown>
  id?: string
  strategy?: string
  realms?: string[]
  enabled_clients?: string[]
  is_domain_connection?: boolean
  show_as_button?: boolean
  metadata?: Record<string, string | null>
  authentication?: AnonymousSessions
  connected_accounts?: ConnectionConnectedAccountsPurpose
  cross_app_access_requesting_app?: AnonymousSessions
  cross_app_access_resource_app?: CrossAppAccessResourceApp
}

export interface ConnectionAssertionDecryptionSettings {
  algorithm_profile: 'v2026-1'
  algorithm_exceptions?: string[]
}

export interface ConnectionAttributes {
  email?: EmailAttribute
  phone_number?: PhoneAttribute
  username?: UsernameAttribute
}

export interface ConnectionAuthenticationMethods {
  password?: ConnectionPasswordAuthenticationMethod
  passkey?: EnabledOption
  email_otp?: EnabledOption
  phone_otp?: EnabledOption
}

export interface ConnectionConnectedAccountsPurpose {
  active: boolean
  cross_app_access?: boolean
  allow_missing_user_id?: boolean
}

export interface ConnectionCustomScripts {
  login?: string
  get_user?: string
  delete?: string
  change_password?: string
  verify?: string
  create?: string
  change_username?: string
  change_email?: string
  change_phone_number?: string
}

export interface ConnectionEnabledClient {
  client_id: string
  [member: string]: unknown
}

export interface ConnectionForList {
  name?: string
  display_name?: string
  options?: Record<string, unknown>
  id?: string
  strategy?: string
  realms?: string[]
  is_domain_connection?: boolean
  show_as_button?: boolean
  metadata?: Record<string, string | null>
  authentication?: AnonymousSessions
  connected_accounts?: ConnectionConnectedAccountsPurpose
  cross_app_access_requesting_app?: AnonymousSessions
  cross_app_access_resource_app?: CrossAppAccessResourceApp
}

export interface ConnectionForOrganization {
  connection_id: string
  assign_membership_on_login?: boolean
  is_signup_enabled?: boolean
  show_as_button?: boolean
}

export interface ConnectionGatewayAuthentication {
  method: string
  subject?: string
  audience: string
  secret: string
  secret_base64_encoded?: boolean
}

export interface ConnectionKey {
  kid: string
  cert: string
  pkcs?: string
  current?: boolean
  next?: boolean
  previous?: boolean
  current_since?: string
  fingerprint: string
  thumbprint: string
  algorithm?: string
  key_use?: 'encryption' | 'signing'
  subject_dn?: string
  [member: string]: unknown
}

export interface ConnectionKeysRequest {
  signing_alg?: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'ES256' | 'ES384'
}

export interface ConnectionPasskeyOptions {
  challenge_ui?: 'both' | 'autofill' | 'button'
  progressive_enrollment_enabled?: boolean
  local_enrollment_enabled?: boolean
}

export interface ConnectionPasswordAuthenticationMethod {
  enabled?: boolean
  api_behavior?: 'required' | 'optional'
  signup_behavior?: 'allow' | 'block'
}

export interface ConnectionPasswordComplexityOptions {
  min_length?: number
}

export interface ConnectionPasswordDictionaryOptions {
  enable: boolean
  dictionary?: string[]
}

export interface ConnectionPasswordHistoryOptions {
  enable: boolean
  size?: number
}

export interface ConnectionPasswordNoPersonalInfoOptions {
  enable: boolean
}

export interface ConnectionPasswordOptions {
  complexity?: ConnectionPasswordOptionsComplexity
  dictionary?: ConnectionPasswordOptionsDictionary
  history?: ConnectionPasswordOptionsHistory
  profile_data?: ConnectionPasswordOptionsProfileData
}

export interface ConnectionPasswordOptionsComplexity {
  min_length?: number
  character_types?: ('uppercase' | 'lowercase' | 'number' | 'special')[]
  character_type_rule?: 'all' | 'three_of_four'
  identical_characters?: 'allow' | 'block'
  sequential_characters?: 'allow' | 'block'
  max_length_exceeded?: 'truncate' | 'error'
}

export interface ConnectionPasswordOptionsDictionary {
  active?: boolean
  custom?: string[]
  default?: 'en_10k' | 'en_100k'
}

export interface ConnectionPasswordOptionsHistory {
  active?: boolean
  size?: number
}

export interface ConnectionPasswordOptionsProfileData {
  active?: boolean
  blocked_fields?: string[]
}

export interface ConnectionProfile {
  id?: string
  name?: string
  organization?: ConnectionProfileOrganization
  connection_name_prefix_template?: string
  enabled_features?: ('scim' | 'universal_logout')[]
  connection_config?: Record<string, unknown>
  strategy_overrides?: ConnectionProfileStrategyOverrides
  provisioning?: ConnectionProfileProvisioning
  cross_app_access_resource_app?: ConnectionProfileCrossAppAccessResourceApp
}

export interface ConnectionProfileCrossAppAccessResourceApp {
  status: ConnectionProfileCrossAppAccessResourceAppStatus
}

export interface ConnectionProfileCrossAppAccessResourceAppStatus {
  default_value: 'enabled' | 'disabled'
  allowed_values?: ('enabled' | 'disabled')[]
}

export interface ConnectionProfileOrganization {
  show_as_button?: 'none' | 'optional' | 'required'
  assign_membership_on_login?: 'none' | 'optional' | 'required'
}

export interface ConnectionProfileProvisioning {
  scim?: ConnectionProfileProvisioningScim
}

export interface ConnectionProfileProvisioningScim {
  tokens: ConnectionProfileProvisioningScimTokens
}

export interface ConnectionProfileProvisioningScimTokens {
  scopes: ('get:users' | 'post:users' | 'patch:users' | 'delete:users' | 'put:users')[]
  default_expiry?: number | null
  max_allowed_expiry?: number | null
}

export interface ConnectionProfileStrategyOverride {
  enabled_features?: ('scim' | 'universal_logout')[]
  connection_config?: Record<string, unknown>
  provisioning?: ConnectionProfileProvisioning
}

export interface ConnectionProfileStrategyOverrides {
  pingfederate?: ConnectionProfileStrategyOverride
  ad?: ConnectionProfileStrategyOverride
  adfs?: ConnectionProfileStrategyOverride
  waad?: ConnectionProfileStrategyOverride
  'google-apps'?: ConnectionProfileStrategyOverride
  okta?: ConnectionProfileStrategyOverride
  oidc?: ConnectionProfileStrategyOverride
  samlp?: ConnectionProfileStrategyOverride
}

export interface ConnectionProfileTemplate {
  name?: string
  organization?: ConnectionProfileOrganization
  connection_name_prefix_template?: string
  enabled_features?: ('scim' | 'universal_logout')[]
  connection_config?: Record<string, unknown>
  strategy_overrides?: ConnectionProfileStrategyOverrides
  provisioning?: ConnectionProfileProvisioning
}

export interface ConnectionProfileTemplateItem {
  id?: string
  display_name?: string
  template?: ConnectionProfileTemplate
}

export type ConnectionStrategyEnum = 'ad' | 'adfs' | 'amazon' | 'apple' | 'dropbox' | 'bitbucket' | 'auth0-oidc' | 'auth0' | 'baidu' | 'bitly' | 'box' | 'custom' | 'daccount' | 'dwolla' | 'email' | 'evernote-sandbox' | 'evernote' | 'exact' | 'facebook' | 'fitbit' | 'github' | 'google-apps' | 'google-oauth2' | 'instagram' | 'ip' | 'line' | 'linkedin' | 'oauth1' | 'oauth2' | 'office365' | 'oidc' | 'okta' | 'paypal' | 'paypal-sandbox' | 'pingfederate' | 'planningcenter' | 'salesforce-community' | 'salesforce-sandbox' | 'salesforce' | 'samlp' | 'sharepoint' | 'shopify' | 'shop' | 'sms' | 'soundcloud' | 'thirtysevensignals' | 'twitter' | 'untappd' | 'vkontakte' | 'waad' | 'weibo' | 'windowslive' | 'wordpress' | 'yahoo' | 'yandex' | 'auth0-adldap' | 'slack' | 'notion-mcp' | 'asana' | 'atlassian' | 'cloudflare-mcp' | 'gitlab' | 'hubspot-mcp' | 'linear-mcp' | 'sentry-mcp'

export interface ConnectionUpstreamAlias {
  alias?: ('acr_values' | 'audience' | 'client_id' | 'display' | 'id_token_hint' | 'login_hint' | 'max_age' | 'prompt' | 'resource' | 'response_mode' | 'response_type' | 'ui_locales')
}

export interface ConnectionUpstreamValue {
  value?: string
}

export interface ConnectionUsernameValidationOptions {
  min: number
  max: number
}

export interface ConnectionValidationOptions {
  username?: ConnectionUsernameValidationOptions | null
}

export interface ContentSecurityPolicyConfig {
  enabled?: boolean
  policies?: CspPolicy[]
  reporting_infrastructure?: CspReportingInfrastructure | null
}

export interface CreateActionModuleRequest {
  name: string
  code: string
  secrets?: ActionModuleSecretRequest[]
  dependencies?: ActionModuleDependencyRequest[]
  api_version?: string
  publish?: boolean
}

export interface CreateActionRequest {
  name: string
  supported_triggers: ActionTrigger[]
  code?: string
  dependencies?: ActionVersionDependency[]
  runtime?: string
  secrets?: ActionSecretRequest[]
  modules?: ActionModuleReference[]
  deploy?: boolean
}

export interface CreateBrandingPhoneProviderRequest {
  name: 'twilio' | 'custom'
  disabled?: boolean
  configuration?: PhoneProviderConfiguration
  credentials: PhoneProviderCredentials
}

export interface CreateClientAuthenticationMethodSelfSignedTLSClientAuth {
  credentials: X509CertificateCredential[]
}

export interface CreateClientGrantRequest {
  client_id?: string
  audience: string
  default_for?: 'third_party_clients'
  organization_usage?: 'deny' | 'allow' | 'require'
  allow_any_organization?: boolean
  scope?: string[]
  subject_type?: 'client' | 'user' | 'anonymous_user'
  authorization_details_types?: string[]
  allow_all_scopes?: boolean
}

export interface CreateClientRequest {
  name: string
  description?: string
  logo_uri?: string
  callbacks?: string[]
  oidc_logout?: ClientOIDCBackchannelLogoutSettings
  oidc_backchannel_logout?: ClientOIDCBackchannelLogoutSettings
  session_transfer?: ClientSessionTransferConfiguration | null
  allowed_origins?: string[]
  web_origins?: string[]
  client_aliases?: string[]
  allowed_clients?: string[]
  allowed_logout_urls?: string[]
  grant_types?: string[]
  token_endpoint_auth_method?: 'none' | 'client_secret_post' | 'client_secret_basic'
  is_token_endpoint_ip_header_trusted?: boolean
  app_type?: ClientAppTypeEnum
  is_first_party?: boolean
  oidc_conformant?: boolean
  jwt_configuration?: ClientJwtConfiguration
  encryption_key?: ClientEncryptionKey | null
  sso?: boolean
  cross_origin_authentication?: boolean
  cross_origin_loc?: string
  sso_disabled?: boolean
  custom_login_page_on?: boolean
  custom_login_page?: string
  custom_login_page_preview?: string
  form_template?: string
  addons?: ClientAddons
  client_metadata?: Record<string, unknown>
  mobile?: ClientMobile
  initiate_login_uri?: string
  native_social_login?: NativeSocialLogin
  fedcm_login?: FedCMLogin
  refresh_token?: ClientRefreshTokenConfiguration | null
  default_organization?: ClientDefaultOrganization | null
  organization_usage?: 'deny' | 'allow' | 'require'
  organization_require_behavior?: 'no_prompt' | 'pre_login_prompt' | 'post_login_prompt'
  organization_discovery_methods?: ('email' | 'organization_name')[]
  client_authentication_methods?: ClientCreateAuthenticationMethod
  require_pushed_authorization_requests?: boolean
  require_proof_of_possession?: boolean
  signed_request_object?: ClientSignedRequestObjectWithPublicKey
  token_vault_privileged_access?: ClientTokenVaultPrivilegedAccessWithPublicKey
  compliance_level?: ClientComplianceLevelEnum
  skip_non_verifiable_callback_uri_confirmation_prompt?: boolean
  token_exchange?: ClientTokenExchangeConfiguration
  par_request_expiry?: number | null
  token_quota?: TokenQuota
  resource_server_identifier?: string
  third_party_security_mode?: 'strict' | 'permissive'
  redirection_policy?: 'allow_always' | 'open_redirect_protection'
  express_configuration?: ExpressConfiguration
  my_organization_configuration?: ClientMyOrganizationPostConfiguration
  async_approval_notification_channels?: ('guardian-push' | 'email')[]
  identity_assertion_authorization_grant?: AnonymousSessions
  anonymous_sessions?: AnonymousSessions
  b2b_integration_configuration?: B2BIntegrationConfiguration
}

export interface CreateConnectionProfileRequest {
  name: string
  organization?: ConnectionProfileOrganization
  connection_name_prefix_template?: string
  enabled_features?: ('scim' | 'universal_logout')[]
  connection_config?: Record<string, unknown>
  strategy_overrides?: ConnectionProfileStrategyOverrides
  provisioning?: ConnectionProfileProvisioning
  cross_app_access_resource_app?: ConnectionProfileCrossAppAccessResourceApp
}

export interface CreateConnectionRequest {
  name: string
  display_name?: string
  strategy: ('ad' | 'adfs' | 'amazon' | 'apple' | 'dropbox' | 'bitbucket' | 'auth0-oidc' | 'auth0' | 'baidu' | 'bitly' | 'box' | 'custom' | 'daccount' | 'dwolla' | 'email' | 'evernote-sandbox' | 'evernote' | 'exact' | 'facebook' | 'fitbit' | 'github' | 'google-apps' | 'google-oauth2' | 'instagram' | 'ip' | 'line' | 'linkedin' | 'oauth1' | 'oauth2' | 'office365' | 'oidc' | 'okta' | 'paypal' | 'paypal-sandbox' | 'pingfederate' | 'planningcenter' | 'salesforce-community' | 'salesforce-sandbox' | 'salesforce' | 'samlp' | 'sharepoint' | 'shopify' | 'shop' | 'sms' | 'soundcloud' | 'thirtysevensignals' | 'twitter' | 'untappd' | 'vkontakte' | 'waad' | 'weibo' | 'windowslive' | 'wordpress' | 'yahoo' | 'yandex' | 'slack' | 'notion-mcp' | 'asana' | 'atlassian' | 'cloudflare-mcp' | 'gitlab' | 'hubspot-mcp' | 'linear-mcp' | 'sentry-mcp')
  options?: UpdateConnectionOptions
  enabled_clients?: string[]
  is_domain_connection?: boolean
  show_as_button?: boolean
  realms?: string[]
  metadata?: Record<string, string | null>
  authentication?: AnonymousSessions
  connected_accounts?: ConnectionConnectedAccountsPurpose
  cross_app_access_requesting_app?: AnonymousSessions
  cross_app_access_resource_app?: CrossAppAccessResourceApp
}

export interface CreateCustomDomainRequest {
  domain: string
  type: 'auth0_managed_certs' | 'self_managed_certs'
  verification_method?: 'txt'
  tls_policy?: 'recommended'
  custom_client_ip_header?: CustomDomainCustomClientIpHeader
  domain_metadata?: Record<string, string | null>
  relying_party_identifier?: string
}

export interface CreateCustomDomainResponse {
  custom_domain_id: string
  domain: string
  primary: boolean
  is_default?: boolean
  status: 'pending_verification' | 'ready' | 'failed'
  type: 'auth0_managed_certs' | 'self_managed_certs'
  verification: DomainVerification
  custom_client_ip_header?: string | null
  tls_policy?: string
  domain_metadata?: Record<string, string | null>
  certificate?: DomainCertificate
  relying_party_identifier?: string
}

export interface CreateEmailProviderRequest {
  name: EmailProviderNameEnum
  enabled?: boolean
  default_from_address?: string
  credentials: EmailProviderCredentialsSchema
  settings?: Record<string, unknown> | null
}

export interface CreateEncryptionKeyRequest {
  type: 'customer-provided-root-key' | 'tenant-encryption-key'
}

export interface CreateEventStreamActionRequest {
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination: EventStreamActionDestination
  status?: 'enabled' | 'disabled'
}

export interface CreateEventStreamEventBridgeRequest {
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination: EventStreamEventBridgeDestination
  status?: 'enabled' | 'disabled'
}

export interface CreateEventStreamTestEventRequest {
  event_type: EventStreamEventTypeEnum
  data?: Record<string, unknown>
}

export interface CreateEventStreamWebHookRequest {
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination: EventStreamWebhookDestination
  status?: 'enabled' | 'disabled'
}

export interface CreateExperimentRequest {
  name: string
  description?: string
  feature_flag_id: string
  authentication_flow: string
  allocation_strategy: 'percentage' | 'segment'
  assignment_config: AssignmentConfig
  allocations: AllocationRequestItem[]
}

export interface CreateExportUsersFields {
  name: string
  export_as?: string
}

export interface CreateExportUsersRequest {
  connection_id?: string
  format?: 'json' | 'csv'
  limit?: number
  fields?: CreateExportUsersFields[]
}

export interface CreateFeatureFlagRequest {
  name: string
  description?: string
  parameters: FeatureFlagConfigParams
}

export interface CreateFlowRequest {
  name: string
  actions?: FlowAction[]
}

export interface CreateFlowsVaultConnectionActivecampaignApiKey {
  name: string
  app_id: 'ACTIVECAMPAIGN'
  setup: FlowsVaultConnectioSetupApiKeyWithBaseUrl
}

export interface CreateFlowsVaultConnectionActivecampaignUninitialized {
  name: string
  app_id: 'ACTIVECAMPAIGN'
}

export interface CreateFlowsVaultConnectionAirtableApiKey {
  name: string
  app_id: 'AIRTABLE'
  setup: FlowsVaultConnectioSetupApiKey
}

export interface CreateFlowsVaultConnectionAirtableUninitialized {
  name: string
  app_id: 'AIRTABLE'
}

export interface CreateFlowsVaultConnectionAuth0OauthApp {
  name: string
  app_id: 'AUTH0'
  setup: FlowsVaultConnectioSetupOauthApp
}

export interface CreateFlowsVaultConnectionAuth0Uninitialized {
  name: string
  app_id: 'AUTH0'
}

export interface CreateFlowsVaultConnectionBigqueryJwt {
  name: string
  app_id: 'BIGQUERY'
  setup: FlowsVaultConnectioSetupBigqueryOauthJwt
}

export interface CreateFlowsVaultConnectionBigqueryUninitialized {
  name: string
  app_id: 'BIGQUERY'
}

export interface CreateFlowsVaultConnectionClearbitApiKey {
  name: string
  app_id: 'CLEARBIT'
  setup: FlowsVaultConnectioSetupSecretApiKey
}

export interface CreateFlowsVaultConnectionClearbitUninitialized {
  name: string
  app_id: 'CLEARBIT'
}

export interface CreateFlowsVaultConnectionDocusignOauthCode {
  name: string
  app_id: 'DOCUSIGN'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionDocusignUninitialized {
  name: string
  app_id: 'DOCUSIGN'
}

export interface CreateFlowsVaultConnectionGoogleSheetsOauthCode {
  name: string
  app_id: 'GOOGLE_SHEETS'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionGoogleSheetsUninitialized {
  name: string
  app_id: 'GOOGLE_SHEETS'
}

export interface CreateFlowsVaultConnectionHttpApiKey {
  name: string
  app_id: 'HTTP'
  setup: FlowsVaultConnectionHttpApiKeySetup
}

export interface CreateFlowsVaultConnectionHttpBasicAuth {
  name: string
  app_id: 'HTTP'
  setup: FlowsVaultConnectionHttpBasicAuthSetup
}

export interface CreateFlowsVaultConnectionHttpBearer {
  name: string
  app_id: 'HTTP'
  setup: FlowsVaultConnectioSetupHttpBearer
}

export interface CreateFlowsVaultConnectionHttpOauthClientCredentials {
  name: string
  app_id: 'HTTP'
  setup: FlowsVaultConnectionHttpOauthClientCredentialsSetup
}

export interface CreateFlowsVaultConnectionHttpUninitialized {
  name: string
  app_id: 'HTTP'
}

export interface CreateFlowsVaultConnectionHubspotApiKey {
  name: string
  app_id: 'HUBSPOT'
  setup: FlowsVaultConnectioSetupApiKey
}

export interface CreateFlowsVaultConnectionHubspotOauthCode {
  name: string
  app_id: 'HUBSPOT'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionHubspotUninitialized {
  name: string
  app_id: 'HUBSPOT'
}

export interface CreateFlowsVaultConnectionJwtJwt {
  name: string
  app_id: 'JWT'
  setup: FlowsVaultConnectioSetupJwt
}

export interface CreateFlowsVaultConnectionJwtUninitialized {
  name: string
  app_id: 'JWT'
}

export interface CreateFlowsVaultConnectionMailchimpApiKey {
  name: string
  app_id: 'MAILCHIMP'
  setup: FlowsVaultConnectioSetupSecretApiKey
}

export interface CreateFlowsVaultConnectionMailchimpOauthCode {
  name: string
  app_id: 'MAILCHIMP'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionMailchimpUninitialized {
  name: string
  app_id: 'MAILCHIMP'
}

export interface CreateFlowsVaultConnectionMailjetApiKey {
  name: string
  app_id: 'MAILJET'
  setup: FlowsVaultConnectioSetupMailjetApiKey
}

export interface CreateFlowsVaultConnectionMailjetUninitialized {
  name: string
  app_id: 'MAILJET'
}

export interface CreateFlowsVaultConnectionPipedriveOauthCode {
  name: string
  app_id: 'PIPEDRIVE'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionPipedriveToken {
  name: string
  app_id: 'PIPEDRIVE'
  setup: FlowsVaultConnectioSetupToken
}

export interface CreateFlowsVaultConnectionPipedriveUninitialized {
  name: string
  app_id: 'PIPEDRIVE'
}

export type CreateFlowsVaultConnectionRequest = (CreateFlowsVaultConnectionActivecampaignApiKey | CreateFlowsVaultConnectionActivecampaignUninitialized) | (CreateFlowsVaultConnectionAirtableApiKey | CreateFlowsVaultConnectionAirtableUninitialized) | (CreateFlowsVaultConnectionAuth0OauthApp | CreateFlowsVaultConnectionAuth0Uninitialized) | (CreateFlowsVaultConnectionBigqueryJwt | CreateFlowsVaultConnectionBigqueryUninitialized) | (CreateFlowsVaultConnectionClearbitApiKey | CreateFlowsVaultConnectionClearbitUninitialized) | (CreateFlowsVaultConnectionDocusignOauthCode | CreateFlowsVaultConnectionDocusignUninitialized) | (CreateFlowsVaultConnectionGoogleSheetsOauthCode | CreateFlowsVaultConnectionGoogleSheetsUninitialized) | (CreateFlowsVaultConnectionHttpBearer | CreateFlowsVaultConnectionHttpBasicAuth | CreateFlowsVaultConnectionHttpApiKey | CreateFlowsVaultConnectionHttpOauthClientCredentials | CreateFlowsVaultConnectionHttpUninitialized) | (CreateFlowsVaultConnectionHubspotApiKey | CreateFlowsVaultConnectionHubspotOauthCode | CreateFlowsVaultConnectionHubspotUninitialized) | (CreateFlowsVaultConnectionJwtJwt | CreateFlowsVaultConnectionJwtUninitialized) | (CreateFlowsVaultConnectionMailchimpApiKey | CreateFlowsVaultConnectionMailchimpOauthCode | CreateFlowsVaultConnectionMailchimpUninitialized) | (CreateFlowsVaultConnectionMailjetApiKey | CreateFlowsVaultConnectionMailjetUninitialized) | (CreateFlowsVaultConnectionPipedriveToken | CreateFlowsVaultConnectionPipedriveOauthCode | CreateFlowsVaultConnectionPipedriveUninitialized) | (CreateFlowsVaultConnectionSalesforceOauthCode | CreateFlowsVaultConnectionSalesforceUninitialized) | (CreateFlowsVaultConnectionSendgridApiKey | CreateFlowsVaultConnectionSendgridUninitialized) | (CreateFlowsVaultConnectionSlackWebhook | CreateFlowsVaultConnectionSlackOauthCode | CreateFlowsVaultConnectionSlackUninitialized) | (CreateFlowsVaultConnectionStripeKeyPair | CreateFlowsVaultConnectionStripeOauthCode | CreateFlowsVaultConnectionStripeUninitialized) | (CreateFlowsVaultConnectionTelegramToken | CreateFlowsVaultConnectionTelegramUninitialized) | (CreateFlowsVaultConnectionTwilioApiKey | CreateFlowsVaultConnectionTwilioUninitialized) | (CreateFlowsVaultConnectionWhatsappToken | CreateFlowsVaultConnectionWhatsappUninitialized) | (CreateFlowsVaultConnectionZapierWebhook | CreateFlowsVaultConnectionZapierUninitialized)

export interface CreateFlowsVaultConnectionSalesforceOauthCode {
  name: string
  app_id: 'SALESFORCE'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionSalesforceUninitialized {
  name: string
  app_id: 'SALESFORCE'
}

export interface CreateFlowsVaultConnectionSendgridApiKey {
  name: string
  app_id: 'SENDGRID'
  setup: FlowsVaultConnectioSetupApiKey
}

export interface CreateFlowsVaultConnectionSendgridUninitialized {
  name: string
  app_id: 'SENDGRID'
}

export interface CreateFlowsVaultConnectionSlackOauthCode {
  name: string
  app_id: 'SLACK'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionSlackUninitialized {
  name: string
  app_id: 'SLACK'
}

export interface CreateFlowsVaultConnectionSlackWebhook {
  name: string
  app_id: 'SLACK'
  setup: FlowsVaultConnectioSetupWebhook
}

export interface CreateFlowsVaultConnectionStripeKeyPair {
  name: string
  app_id: 'STRIPE'
  setup: FlowsVaultConnectioSetupStripeKeyPair
}

export interface CreateFlowsVaultConnectionStripeOauthCode {
  name: string
  app_id: 'STRIPE'
  setup: FlowsVaultConnectioSetupOauthCode
}

export interface CreateFlowsVaultConnectionStripeUninitialized {
  name: string
  app_id: 'STRIPE'
}

export interface CreateFlowsVaultConnectionTelegramToken {
  name: string
  app_id: 'TELEGRAM'
  setup: FlowsVaultConnectioSetupToken
}

export interface CreateFlowsVaultConnectionTelegramUninitialized {
  name: string
  app_id: 'TELEGRAM'
}

export interface CreateFlowsVaultConnectionTwilioApiKey {
  name: string
  app_id: 'TWILIO'
  setup: FlowsVaultConnectioSetupTwilioApiKey
}

export interface CreateFlowsVaultConnectionTwilioUninitialized {
  name: string
  app_id: 'TWILIO'
}

export interface CreateFlowsVaultConnectionWhatsappToken {
  name: string
  app_id: 'WHATSAPP'
  setup: FlowsVaultConnectioSetupToken
}

export interface CreateFlowsVaultConnectionWhatsappUninitialized {
  name: string
  app_id: 'WHATSAPP'
}

export interface CreateFlowsVaultConnectionZapierUninitialized {
  name: string
  app_id: 'ZAPIER'
}

export interface CreateFlowsVaultConnectionZapierWebhook {
  name: string
  app_id: 'ZAPIER'
  setup: FlowsVaultConnectioSetupWebhook
}

export interface CreateFormRequest {
  name: string
  messages?: FormMessages
  languages?: FormLanguages
  translations?: Record<string, Record<string, unknown>>
  nodes?: FormNodeList
  start?: FormStartNode
  ending?: FormEndingNode
  style?: FormStyle
}

export interface CreateGuardianEnrollmentTicketRequest {
  user_id: string
  email?: string
  send_mail?: boolean
  email_locale?: string
  factor?: ('push-notification' | 'phone' | 'email' | 'otp' | 'webauthn-roaming' | 'webauthn-platform')
  allow_multiple_enrollments?: boolean
}

export interface CreateHookRequest {
  name: string
  script: string
  enabled?: boolean
  dependencies?: Record<string, string>
  triggerId: HookTriggerIdEnum
}

export interface CreateImportUsersRequest {
  users: string
  connection_id: string
  upsert?: boolean
  external_id?: string
  send_completion_email?: boolean
}

export interface CreateLogStreamDatadogRequestBody {
  name?: string
  type: 'datadog'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamDatadogSink
  startFrom?: string
}

export interface CreateLogStreamEventBridgeRequestBody {
  name?: string
  type: 'eventbridge'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamEventBridgeSink
  startFrom?: string
}

export interface CreateLogStreamEventGridRequestBody {
  name?: string
  type: 'eventgrid'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamEventGridSink
  startFrom?: string
}

export interface CreateLogStreamHttpRequestBody {
  name?: string
  type: 'http'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamHttpSink
  startFrom?: string
}

export interface CreateLogStreamMixpanelRequestBody {
  name?: string
  type: 'mixpanel'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamMixpanelSink
  startFrom?: string
}

export type CreateLogStreamRequest = CreateLogStreamHttpRequestBody | CreateLogStreamEventBridgeRequestBody | CreateLogStreamEventGridRequestBody | CreateLogStreamDatadogRequestBody | CreateLogStreamSplunkRequestBody | CreateLogStreamSumoRequestBody | CreateLogStreamSegmentRequestBody | CreateLogStreamMixpanelRequestBody

export interface CreateLogStreamSegmentRequestBody {
  name?: string
  type: 'segment'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamSegmentSinkWriteKey
  startFrom?: string
}

export interface CreateLogStreamSplunkRequestBody {
  name?: string
  type: 'splunk'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamSplunkSink
  startFrom?: string
}

export interface CreateLogStreamSumoRequestBody {
  name?: string
  type: 'sumo'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink: LogStreamSumoSink
  startFrom?: string
}

export interface CreateOrganizationAllConnectionRequest {
  organization_connection_name?: string
  assign_membership_on_login?: boolean
  show_as_button?: boolean
  is_signup_enabled?: boolean
  organization_access_level?: 'none' | 'readonly' | 'limited' | 'full'
  is_enabled?: boolean
  connection_id: string
}

export interface CreateOrganizationDiscoveryDomainRequest {
  domain: string
  status?: 'pending' | 'verified'
  use_for_organization_discovery?: boolean
}

export interface CreateOrganizationInvitationRequest {
  inviter: OrganizationInvitationInviter
  invitee: OrganizationInvitationInvitee
  client_id: string
  connection_id?: string
  app_metadata?: AppMetadata
  user_metadata?: UserMetadata
  ttl_sec?: number
  roles?: string[]
  send_invitation_email?: boolean
}

export interface CreateOrganizationRequest {
  name: string
  display_name?: string
  branding?: OrganizationBranding
  metadata?: Record<string, string | null>
  enabled_connections?: ConnectionForOrganization[]
  token_quota?: TokenQuota
  third_party_client_access?: 'block' | 'allow'
  is_app_entitlement_active?: boolean
}

export interface CreateOrganizationResponse {
  id?: string
  name?: string
  display_name?: string
  branding?: OrganizationBranding
  metadata?: Record<string, string | null>
  token_quota?: TokenQuota
  enabled_connections?: OrganizationEnabledConnection[]
  third_party_client_access?: 'block' | 'allow'
  is_app_entitlement_active?: boolean
  client?: OrganizationClientAssociation
  [member: string]: unknown
}

export interface CreatePhoneTemplateRequest {
  type?: PhoneTemplateNotificationTypeEnum
  disabled?: boolean
  content?: PhoneTemplateContent
}

export interface CreatePublicKeyDeviceCredentialRequest {
  device_name: string
  type: 'public_key'
  value: string
  device_id: string
  client_id?: string
}

export interface CreateRateLimitPolicyRequest {
  resource: 'oauth_authentication_api'
  consumer: 'client'
  consumer_selector: string
  configuration: RateLimitPolicyConfiguration
}

export interface CreateResourceServerRequest {
  name?: string
  identifier: string
  scopes?: ResourceServerScope[]
  signing_alg?: 'HS256' | 'RS256' | 'RS512' | 'PS256'
  signing_secret?: string
  allow_offline_access?: boolean
  allow_online_access?: boolean
  allow_online_access_with_ephemeral_sessions?: boolean
  token_lifetime?: number
  token_dialect?: ResourceServerTokenDialectSchemaEnum
  skip_consent_for_verifiable_first_party_clients?: boolean
  enforce_policies?: boolean
  token_encryption?: ResourceServerTokenEncryption | null
  consent_policy?: 'transactional-authorization-with-mfa' | null
  authorization_details?: unknown[] | null
  proof_of_possession?: ResourceServerProofOfPossession | null
  subject_type_authorization?: ResourceServerSubjectTypeAuthorization
  authorization_policy?: ResourceServerAuthorizationPolicy | null
  token_lifetime_for_anonymous_access_tokens?: number | null
}

export interface CreateRoleRequest {
  name: string
  description?: string
  type?: 'tenant' | 'organization'
  owner_id?: string
}

export interface CreateRuleRequest {
  name: string
  script: string
  order?: number
  enabled?: boolean
}

export interface CreateScimConfigurationRequest {
  user_id_attribute?: string
  mapping?: ScimMappingItem[]
}

export interface CreateScimTokenRequest {
  scopes?: string[]
  token_lifetime?: number | null
}

export interface CreateSegmentRequest {
  name: string
  description?: string
  rules: SegmentRule[]
}

export interface CreateSelfServiceProfileRequest {
  name: string
  description?: string
  branding?: SelfServiceProfileBrandingProperties
  allowed_strategies?: SelfServiceProfileAllowedStrategyEnum[]
  user_attributes?: SelfServiceProfileUserAttribute[]
  user_attribute_profile_id?: string
}

export interface CreateSelfServiceProfileSsoTicketRequest {
  connection_id?: string
  connection_config?: SelfServiceProfileSsoTicketConnectionConfig
  enabled_clients?: string[]
  enabled_organizations?: SelfServiceProfileSsoTicketEnabledOrganization[]
  ttl_sec?: number
  domain_aliases_config?: SelfServiceProfileSsoTicketDomainAliasesConfig
  provisioning_config?: SelfServiceProfileSsoTicketProvisioningConfig
  use_for_organization_discovery?: boolean
  enabled_features?: SelfServiceProfileSsoTicketEnabledFeatures
  third_party_client_access_config?: ThirdPartyClientAccessConfig
}

export interface CreateTokenExchangeProfileRequest {
  name: string
  subject_token_type: string
  action_id: string
  type: 'custom_authentication'
}

export interface CreateUserAttributeProfileRequest {
  name: string
  user_id?: UserAttributeProfileUserId
  user_attributes: UserAttributeProfileUserAttributes
}

export interface CreateUserAuthenticationMethodRequest {
  type: 'phone' | 'email' | 'totp' | 'webauthn-roaming' | 'passkey'
  name?: string
  totp_secret?: string
  phone_number?: string
  email?: string
  preferred_authentication_method?: 'voice' | 'sms'
  key_id?: string
  public_key?: string
  aaguid?: string
  relying_party_identifier?: string
  credential_device_type?: 'single_device' | 'multi_device'
  credential_backed_up?: boolean
  identity_user_id?: string
  user_agent?: string
  user_handle?: string
  transports?: string[]
}

export interface CreateUserAuthenticationMethodResponse {
  id?: string
  type: 'phone' | 'email' | 'totp' | 'webauthn-roaming' | 'passkey'
  name?: string
  totp_secret?: string
  phone_number?: string
  email?: string
  authentication_methods?: UserAuthenticationMethodProperties[]
  preferred_authentication_method?: 'voice' | 'sms'
  key_id?: string
  public_key?: string
  aaguid?: string
  relying_party_identifier?: string
  credential_device_type?: 'single_device' | 'multi_device'
  credential_backed_up?: boolean
  identity_user_id?: string
  user_agent?: string
  user_handle?: string
  transports?: string[]
  created_at?: string
}

export interface CreateUserRequest {
  email?: string
  phone_number?: string
  user_metadata?: UserMetadata
  blocked?: boolean
  email_verified?: boolean
  phone_verified?: boolean
  app_metadata?: AppMetadata
  given_name?: string
  family_name?: string
  name?: string
  nickname?: string
  picture?: string
  user_id?: string
  /** The connection the user belongs to, by name, e.g. `Username-Password-Authentication`. */
  connection: string
  password?: string
  /** Whether the user gets an e-mail that verifies the address. Overrides `email_verified`. */
  verify_email?: boolean
  username?: string
}

export interface CreateVariationRequest {
  name: string
  description?: string
  overrides: VariationOverridesMap
}

export interface CreateVerifiableCredentialTemplateRequest {
  name: string
  type: string
  dialect: string
  presentation: MdlPresentationRequest
  custom_certificate_authority?: string | null
  well_known_trusted_issuers: string
}

export interface CreateVerificationEmailRequest {
  user_id: string
  client_id?: string
  identity?: Identity
  organization_id?: string
}

export type CreatedConnectionKeys = { kid: string; cert: string; pkcs?: string; current?: boolean; next?: boolean; current_since?: string; fingerprint: string; thumbprint: string; algorithm?: string; key_use?: 'encryption' | 'signing'; subject_dn?: string; [member: string]: unknown }[]

export interface CrossAppAccessResourceApp {
  status: 'enabled' | 'disabled'
}

export interface CspPolicy {
  mode?: 'enforcing' | 'reporting'
  directives?: Record<string, string[]>
  flags?: ('upgrade-insecure-requests' | 'block-all-mixed-content')[]
  reporting?: CspPolicyReporting | null
}

export interface CspPolicyReporting {
  report_uri?: string
  report_to_group?: string
}

export interface CspReportTo {
  group?: string
  max_age?: number
  endpoints?: BrandingFont[]
}

export interface CspReportingInfrastructure {
  report_to?: CspReportTo | null
  reporting_endpoints?: Record<string, string>
}

export interface CustomDomain {
  custom_domain_id: string
  domain: string
  primary: boolean
  is_default?: boolean
  status: 'pending_verification' | 'ready' | 'failed'
  type: 'auth0_managed_certs' | 'self_managed_certs'
  origin_domain_name?: string
  verification?: DomainVerification
  custom_client_ip_header?: string | null
  tls_policy?: string
  domain_metadata?: Record<string, string | null>
  certificate?: DomainCertificate
  relying_party_identifier?: string
}

export type CustomDomainCustomClientIpHeader = ('true-client-ip' | 'cf-connecting-ip' | 'x-forwarded-for' | 'x-azure-clientip' | '') | null

export interface CustomProviderConfiguration {
  delivery_methods: ('text' | 'voice')[]
}

export interface CustomSigningKeyJWK {
  kty: 'EC' | 'RSA'
  kid?: string
  use?: 'sig'
  key_ops?: 'verify'[]
  alg?: ('RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512' | 'PS256' | 'PS384' | 'PS512')
  n?: string
  e?: string
  crv?: 'P-256' | 'P-384' | 'P-521'
  x?: string
  y?: string
  x5u?: string
  x5c?: string[]
  x5t?: string
  'x5t#S256'?: string
}

export interface CustomSigningKeys {
  keys?: CustomSigningKeyJWK[]
}

export interface DailyStats {
  date?: string
  logins?: number
  signups?: number
  leaked_passwords?: number
  updated_at?: string
  created_at?: string
  [member: string]: unknown
}

export interface DefaultCanonicalDomain {
  domain: string
}

export type DefaultDomain = CustomDomain | DefaultCanonicalDomain

export interface DefaultTokenQuota {
  clients?: TokenQuotaConfiguration
  organizations?: TokenQuotaConfiguration
}

export interface DeleteActionQuery {
  force?: boolean
}

export interface DeleteConnectionUsersByEmailQuery {
  email: string
}

export interface DeleteUserBlocksByIdentifierQuery {
  identifier: string
}

export interface DeleteUserGrantByUserIdQuery {
  user_id: string
}

export interface DeployActionVersionRequest {
  update_draft?: boolean
}

export interface DeviceCredential {
  id?: string
  device_name?: string
  device_id?: string
  type?: 'public_key' | 'refresh_token' | 'rotating_refresh_token'
  user_id?: string
  client_id?: string
}

export interface DirectoryProvisioning {
  connection_id: string
  connection_name: string
  strategy: string
  mapping: DirectoryProvisioningMappingItem[]
  synchronize_automatically: boolean
  synchronize_groups?: 'all' | 'off' | 'selected'
  created_at: string
  updated_at: string
  last_synchronization_at?: string
  last_synchronization_status?: string
  last_synchronization_error?: string
}

export interface DirectoryProvisioningDefaultMapping {
  mapping?: DirectoryProvisioningMappingItem[]
}

export interface DirectoryProvisioningMappingItem {
  auth0: string
  idp: string
}

export interface DirectoryProvisioningRequest {
  mapping?: DirectoryProvisioningMappingItem[]
  synchronize_automatically?: boolean
  synchronize_groups?: 'all' | 'off' | 'selected'
}

export interface DirectorySynchronization {
  connection_id: string
  synchronization_id: string
  status: string
}

export interface DomainCertificate {
  status?: ('provisioning' | 'provisioning_failed' | 'provisioned' | 'renewing_failed')
  error_msg?: string
  certificate_authority?: 'letsencrypt' | 'googletrust'
  renews_before?: string
}

export interface DomainVerification {
  methods?: DomainVerificationMethod[]
  status?: 'verified' | 'pending' | 'failed'
  error_msg?: string
  last_verified_at?: string
}

export interface DomainVerificationMethod {
  name: 'cname' | 'txt'
  record: string
  domain?: string
}

export interface EmailAttribute {
  identifier?: EmailAttributeIdentifier
  unique?: boolean
  profile_required?: boolean
  verification_method?: 'link' | 'otp'
  signup?: SignupVerified
}

export interface EmailAttributeIdentifier {
  active?: boolean
  default_method?: 'password' | 'email_otp'
}

export interface EmailProvider {
  name?: string
  enabled?: boolean
  default_from_address?: string
  credentials?: EmailProviderCredentials
  settings?: Record<string, unknown>
}

export interface EmailProviderCredentials {
  api_user?: string
  region?: string
  smtp_host?: string
  smtp_port?: number
  smtp_user?: string
}

export type EmailProviderCredentialsSchema = { api_key: string } | { accessKeyId?: string; secretAccessKey?: string; region?: string } | { smtp_host?: string; smtp_port?: number; smtp_user?: string; smtp_pass?: string } | { api_key?: string; region?: 'eu' | null } | { api_key?: string; domain?: string; region?: 'eu' | null } | { connectionString?: string } | { tenantId?: string; clientId?: string; clientSecret?: string } | Record<string, unknown>

export type EmailProviderNameEnum = 'mailgun' | 'mandrill' | 'sendgrid' | 'resend' | 'ses' | 'sparkpost' | 'smtp' | 'azure_cs' | 'ms365' | 'custom'

export interface EmailTemplate {
  template?: EmailTemplateNameEnum
  body?: string | null
  from?: string | null
  resultUrl?: string | null
  subject?: string | null
  syntax?: string | null
  urlLifetimeInSeconds?: number | null
  includeEmailInRedirect?: boolean
  enabled?: boolean | null
}

export type EmailTemplateNameEnum = 'verify_email' | 'verify_email_by_code' | 'auth_email_by_code' | 'reset_email' | 'reset_email_by_code' | 'welcome_email' | 'blocked_account' | 'stolen_credentials' | 'enrollment_email' | 'mfa_oob_code' | 'user_invitation' | 'change_password' | 'password_reset' | 'async_approval'

export interface EnabledOption {
  enabled?: boolean
}

export interface EnabledSetting {
  enabled: boolean
}

export interface EncryptionKey {
  kid: string
  type: ('customer-provided-root-key' | 'environment-root-key' | 'tenant-master-key' | 'tenant-encryption-key')
  state: 'pre-activation' | 'active' | 'deactivated' | 'destroyed'
  created_at: string
  updated_at: string
  parent_kid?: string | null
  public_key?: string | null
}

export interface EncryptionKeyPublicWrapping {
  public_key: string
  algorithm: 'CKM_RSA_AES_KEY_WRAP'
  [member: string]: unknown
}

export type EventStream = EventStreamWebhook | EventStreamEventBridge | EventStreamAction

export interface EventStreamAction {
  id?: string
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination?: EventStreamActionDestination
  status?: 'enabled' | 'disabled'
  created_at?: string
  updated_at?: string
}

export interface EventStreamActionConfiguration {
  action_id: string
}

export interface EventStreamActionDestination {
  type: 'action'
  configuration: EventStreamActionConfiguration
}

export interface EventStreamCloudEvent {
  id?: string
  source?: string
  specversion?: string
  type?: string
  time?: string
  data?: string
}

export interface EventStreamDelivery {
  id: string
  event_stream_id: string
  status: 'failed'
  event_type: EventStreamEventTypeEnum
  attempts: EventStreamDeliveryAttempt[]
  event?: EventStreamCloudEvent
}

export interface EventStreamDeliveryAttempt {
  status: 'failed'
  timestamp: string
  error_message?: string
  duration?: number
}

export interface EventStreamEventBridge {
  id?: string
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination?: EventStreamEventBridgeDestination
  status?: 'enabled' | 'disabled'
  created_at?: string
  updated_at?: string
}

export interface EventStreamEventBridgeConfiguration {
  aws_account_id: string
  aws_region: LogStreamEventBridgeSinkRegionEnum
  aws_partner_event_source?: string
}

export interface EventStreamEventBridgeDestination {
  type: 'eventbridge'
  configuration: EventStreamEventBridgeConfiguration
}

export type EventStreamEventTypeEnum = 'group.created' | 'group.deleted' | 'group.member.added' | 'group.member.deleted' | 'group.role.assigned' | 'group.role.deleted' | 'group.updated' | 'organization.connection.added' | 'organization.connection.removed' | 'organization.connection.updated' | 'organization.created' | 'organization.deleted' | 'organization.group.role.assigned' | 'organization.group.role.deleted' | 'organization.member.added' | 'organization.member.deleted' | 'organization.member.role.assigned' | 'organization.member.role.deleted' | 'organization.updated' | 'user.created' | 'user.deleted' | 'user.updated' | 'connection.created' | 'connection.deleted' | 'connection.updated'

export interface EventStreamRedelivery {
  date_from?: string
  date_to?: string
  statuses?: 'failed'[]
  event_types?: EventStreamEventTypeEnum[]
}

export interface EventStreamSubscription {
  event_type?: string
}

export interface EventStreamWebhook {
  id?: string
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination?: EventStreamWebhookDestination
  status?: 'enabled' | 'disabled'
  created_at?: string
  updated_at?: string
}

export interface EventStreamWebhookBasicAuth {
  method: 'basic'
  username: string
}

export interface EventStreamWebhookBearerAuth {
  method: 'bearer'
}

export interface EventStreamWebhookConfiguration {
  webhook_endpoint: string
  webhook_authorization: (EventStreamWebhookBasicAuth | EventStreamWebhookBearerAuth | EventStreamWebhookCustomHeaderAuth)
}

export interface EventStreamWebhookCustomHeaderAuth {
  method: 'custom_header'
  header_key: string
}

export interface EventStreamWebhookDestination {
  type: 'webhook'
  configuration: EventStreamWebhookConfiguration
}

export interface Experiment {
  id: string
  name: string
  description?: string
  feature_flag_id: string
  authentication_flow: string
  allocation_strategy: 'percentage' | 'segment'
  assignment_config: AssignmentConfig
  status: 'draft' | 'active' | 'paused' | 'completed' | 'archived'
  is_valid: boolean
  allocations: AllocationItem[]
  started_at?: string
  ended_at?: string
  created_at: string
  updated_at: string
}

export interface ExperimentValidationError {
  code: string
  message: string
}

export interface ExportUsersJob {
  status: string
  type: string
  created_at?: string
  id: string
  connection_id?: string
  format?: 'json' | 'csv'
  limit?: number
  fields?: CreateExportUsersFields[]
  [member: string]: unknown
}

export interface ExpressConfiguration {
  initiate_login_uri_template: string
  user_attribute_profile_id: string
  connection_profile_id: string
  enable_client: boolean
  enable_organization: boolean
  linked_clients?: LinkedClientConfiguration[]
  okta_oin_client_id: string
  admin_login_domain: string
  oin_submission_id?: string
}

export interface FeatureFlag {
  id: string
  name: string
  description?: string
  type: 'auth0' | 'self'
  status: 'draft' | 'active' | 'archived'
  parameters?: FeatureFlagConfigParams
  created_at: string
  updated_at: string
}

export interface FeatureFlagConfigParam {
  type: 'string' | 'boolean' | 'number' | 'array' | 'object'
  value: unknown
  description?: string
}

export type FeatureFlagConfigParams = Record<string, FeatureFlagConfigParam>

export interface FedCMLogin {
  google?: FedCMLoginGoogle
}

export interface FedCMLoginGoogle {
  is_enabled?: boolean
}

export interface FedCMLoginPatch {
  google?: FedCMLoginGoogle | null
}

export interface FederatedConnectionTokenSet {
  id?: string
  connection?: string
  scope?: string
  expires_at?: string | null
  issued_at?: string
  last_used_at?: string | null
  [member: string]: unknown
}

export interface FieldsQuery {
  fields?: string
  include_fields?: boolean
}

export interface Flow {
  id: string
  name: string
  actions?: FlowAction[]
  created_at: string
  updated_at: string
  executed_at?: string
}

export type FlowAction = (FlowActionActivecampaignListContacts | FlowActionActivecampaignUpsertContact) | (FlowActionAirtableCreateRecord | FlowActionAirtableListRecords | FlowActionAirtableUpdateRecord) | (FlowActionAuth0CreateUser | FlowActionAuth0GetUser | FlowActionAuth0UpdateUser | FlowActionAuth0SendRequest | FlowActionAuth0SendEmail | FlowActionAuth0SendSms | FlowActionAuth0MakeCall) | FlowActionBigqueryInsertRows | (FlowActionClearbitFindPerson | FlowActionClearbitFindCompany) | FlowActionEmailVerifyEmail | (FlowActionFlowBooleanCondition | FlowActionFlowDelayFlow | FlowActionFlowDoNothing | FlowActionFlowErrorMessage | FlowActionFlowMapValue | FlowActionFlowReturnJson | FlowActionFlowStoreVars) | FlowActionGoogleSheetsAddRow | FlowActionHttpSendRequest | (FlowActionHubspotEnrollContact | FlowActionHubspotGetContact | FlowActionHubspotUpsertContact) | (FlowActionJsonCreateJson | FlowActionJsonParseJson | FlowActionJsonSerializeJson) | (FlowActionJwtDecodeJwt | FlowActionJwtSignJwt | FlowActionJwtVerifyJwt) | FlowActionMailchimpUpsertMember | FlowActionMailjetSendEmail | (FlowActionOtpGenerateCode | FlowActionOtpVerifyCode) | (FlowActionPipedriveAddDeal | FlowActionPipedriveAddOrganization | FlowActionPipedriveAddPerson) | (FlowActionSalesforceCreateLead | FlowActionSalesforceGetLead | FlowActionSalesforceSearchLeads | FlowActionSalesforceUpdateLead) | FlowActionSendgridSendEmail | FlowActionSlackPostMessage | (FlowActionStripeAddTaxId | FlowActionStripeCreateCustomer | FlowActionStripeCreatePortalSession | FlowActionStripeDeleteTaxId | FlowActionStripeFindCustomers | FlowActionStripeGetCustomer | FlowActionStripeUpdateCustomer) | FlowActionTelegramSendMessage | (FlowActionTwilioMakeCall | FlowActionTwilioSendSms) | FlowActionWhatsappSendMessage | (FlowActionXmlParseXml | FlowActionXmlSerializeXml) | FlowActionZapierTriggerWebhook

export interface FlowActionActivecampaignListContacts {
  id: string
  alias?: string
  type: 'ACTIVECAMPAIGN'
  action: 'LIST_CONTACTS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHubspotGetContactParams
}

export interface FlowActionActivecampaignUpsertContact {
  id: string
  alias?: string
  type: 'ACTIVECAMPAIGN'
  action: 'UPSERT_CONTACT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionActivecampaignUpsertContactParams
}

export interface FlowActionActivecampaignUpsertContactParams {
  connection_id: string
  email: string
  first_name?: string
  last_name?: string
  phone?: string
  custom_fields?: Record<string, unknown>
}

export interface FlowActionAirtableCreateRecord {
  id: string
  alias?: string
  type: 'AIRTABLE'
  action: 'CREATE_RECORD'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAirtableCreateRecordParams
}

export interface FlowActionAirtableCreateRecordParams {
  connection_id: string
  base_id: string
  table_name: string
  fields?: Record<string, unknown>
}

export interface FlowActionAirtableListRecords {
  id: string
  alias?: string
  type: 'AIRTABLE'
  action: 'LIST_RECORDS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAirtableListRecordsParams
}

export interface FlowActionAirtableListRecordsParams {
  connection_id: string
  base_id: string
  table_name: string
  query?: string
  view?: string
}

export interface FlowActionAirtableUpdateRecord {
  id: string
  alias?: string
  type: 'AIRTABLE'
  action: 'UPDATE_RECORD'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAirtableUpdateRecordParams
}

export interface FlowActionAirtableUpdateRecordParams {
  connection_id: string
  base_id: string
  table_name: string
  record_id: string
  fields?: Record<string, unknown>
}

export interface FlowActionAuth0CreateUser {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'CREATE_USER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0CreateUserParams
}

export interface FlowActionAuth0CreateUserParams {
  connection_id: string
  payload: Record<string, unknown>
}

export interface FlowActionAuth0GetUser {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'GET_USER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0GetUserParams
}

export interface FlowActionAuth0GetUserParams {
  connection_id: string
  user_id: string
}

export interface FlowActionAuth0MakeCall {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'MAKE_CALL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0SendSmsParams
}

export interface FlowActionAuth0SendEmail {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'SEND_EMAIL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0SendEmailParams
}

export interface FlowActionAuth0SendEmailParams {
  from?: FlowActionAuth0SendEmailParamsFrom
  to: string
  subject: string
  body: string
  custom_vars?: Record<string, unknown>
}

export interface FlowActionAuth0SendEmailParamsFrom {
  name?: string
  email: string
}

export interface FlowActionAuth0SendRequest {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'SEND_REQUEST'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0SendRequestParams
}

export interface FlowActionAuth0SendRequestParams {
  connection_id: string
  pathname: string
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, unknown>
  params?: Record<string, number | string | null>
  payload?: string | unknown[] | Record<string, unknown>
}

export interface FlowActionAuth0SendSms {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'SEND_SMS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0SendSmsParams
}

export interface FlowActionAuth0SendSmsParams {
  from?: string
  to: string
  message: string
  custom_vars?: Record<string, unknown>
}

export interface FlowActionAuth0UpdateUser {
  id: string
  alias?: string
  type: 'AUTH0'
  action: 'UPDATE_USER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionAuth0UpdateUserParams
}

export interface FlowActionAuth0UpdateUserParams {
  connection_id: string
  user_id: string
  changes: Record<string, unknown>
}

export interface FlowActionBigqueryInsertRows {
  id: string
  alias?: string
  type: 'BIGQUERY'
  action: 'INSERT_ROWS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionBigqueryInsertRowsParams
}

export interface FlowActionBigqueryInsertRowsParams {
  connection_id: string
  dataset_id: string
  table_id: string
  data?: Record<string, unknown>
}

export interface FlowActionClearbitFindCompany {
  id: string
  alias?: string
  type: 'CLEARBIT'
  action: 'FIND_COMPANY'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionClearbitFindCompanyParams
}

export interface FlowActionClearbitFindCompanyParams {
  connection_id: string
  domain: string
}

export interface FlowActionClearbitFindPerson {
  id: string
  alias?: string
  type: 'CLEARBIT'
  action: 'FIND_PERSON'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHubspotGetContactParams
}

export interface FlowActionEmailVerifyEmail {
  id: string
  alias?: string
  type: 'EMAIL'
  action: 'VERIFY_EMAIL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionEmailVerifyEmailParams
}

export interface FlowActionEmailVerifyEmailParams {
  email: string
  rules?: FlowActionEmailVerifyEmailParamsRules
}

export interface FlowActionEmailVerifyEmailParamsRules {
  require_mx_record?: boolean
  block_aliases?: boolean
  block_free_emails?: boolean
  block_disposable_emails?: boolean
  blocklist?: string[]
  allowlist?: string[]
}

export interface FlowActionFlowBooleanCondition {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'BOOLEAN_CONDITION'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionFlowBooleanConditionParams
}

export interface FlowActionFlowBooleanConditionParams {
  if: unknown
  then?: FlowAction[]
  else?: FlowAction[]
}

export interface FlowActionFlowDelayFlow {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'DELAY_FLOW'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionFlowDelayFlowParams
}

export interface FlowActionFlowDelayFlowParams {
  number: number | string
  units?: 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS'
}

export interface FlowActionFlowDoNothing {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'DO_NOTHING'
  allow_failure?: boolean
  mask_output?: boolean
  params?: Record<string, unknown>
}

export interface FlowActionFlowErrorMessage {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'ERROR_MESSAGE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionFlowErrorMessageParams
}

export interface FlowActionFlowErrorMessageParams {
  message: string
}

export interface FlowActionFlowMapValue {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'MAP_VALUE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionFlowMapValueParams
}

export interface FlowActionFlowMapValueParams {
  input: string | number
  cases?: Record<string, unknown>
  fallback?: string | number | Record<string, unknown> | unknown[] | null
}

export interface FlowActionFlowReturnJson {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'RETURN_JSON'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionFlowReturnJsonParams
}

export interface FlowActionFlowReturnJsonParams {
  payload: Record<string, unknown> | string
}

export interface FlowActionFlowStoreVars {
  id: string
  alias?: string
  type: 'FLOW'
  action: 'STORE_VARS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionFlowStoreVarsParams
}

export interface FlowActionFlowStoreVarsParams {
  vars: Record<string, unknown>
}

export interface FlowActionGoogleSheetsAddRow {
  id: string
  alias?: string
  type: 'GOOGLE_SHEETS'
  action: 'ADD_ROW'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionGoogleSheetsAddRowParams
}

export interface FlowActionGoogleSheetsAddRowParams {
  connection_id: string
  spreadsheet_id: string
  sheet_id?: number | string
  values?: (string | null)[]
}

export interface FlowActionHttpSendRequest {
  id: string
  alias?: string
  type: 'HTTP'
  action: 'SEND_REQUEST'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHttpSendRequestParams
}

export interface FlowActionHttpSendRequestParams {
  connection_id?: string
  url: string
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, unknown>
  basic?: FlowActionHttpSendRequestParamsBasicAuth
  params?: Record<string, number | string | null>
  payload?: string | unknown[] | Record<string, unknown>
  content_type?: 'JSON' | 'FORM' | 'XML'
}

export interface FlowActionHttpSendRequestParamsBasicAuth {
  username?: string
  password?: string
}

export interface FlowActionHubspotEnrollContact {
  id: string
  alias?: string
  type: 'HUBSPOT'
  action: 'ENROLL_CONTACT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHubspotEnrollContactParams
}

export interface FlowActionHubspotEnrollContactParams {
  connection_id: string
  email: string
  workflow_id: string | number
}

export interface FlowActionHubspotGetContact {
  id: string
  alias?: string
  type: 'HUBSPOT'
  action: 'GET_CONTACT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHubspotGetContactParams
}

export interface FlowActionHubspotGetContactParams {
  connection_id: string
  email: string
}

export interface FlowActionHubspotUpsertContact {
  id: string
  alias?: string
  type: 'HUBSPOT'
  action: 'UPSERT_CONTACT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHubspotUpsertContactParams
}

export interface FlowActionHubspotUpsertContactParams {
  connection_id: string
  email: string
  properties?: FlowActionHubspotUpsertContactParamsProperty[]
  [member: string]: unknown
}

export interface FlowActionHubspotUpsertContactParamsProperty {
  property: string
  value?: unknown
}

export interface FlowActionJsonCreateJson {
  id: string
  alias?: string
  type: 'JSON'
  action: 'CREATE_JSON'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionJsonCreateJsonParams
}

export interface FlowActionJsonCreateJsonParams {
  object: Record<string, unknown>
}

export interface FlowActionJsonParseJson {
  id: string
  alias?: string
  type: 'JSON'
  action: 'PARSE_JSON'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionJsonParseJsonParams
}

export interface FlowActionJsonParseJsonParams {
  json: string
}

export interface FlowActionJsonSerializeJson {
  id: string
  alias?: string
  type: 'JSON'
  action: 'SERIALIZE_JSON'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionXmlSerializeXmlParams
}

export interface FlowActionJwtDecodeJwt {
  id: string
  alias?: string
  type: 'JWT'
  action: 'DECODE_JWT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionJwtDecodeJwtParams
}

export interface FlowActionJwtDecodeJwtParams {
  token: string
}

export interface FlowActionJwtSignJwt {
  id: string
  alias?: string
  type: 'JWT'
  action: 'SIGN_JWT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionJwtSignJwtParams
}

export interface FlowActionJwtSignJwtParams {
  connection_id: string
  payload?: Record<string, unknown>
  subject?: string
  issuer?: string
  audience?: string
  expires_in?: string
}

export interface FlowActionJwtVerifyJwt {
  id: string
  alias?: string
  type: 'JWT'
  action: 'VERIFY_JWT'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionJwtVerifyJwtParams
}

export interface FlowActionJwtVerifyJwtParams {
  connection_id: string
  token: string
  audience?: string
  issuer?: string
}

export interface FlowActionMailchimpUpsertMember {
  id: string
  alias?: string
  type: 'MAILCHIMP'
  action: 'UPSERT_MEMBER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionMailchimpUpsertMemberParams
}

export interface FlowActionMailchimpUpsertMemberParams {
  connection_id: string
  list_id: string
  member: FlowActionMailchimpUpsertMemberParamsMember
}

export interface FlowActionMailchimpUpsertMemberParamsMember {
  email_address: string
  status_if_new: string
  merge_fields?: Record<string, unknown>
}

export interface FlowActionMailjetSendEmail {
  id: string
  alias?: string
  type: 'MAILJET'
  action: 'SEND_EMAIL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionMailjetSendEmailParams
}

export type FlowActionMailjetSendEmailParams = { content: string; [member: string]: unknown } | { template_id: number; variables?: Record<string, unknown>; [member: string]: unknown }

export interface FlowActionOtpGenerateCode {
  id: string
  alias?: string
  type: 'OTP'
  action: 'GENERATE_CODE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionOtpGenerateCodeParams
}

export interface FlowActionOtpGenerateCodeParams {
  reference: string
  length: number
}

export interface FlowActionOtpVerifyCode {
  id: string
  alias?: string
  type: 'OTP'
  action: 'VERIFY_CODE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionOtpVerifyCodeParams
}

export interface FlowActionOtpVerifyCodeParams {
  reference: string
  code: number | string
}

export interface FlowActionPipedriveAddDeal {
  id: string
  alias?: string
  type: 'PIPEDRIVE'
  action: 'ADD_DEAL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionPipedriveAddDealParams
}

export interface FlowActionPipedriveAddDealParams {
  connection_id: string
  title: string
  value?: string
  user_id?: string | number
  person_id?: string | number
  organization_id?: string | number
  stage_id?: string | number
  fields?: Record<string, unknown>
}

export interface FlowActionPipedriveAddOrganization {
  id: string
  alias?: string
  type: 'PIPEDRIVE'
  action: 'ADD_ORGANIZATION'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionPipedriveAddOrganizationParams
}

export interface FlowActionPipedriveAddOrganizationParams {
  connection_id: string
  name: string
  owner_id?: string | number
  fields?: Record<string, unknown>
}

export interface FlowActionPipedriveAddPerson {
  id: string
  alias?: string
  type: 'PIPEDRIVE'
  action: 'ADD_PERSON'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionPipedriveAddPersonParams
}

export interface FlowActionPipedriveAddPersonParams {
  connection_id: string
  name: string
  email?: string
  phone?: string
  owner_id?: string | number
  organization_id?: string | number
  fields?: Record<string, unknown>
}

export interface FlowActionSalesforceCreateLead {
  id: string
  alias?: string
  type: 'SALESFORCE'
  action: 'CREATE_LEAD'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionSalesforceCreateLeadParams
}

export interface FlowActionSalesforceCreateLeadParams {
  connection_id: string
  first_name?: string
  last_name: string
  company: string
  email?: string
  phone?: string
  payload?: Record<string, unknown>
}

export interface FlowActionSalesforceGetLead {
  id: string
  alias?: string
  type: 'SALESFORCE'
  action: 'GET_LEAD'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionSalesforceGetLeadParams
}

export interface FlowActionSalesforceGetLeadParams {
  connection_id: string
  lead_id: string
}

export interface FlowActionSalesforceSearchLeads {
  id: string
  alias?: string
  type: 'SALESFORCE'
  action: 'SEARCH_LEADS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionSalesforceSearchLeadsParams
}

export interface FlowActionSalesforceSearchLeadsParams {
  connection_id: string
  search_field: 'email' | 'name' | 'phone' | 'all'
  search_value: string
  lead_fields: string[]
}

export interface FlowActionSalesforceUpdateLead {
  id: string
  alias?: string
  type: 'SALESFORCE'
  action: 'UPDATE_LEAD'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionSalesforceUpdateLeadParams
}

export interface FlowActionSalesforceUpdateLeadParams {
  connection_id: string
  lead_id: string
  payload?: Record<string, unknown>
}

export interface FlowActionSendgridSendEmail {
  id: string
  alias?: string
  type: 'SENDGRID'
  action: 'SEND_EMAIL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionSendgridSendEmailParams
}

export interface FlowActionSendgridSendEmailParams {
  connection_id: string
  from: FlowActionAuth0SendEmailParamsFrom
  personalizations: unknown[]
  [member: string]: unknown
}

export interface FlowActionSlackPostMessage {
  id: string
  alias?: string
  type: 'SLACK'
  action: 'POST_MESSAGE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionSlackPostMessageParams
}

export interface FlowActionSlackPostMessageParams {
  connection_id: string
  text?: string
  attachments?: FlowActionSlackPostMessageParamsAttachment[]
}

export interface FlowActionSlackPostMessageParamsAttachment {
  color?: 'GOOD' | 'WARNING' | 'DANGER'
  pretext?: string
  text?: string
  fields?: FlowActionSlackPostMessageParamsAttachmentField[]
}

export interface FlowActionSlackPostMessageParamsAttachmentField {
  title: string
  value?: string
  short?: boolean
}

export interface FlowActionStripeAddTaxId {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'ADD_TAX_ID'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionStripeAddTaxIdParams
}

export interface FlowActionStripeAddTaxIdParams {
  connection_id: string
  customer_id: string
  type: string
  value: string
}

export interface FlowActionStripeAddress {
  line1?: string
  line2?: string
  postalCode?: string
  city?: string
  state?: string
  country?: string
}

export interface FlowActionStripeCreateCustomer {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'CREATE_CUSTOMER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionStripeCreateCustomerParams
}

export interface FlowActionStripeCreateCustomerParams {
  connection_id: string
  tax_id?: FlowActionStripeTaxId
  name?: string
  description?: string
  email?: string
  phone?: string
  tax_exempt?: string
  address?: FlowActionStripeAddress
  metadata?: Record<string, string>
}

export interface FlowActionStripeCreatePortalSession {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'CREATE_PORTAL_SESSION'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionStripeCreatePortalSessionParams
}

export interface FlowActionStripeCreatePortalSessionParams {
  connection_id: string
  customer_id: string
  return_url?: string
}

export interface FlowActionStripeDeleteTaxId {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'DELETE_TAX_ID'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionStripeDeleteTaxIdParams
}

export interface FlowActionStripeDeleteTaxIdParams {
  connection_id: string
  customer_id: string
  id: string
}

export interface FlowActionStripeFindCustomers {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'FIND_CUSTOMERS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionHubspotGetContactParams
}

export interface FlowActionStripeGetCustomer {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'GET_CUSTOMER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionStripeGetCustomerParams
}

export interface FlowActionStripeGetCustomerParams {
  connection_id: string
  id: string
}

export interface FlowActionStripeTaxId {
  type: string
  value: string
}

export interface FlowActionStripeUpdateCustomer {
  id: string
  alias?: string
  type: 'STRIPE'
  action: 'UPDATE_CUSTOMER'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionStripeUpdateCustomerParams
}

export interface FlowActionStripeUpdateCustomerParams {
  connection_id: string
  id: string
  name?: string
  description?: string
  email?: string
  phone?: string
  tax_exempt?: string
  address?: FlowActionStripeAddress
  metadata?: Record<string, string>
}

export interface FlowActionTelegramSendMessage {
  id: string
  alias?: string
  type: 'TELEGRAM'
  action: 'SEND_MESSAGE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionTelegramSendMessageParams
}

export interface FlowActionTelegramSendMessageParams {
  connection_id: string
  chat_id: string
  text: string
}

export interface FlowActionTwilioMakeCall {
  id: string
  alias?: string
  type: 'TWILIO'
  action: 'MAKE_CALL'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionTwilioMakeCallParams
}

export interface FlowActionTwilioMakeCallParams {
  connection_id: string
  from: string
  to: string
  payload: string
}

export interface FlowActionTwilioSendSms {
  id: string
  alias?: string
  type: 'TWILIO'
  action: 'SEND_SMS'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionTwilioSendSmsParams
}

export interface FlowActionTwilioSendSmsParams {
  connection_id: string
  from: string
  to: string
  message: string
}

export interface FlowActionWhatsappSendMessage {
  id: string
  alias?: string
  type: 'WHATSAPP'
  action: 'SEND_MESSAGE'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionWhatsappSendMessageParams
}

export interface FlowActionWhatsappSendMessageParams {
  connection_id: string
  sender_id: string
  recipient_number: string
  type: 'AUDIO' | 'CONTACTS' | 'DOCUMENT' | 'IMAGE' | 'INTERACTIVE' | 'LOCATION' | 'STICKER' | 'TEMPLATE' | 'TEXT'
  payload: Record<string, unknown> | string
}

export interface FlowActionXmlParseXml {
  id: string
  alias?: string
  type: 'XML'
  action: 'PARSE_XML'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionXmlParseXmlParams
}

export interface FlowActionXmlParseXmlParams {
  xml: string
}

export interface FlowActionXmlSerializeXml {
  id: string
  alias?: string
  type: 'XML'
  action: 'SERIALIZE_XML'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionXmlSerializeXmlParams
}

export interface FlowActionXmlSerializeXmlParams {
  object: string | Record<string, unknown>
}

export interface FlowActionZapierTriggerWebhook {
  id: string
  alias?: string
  type: 'ZAPIER'
  action: 'TRIGGER_WEBHOOK'
  allow_failure?: boolean
  mask_output?: boolean
  params: FlowActionZapierTriggerWebhookParams
}

export interface FlowActionZapierTriggerWebhookParams {
  connection_id: string
  method?: 'GET' | 'POST' | 'PUT'
  [member: string]: unknown
}

export interface FlowExecution {
  id: string
  trace_id: string
  journey_id?: string
  status: string
  debug?: Record<string, unknown>
  created_at: string
  updated_at: string
  started_at?: string
  ended_at?: string
}

export interface FlowExecutionSummary {
  id: string
  trace_id: string
  journey_id?: string
  status: string
  created_at: string
  updated_at: string
  started_at?: string
  ended_at?: string
}

export interface FlowSummary {
  id: string
  name: string
  created_at: string
  updated_at: string
  executed_at?: string
}

export interface FlowsVaultConnectioSetupApiKey {
  type: 'API_KEY'
  api_key: string
}

export interface FlowsVaultConnectioSetupApiKeyWithBaseUrl {
  type: 'API_KEY'
  api_key: string
  base_url: string
}

export interface FlowsVaultConnectioSetupBigqueryOauthJwt {
  type?: 'OAUTH_JWT'
  project_id?: string
  private_key?: string
  client_email?: string
}

export interface FlowsVaultConnectioSetupHttpBearer {
  type: 'BEARER'
  token: string
}

export interface FlowsVaultConnectioSetupJwt {
  type: 'JWT'
  algorithm: ('HS256' | 'HS384' | 'HS512' | 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512' | 'PS256' | 'PS384' | 'PS512')
}

export interface FlowsVaultConnectioSetupMailjetApiKey {
  type: 'API_KEY'
  api_key: string
  secret_key: string
}

export interface FlowsVaultConnectioSetupOauthApp {
  type: 'OAUTH_APP'
  client_id: string
  client_secret: string
  domain: string
  audience?: string
}

export interface FlowsVaultConnectioSetupOauthCode {
  type?: 'OAUTH_CODE'
  code?: string
}

export interface FlowsVaultConnectioSetupSecretApiKey {
  type: 'API_KEY'
  secret_key: string
}

export interface FlowsVaultConnectioSetupStripeKeyPair {
  type: 'KEY_PAIR'
  private_key: string
  public_key: string
}

export interface FlowsVaultConnectioSetupToken {
  type: 'TOKEN'
  token: string
}

export interface FlowsVaultConnectioSetupTwilioApiKey {
  type: 'API_KEY'
  account_id: string
  api_key: string
}

export interface FlowsVaultConnectioSetupWebhook {
  type: 'WEBHOOK'
  url: string
}

export interface FlowsVaultConnection {
  id: string
  app_id: string
  environment?: string
  name: string
  account_name?: string
  ready: boolean
  created_at: string
  updated_at: string
  refreshed_at?: string
  fingerprint: string
}

export interface FlowsVaultConnectionHttpApiKeySetup {
  type: 'API_KEY'
  name: string
  value: string
  in: 'HEADER' | 'QUERY'
}

export interface FlowsVaultConnectionHttpBasicAuthSetup {
  type: 'BASIC_AUTH'
  username: string
  password?: string
}

export interface FlowsVaultConnectionHttpOauthClientCredentialsSetup {
  type: 'OAUTH_CLIENT_CREDENTIALS'
  client_id: string
  client_secret: string
  token_endpoint: string
  audience?: string
  resource?: string
  scope?: string
}

export interface FlowsVaultConnectionSummary {
  id: string
  app_id: string
  name: string
  account_name?: string
  ready: boolean
  created_at: string
  updated_at: string
  refreshed_at?: string
  fingerprint: string
}

export interface Form {
  id: string
  name: string
  messages?: FormMessages
  languages?: FormLanguages
  translations?: Record<string, Record<string, unknown>>
  nodes?: FormNodeList
  start?: FormStartNode
  ending?: FormEndingNode
  style?: FormStyle
  created_at: string
  updated_at: string
  embedded_at?: string
  submitted_at?: string
}

export interface FormBlockDivider {
  id: string
  category: 'BLOCK'
  type: 'DIVIDER'
  config?: FormFieldLegalConfig
}

export interface FormBlockHtml {
  id: string
  category: 'BLOCK'
  type: 'HTML'
  config?: FormBlockHtmlConfig
}

export interface FormBlockHtmlConfig {
  content?: string
}

export interface FormBlockImage {
  id: string
  category: 'BLOCK'
  type: 'IMAGE'
  config?: FormBlockImageConfig
}

export interface FormBlockImageConfig {
  src: string
  position?: 'LEFT' | 'CENTER' | 'RIGHT'
  height?: number
}

export interface FormBlockJumpButton {
  id: string
  category: 'BLOCK'
  type: 'JUMP_BUTTON'
  config: FormBlockJumpButtonConfig
}

export interface FormBlockJumpButtonConfig {
  text: string
  next_node: string
  style?: FormBlockJumpButtonConfigStyle
}

export interface FormBlockJumpButtonConfigStyle {
  background_color?: string
}

export interface FormBlockNextButton {
  id: string
  category: 'BLOCK'
  type: 'NEXT_BUTTON'
  config: FormBlockNextButtonConfig
}

export interface FormBlockNextButtonConfig {
  text: string
}

export interface FormBlockPreviousButton {
  id: string
  category: 'BLOCK'
  type: 'PREVIOUS_BUTTON'
  config: FormBlockNextButtonConfig
}

export interface FormBlockResendButton {
  id: string
  category: 'BLOCK'
  type: 'RESEND_BUTTON'
  config: FormBlockResendButtonConfig
}

export interface FormBlockResendButtonConfig {
  active_text: string
  button_text: string
  waiting_text: string
  text_alignment?: 'LEFT' | 'CENTER' | 'RIGHT'
  flow_id: string
  max_attempts?: number
  waiting_time?: number
}

export interface FormBlockRichText {
  id: string
  category: 'BLOCK'
  type: 'RICH_TEXT'
  config?: FormBlockHtmlConfig
}

export interface FormEndingNode {
  redirection?: FormEndingNodeRedirection
  after_submit?: FormEndingNodeAfterSubmit
  coordinates?: FormNodeCoordinates
  resume_flow?: true
}

export interface FormEndingNodeAfterSubmit {
  flow_id?: string
}

export interface FormEndingNodeRedirection {
  delay?: number
  target: string
}

export interface FormFieldBoolean {
  id: string
  category: 'FIELD'
  type: 'BOOLEAN'
  config: FormFieldBooleanConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldBooleanConfig {
  default_value?: boolean
  options?: FormFieldBooleanConfigOptions
}

export interface FormFieldBooleanConfigOptions {
  true?: string
  false?: string
}

export interface FormFieldCards {
  id: string
  category: 'FIELD'
  type: 'CARDS'
  config?: FormFieldCardsConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldCardsConfig {
  hide_labels?: boolean
  multiple?: boolean
  options?: FormFieldCardsConfigOption[]
  default_value?: unknown
}

export interface FormFieldCardsConfigOption {
  value: string
  label: string
  image_url: string
}

export interface FormFieldChoice {
  id: string
  category: 'FIELD'
  type: 'CHOICE'
  config?: FormFieldChoiceConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldChoiceConfig {
  multiple?: boolean
  options?: FormFieldChoiceConfigOption[]
  allow_other?: FormFieldChoiceConfigAllowOther
  default_value?: unknown
}

export interface FormFieldChoiceConfigAllowOther {
  enabled?: true
  label?: string
  placeholder?: string
}

export interface FormFieldChoiceConfigOption {
  value: string
  label: string
}

export interface FormFieldCustom {
  id: string
  category: 'FIELD'
  type: 'CUSTOM'
  config: FormFieldCustomConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldCustomConfig {
  schema: Record<string, unknown>
  code: string
  css?: string
  params?: Record<string, string>
}

export interface FormFieldDate {
  id: string
  category: 'FIELD'
  type: 'DATE'
  config: FormFieldDateConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldDateConfig {
  format?: 'DATE' | 'TIME'
  default_value?: string
}

export interface FormFieldDropdown {
  id: string
  category: 'FIELD'
  type: 'DROPDOWN'
  config?: FormFieldDropdownConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldDropdownConfig {
  multiple?: boolean
  options?: FormFieldChoiceConfigOption[]
  default_value?: unknown
  placeholder?: string
}

export interface FormFieldEmail {
  id: string
  category: 'FIELD'
  type: 'EMAIL'
  config?: FormFieldUrlConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldFile {
  id: string
  category: 'FIELD'
  type: 'FILE'
  config?: FormFieldFileConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldFileConfig {
  multiple?: boolean
  storage?: FormFieldFileConfigStorage
  categories?: ('AUDIO' | 'VIDEO' | 'IMAGE' | 'DOCUMENT' | 'ARCHIVE')[]
  extensions?: string[]
  maxSize?: number
  maxFiles?: number
}

export interface FormFieldFileConfigStorage {
  type: 'MANAGED' | 'CUSTOM'
  [member: string]: unknown
}

export interface FormFieldLegal {
  id: string
  category: 'FIELD'
  type: 'LEGAL'
  config?: FormFieldLegalConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldLegalConfig {
  text?: string
}

export interface FormFieldNumber {
  id: string
  category: 'FIELD'
  type: 'NUMBER'
  config?: FormFieldNumberConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldNumberConfig {
  default_value?: number
  placeholder?: string
  min_value?: number
  max_value?: number
}

export interface FormFieldPassword {
  id: string
  category: 'FIELD'
  type: 'PASSWORD'
  config: FormFieldPasswordConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldPasswordConfig {
  hash?: 'NONE' | 'MD5' | 'SHA1' | 'SHA256' | 'SHA512'
  placeholder?: string
  min_length?: number
  max_length?: number
  complexity?: boolean
  nist?: boolean
  strength_meter?: boolean
}

export interface FormFieldPayment {
  id: string
  category: 'FIELD'
  type: 'PAYMENT'
  config: FormFieldPaymentConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldPaymentConfig {
  provider?: 'STRIPE'
  charge: (FormFieldPaymentConfigChargeOneOff | { type: 'SUBSCRIPTION'; subscription: Record<string, unknown> })
  credentials: FormFieldPaymentConfigCredentials
  customer?: Record<string, unknown>
  fields?: FormFieldPaymentConfigFields
}

export interface FormFieldPaymentConfigChargeOneOff {
  type: 'ONE_OFF'
  one_off: FormFieldPaymentConfigChargeOneOffOneOff
}

export interface FormFieldPaymentConfigChargeOneOffOneOff {
  amount: string | number
  currency: 'AUD' | 'CAD' | 'CHF' | 'EUR' | 'GBP' | 'INR' | 'MXN' | 'SEK' | 'USD'
  [member: string]: unknown
}

export interface FormFieldPaymentConfigCredentials {
  public_key: string
  private_key: string
}

export interface FormFieldPaymentConfigFieldProperties {
  label?: string
  placeholder?: string
}

export interface FormFieldPaymentConfigFields {
  card_number?: FormFieldPaymentConfigFieldProperties
  expiration_date?: FormFieldPaymentConfigFieldProperties
  security_code?: FormFieldPaymentConfigFieldProperties
  trustmarks?: boolean
}

export interface FormFieldSocial {
  id: string
  category: 'FIELD'
  type: 'SOCIAL'
  config?: Record<string, unknown>
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldTel {
  id: string
  category: 'FIELD'
  type: 'TEL'
  config?: FormFieldTelConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldTelConfig {
  default_value?: string
  placeholder?: string
  min_length?: number
  max_length?: number
  country_picker?: boolean
  strings?: FormFieldTelConfigStrings
}

export interface FormFieldTelConfigStrings {
  filter_placeholder?: string
}

export interface FormFieldText {
  id: string
  category: 'FIELD'
  type: 'TEXT'
  config?: FormFieldTextConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldTextConfig {
  multiline?: boolean
  default_value?: string
  placeholder?: string
  min_length?: number
  max_length?: number
}

export interface FormFieldUrl {
  id: string
  category: 'FIELD'
  type: 'URL'
  config?: FormFieldUrlConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormFieldUrlConfig {
  default_value?: string
  placeholder?: string
}

export interface FormFlow {
  id: string
  type: 'FLOW'
  coordinates?: FormNodeCoordinates
  alias?: string
  config: FormFlowConfig
}

export interface FormFlowConfig {
  flow_id: string
  next_node?: string
}

export interface FormHiddenField {
  key: string
  value?: string
}

export interface FormLanguages {
  primary?: string
  default?: string
}

export interface FormMessages {
  errors?: Record<string, string>
  custom?: Record<string, string>
}

export interface FormNodeCoordinates {
  x: number
  y: number
}

export type FormNodeList = (FormFlow | FormRouter | FormStep)[]

export interface FormRouter {
  id: string
  type: 'ROUTER'
  coordinates?: FormNodeCoordinates
  alias?: string
  config?: FormRouterConfig
}

export interface FormRouterConfig {
  rules?: FormRouterRule[]
  fallback?: string
}

export interface FormRouterRule {
  id: string
  alias?: string
  condition: unknown
  next_node?: string
}

export interface FormStartNode {
  hidden_fields?: FormHiddenField[]
  next_node?: string
  coordinates?: FormNodeCoordinates
}

export interface FormStep {
  id: string
  type: 'STEP'
  coordinates?: FormNodeCoordinates
  alias?: string
  config?: FormStepConfig
}

export interface FormStepConfig {
  components?: (((FormBlockDivider | FormBlockHtml | FormBlockImage | FormBlockJumpButton | FormBlockResendButton | FormBlockNextButton | FormBlockPreviousButton | FormBlockRichText) | (FormWidgetAuth0VerifiableCredentials | FormWidgetGMapsAddress | FormWidgetRecaptcha) | (FormFieldBoolean | FormFieldCards | FormFieldChoice | FormFieldCustom | FormFieldDate | FormFieldDropdown | FormFieldEmail | FormFieldFile | FormFieldLegal | FormFieldNumber | FormFieldPassword | FormFieldPayment | FormFieldSocial | FormFieldTel | FormFieldText | FormFieldUrl))[])
  next_node?: string
}

export interface FormStyle {
  css?: string
}

export interface FormSummary {
  id: string
  name: string
  created_at: string
  updated_at: string
  embedded_at?: string
  submitted_at?: string
}

export interface FormWidgetAuth0VerifiableCredentials {
  id: string
  category: 'WIDGET'
  type: 'AUTH0_VERIFIABLE_CREDENTIALS'
  config: FormWidgetAuth0VerifiableCredentialsConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormWidgetAuth0VerifiableCredentialsConfig {
  url: string
  size?: number
  alternate_text: string
  access_token: string
  verification_id: string
  max_wait?: number
}

export interface FormWidgetGMapsAddress {
  id: string
  category: 'WIDGET'
  type: 'GMAPS_ADDRESS'
  config: FormWidgetGMapsAddressConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormWidgetGMapsAddressConfig {
  api_key: string
}

export interface FormWidgetRecaptcha {
  id: string
  category: 'WIDGET'
  type: 'RECAPTCHA'
  config: FormWidgetRecaptchaConfig
  label?: string
  hint?: string
  required?: boolean
  sensitive?: boolean
}

export interface FormWidgetRecaptchaConfig {
  site_key: string
  secret_key: string
}

export interface GetBotDetectionSettingsResponse {
  bot_detection_level: 'low' | 'medium' | 'high'
  challenge_password_policy: 'never' | 'when_risky' | 'always'
  challenge_passwordless_policy: 'never' | 'when_risky' | 'always'
  challenge_password_reset_policy: 'never' | 'when_risky' | 'always'
  allowlist: string[]
  monitoring_mode_enabled: boolean
}

export interface GetClientConnectionsQuery {
  strategy?: ConnectionStrategyEnum | readonly ConnectionStrategyEnum[]
  from?: string
  take?: number
  fields?: string
  include_fields?: boolean
}

export interface GetDailyStatsQuery {
  from?: string
  to?: string
}

export interface GetFlowExecutionQuery {
  hydrate?: 'debug' | readonly 'debug'[]
}

export interface GetFlowQuery {
  hydrate?: 'form_count' | 'forms' | readonly ('form_count' | 'forms')[]
}

export interface GetFormQuery {
  hydrate?: 'flow_count' | 'links' | readonly ('flow_count' | 'links')[]
}

export interface GetGroupMembersQuery {
  fields?: string
  include_fields?: boolean
  from?: string
  take?: number
}

export interface GetGroupResponse {
  id: string
  name: string
  external_id?: string
  connection_id?: string
  tenant_name: string
  created_at: string
  updated_at: string
  [member: string]: unknown
}

export interface GetHookQuery {
  fields?: string
}

export interface GetJobImportUserError {
  code?: string
  message?: string
  path?: string
  [member: string]: unknown
}

export interface GetJobSummary {
  failed?: number
  updated?: number
  inserted?: number
  total?: number
  [member: string]: unknown
}

export interface GetRefreshTokensQuery {
  user_id: string
  client_id?: string
  from?: string
  take?: number
  fields?: string
  include_fields?: boolean
}

export interface GetResourceServerQuery {
  include_fields?: boolean
}

export interface GetUniversalLoginTemplate {
  body?: string
}

export interface GetUserGroupsQuery {
  fields?: string
  include_fields?: boolean
  page?: number
  per_page?: number
}

export interface Group {
  id?: string
  name?: string
  external_id?: string
  connection_id?: string
  tenant_name?: string
  created_at?: string
  updated_at?: string
  [member: string]: unknown
}

export interface GroupIds {
  groups: string[]
}

export interface GroupMember {
  id?: string
  member_type?: 'user' | 'group'
  type?: 'connection' | 'organization' | 'tenant'
  connection_id?: string
  created_at?: string
  [member: string]: unknown
}

export interface GuardianEnrollment {
  id: string
  status?: 'pending' | 'confirmed'
  name?: string
  identifier?: string
  phone_number?: string
  enrolled_at?: string
  last_auth?: string
}

export interface GuardianEnrollmentTicket {
  ticket_id?: string
  ticket_url?: string
  [member: string]: unknown
}

export interface GuardianFactor {
  enabled: boolean
  trial_expired?: boolean
  name?: ('push-notification' | 'sms' | 'email' | 'duo' | 'otp' | 'webauthn-roaming' | 'webauthn-platform' | 'recovery-code')
  settings?: GuardianFactorSettings
}

export interface GuardianFactorDuoSettings {
  ikey?: string
  skey?: string
  host?: string
}

export interface GuardianFactorPhoneMessageTypes {
  message_types?: ('sms' | 'voice')[]
}

export interface GuardianFactorSettings {
  otp_length?: number
  otp_expiration_time?: number
  [member: string]: unknown
}

export interface GuardianFactorsProviderApns {
  bundle_id?: string | null
  sandbox?: boolean
  enabled?: boolean
}

export interface GuardianFactorsProviderPhone {
  provider?: 'auth0' | 'twilio' | 'phone-message-hook'
}

export interface GuardianFactorsProviderPushNotification {
  provider?: 'guardian' | 'sns' | 'direct'
}

export interface GuardianFactorsProviderPushNotificationApns {
  sandbox?: boolean
  bundle_id?: string | null
}

export interface GuardianFactorsProviderSns {
  aws_access_key_id?: string | null
  aws_secret_access_key?: string | null
  aws_region?: string | null
  sns_apns_platform_application_arn?: string | null
  sns_gcm_platform_application_arn?: string | null
}

export interface GuardianFactorsProviderTwilio {
  from?: string | null
  messaging_service_sid?: string | null
  auth_token?: string | null
  sid?: string | null
}

export interface GuardianMessageTemplates {
  enrollment_message: string
  verification_message: string
}

export interface Hook {
  triggerId?: string
  id?: string
  name?: string
  enabled?: boolean
  script?: string
  dependencies?: Record<string, string>
}

export type HookTriggerIdEnum = 'credentials-exchange' | 'pre-user-registration' | 'post-user-registration' | 'post-change-password' | 'send-phone-message'

export interface HttpCustomHeader {
  header?: string
  value?: string
  [member: string]: unknown
}

export interface IdOnly {
  id: string
}

export interface Identity {
  user_id: string
  provider: IdentityProviderEnum
  connection_id?: string
}

export type IdentityProviderEnum = 'ad' | 'adfs' | 'amazon' | 'apple' | 'dropbox' | 'bitbucket' | 'auth0-oidc' | 'auth0' | 'baidu' | 'bitly' | 'box' | 'custom' | 'daccount' | 'dwolla' | 'email' | 'evernote-sandbox' | 'evernote' | 'exact' | 'facebook' | 'fitbit' | 'github' | 'google-apps' | 'google-oauth2' | 'instagram' | 'ip' | 'line' | 'linkedin' | 'oauth1' | 'oauth2' | 'office365' | 'oidc' | 'okta' | 'paypal' | 'paypal-sandbox' | 'pingfederate' | 'planningcenter' | 'salesforce-community' | 'salesforce-sandbox' | 'salesforce' | 'samlp' | 'sharepoint' | 'shopify' | 'shop' | 'sms' | 'soundcloud' | 'thirtysevensignals' | 'twitter' | 'untappd' | 'vkontakte' | 'waad' | 'weibo' | 'windowslive' | 'wordpress' | 'yahoo' | 'yandex'

export interface ImportEncryptionKeyRequest {
  wrapped_key: string
}

export interface ImportUsersJob {
  status: string
  type: string
  created_at: string
  id: string
  connection_id: string
  external_id?: string
  [member: string]: unknown
}

export interface Integration {
  id?: string
  catalog_id?: string
  url_slug?: string
  partner_id?: string
  name?: string
  description?: string
  short_description?: string
  logo?: string
  feature_type?: ('unspecified' | 'action' | 'social_connection' | 'log_stream' | 'sso_integration' | 'sms_provider')
  terms_of_use_url?: string
  privacy_policy_url?: string
  public_support_link?: string
  current_release?: IntegrationRelease
  created_at?: string
  updated_at?: string
}

export interface IntegrationRelease {
  id?: string
  trigger?: ActionTrigger
  semver?: IntegrationSemVer
  required_secrets?: IntegrationRequiredParam[]
  required_configuration?: IntegrationRequiredParam[]
  [member: string]: unknown
}

export interface IntegrationRequiredParam {
  type?: 'UNSPECIFIED' | 'STRING'
  name?: string
  required?: boolean
  optional?: boolean
  label?: string
  description?: string
  default_value?: string
  placeholder?: string
  options?: IntegrationRequiredParamOption[]
}

export interface IntegrationRequiredParamOption {
  value?: string
  label?: string
}

export interface IntegrationSemVer {
  major?: number
  minor?: number
}

export interface Job {
  status: string
  type: string
  created_at?: string
  id: string
  connection_id?: string
  location?: string
  percentage_done?: number
  time_left_seconds?: number
  format?: 'json' | 'csv'
  status_details?: string
  summary?: GetJobSummary
  [member: string]: unknown
}

export interface JobError {
  user?: Record<string, unknown>
  errors?: GetJobImportUserError[]
}

export interface JobGenericError {
  status: string
  type: string
  created_at?: string
  id: string
  connection_id?: string
  status_details?: string
  [member: string]: unknown
}

export interface LinkUserIdentityRequest {
  provider?: IdentityProviderEnum
  connection_id?: string
  user_id?: string | number
  link_with?: string
}

export interface LinkedClientConfiguration {
  client_id: string
}

export interface ListActionsQuery {
  triggerId?: ActionTriggerTypeEnum
  actionName?: string
  deployed?: boolean
  page?: number
  per_page?: number
  installed?: boolean
}

export interface ListAculsQuery {
  fields?: string
  include_fields?: boolean
  page?: number
  per_page?: number
  prompt?: string
  screen?: string
  rendering_mode?: 'advanced' | 'standard'
}

export interface ListBrandingPhoneProvidersQuery {
  disabled?: boolean
}

export interface ListClientGrantsQuery {
  per_page?: number
  page?: number
  audience?: string
  client_id?: string
  allow_any_organization?: true
  subject_type?: 'client' | 'user' | 'anonymous_user'
  default_for?: 'third_party_clients'
}

export interface ListClientsQuery {
  fields?: string
  include_fields?: boolean
  page?: number
  per_page?: number
  is_global?: boolean
  is_first_party?: boolean
  app_type?: string
  external_client_id?: string
  q?: string
}

export interface ListConnectionProfileTemplateResponse {
  connection_profile_templates?: ConnectionProfileTemplateItem[]
}

export interface ListConnectionsQuery {
  per_page?: number
  page?: number
  strategy?: ConnectionStrategyEnum | readonly ConnectionStrategyEnum[]
  name?: string
  fields?: string
  include_fields?: boolean
}

export interface ListCustomDomainsQuery {
  q?: string
  fields?: string
  include_fields?: boolean
  sort?: string
}

export interface ListDeviceCredentialsQuery {
  page?: number
  per_page?: number
  fields?: string
  include_fields?: boolean
  user_id?: string
  client_id?: string
  type?: 'public_key' | 'refresh_token' | 'rotating_refresh_token'
}

export interface ListEventStreamDeliveriesQuery {
  statuses?: string
  event_types?: string
  date_from?: string
  date_to?: string
  from?: string
  take?: number
}

export interface ListExperimentsQuery {
  from?: string
  take?: number
  status?: 'draft' | 'active' | 'paused' | 'completed' | 'archived'
  authentication_flow?: string
  feature_flag_id?: string
}

export interface ListFeatureFlagsQuery {
  from?: string
  take?: number
  type?: 'auth0' | 'self'
  status?: 'draft' | 'active' | 'archived'
}

export interface ListFlowsQuery {
  page?: number
  per_page?: number
  hydrate?: 'form_count' | readonly 'form_count'[]
  synchronous?: boolean
}

export interface ListFormsQuery {
  page?: number
  per_page?: number
  hydrate?: 'flow_count' | 'links' | readonly ('flow_count' | 'links')[]
}

export interface ListGroupsQuery {
  connection_id?: string
  name?: string
  external_id?: string
  search?: string
  fields?: string
  include_fields?: boolean
  page?: number
  per_page?: number
}

export interface ListHooksQuery {
  page?: number
  per_page?: number
  enabled?: boolean
  fields?: string
  triggerId?: HookTriggerIdEnum
}

export interface ListLogsQuery {
  page?: number
  per_page?: number
  sort?: string
  fields?: string
  include_fields?: boolean
  /** The id of a log event: the answer begins after it. Not together with a search. */
  from?: string
  /** Events per answer after `from`, at most 100. */
  take?: number
  search?: string
  /** A search in Lucene syntax: `type:f AND user_id:"auth0|1"`. It finds the first 1,000 events. */
  q?: string
}

export interface ListOrganizationAllConnectionsQuery {
  page?: number
  per_page?: number
  is_enabled?: boolean
}

export interface ListOrganizationClientGrantsQuery {
  audience?: string
  client_id?: string
  grant_ids?: string | readonly string[]
  page?: number
  per_page?: number
}

export interface ListOrganizationInvitationsQuery {
  page?: number
  per_page?: number
  fields?: string
  include_fields?: boolean
  sort?: string
}

export interface ListOrganizationMemberRoleSourceGroupsQuery {
  from?: string
  take?: number
  role_id: string
}

export interface ListOrganizationMembersQuery {
  page?: number
  per_page?: number
  fields?: string
  include_fields?: boolean
}

export interface ListOrganizationsQuery {
  page?: number
  per_page?: number
  sort?: string
}

export interface ListPhoneTemplatesQuery {
  disabled?: boolean
}

export interface ListRateLimitPoliciesQuery {
  resource?: 'oauth_authentication_api'
  consumer?: 'client'
  consumer_selector?: string
  take?: number
  from?: string
}

export interface ListResourceServerQuery {
  identifiers?: string | readonly string[]
  page?: number
  per_page?: number
  include_fields?: boolean
}

export interface ListRolesQuery {
  per_page?: number
  page?: number
  name_filter?: string
}

export interface ListRulesQuery {
  page?: number
  per_page?: number
  enabled?: boolean
  fields?: string
  include_fields?: boolean
}

export interface ListSegmentsQuery {
  from?: string
  take?: number
  type?: 'auth0' | 'self'
}

export interface ListUserAttributeProfileTemplateResponse {
  user_attribute_profile_templates?: UserAttributeProfileTemplateItem[]
}

export interface ListUserBlocksByIdentifierQuery {
  identifier: string
  consider_brute_force_enablement?: boolean
}

export interface ListUserBlocksQuery {
  consider_brute_force_enablement?: boolean
}

export interface ListUserEffectivePermissionRoleSourceQuery {
  from?: string
  take?: number
  resource_server_identifier: string
  permission_name: string
}

export interface ListUserEffectivePermissionsQuery {
  from?: string
  take?: number
  resource_server_identifier: string
}

export interface ListUserGrantsQuery {
  per_page?: number
  page?: number
  user_id?: string
  client_id?: string
  audience?: string
}

export interface ListUserLogsQuery {
  page?: number
  per_page?: number
  sort?: string
}

export interface ListUserRoleSourceGroupsQuery {
  role_id: string
  from?: string
  take?: number
}

export interface ListUsersByEmailQuery {
  fields?: string
  include_fields?: boolean
  email: string
}

export interface ListUsersQuery {
  page?: number
  per_page?: number
  /** Field and direction: `created_at:-1` is newest first. */
  sort?: string
  connection?: string
  /** The fields to answer with, or with `include_fields: false` those to leave out, separated by commas. */
  fields?: string
  include_fields?: boolean
  /** A search in Lucene syntax: `email:"a@b.c" AND app_metadata.plan:pro`. It finds the first 1,000 users. */
  q?: string
  /** Version of the search; `v3` is the current one. */
  search_engine?: 'v1' | 'v2' | 'v3'
  primary_order?: boolean
}

export interface Log {
  date?: string | Record<string, unknown>
  type?: string
  description?: string | null
  connection?: string
  connection_id?: string
  client_id?: string
  client_name?: string
  ip?: string
  hostname?: string
  user_id?: string
  user_name?: string
  audience?: string
  scope?: string
  strategy?: string
  strategy_type?: string
  log_id?: string
  isMobile?: boolean
  details?: Record<string, unknown>
  user_agent?: string
  security_context?: LogSecurityContext
  location_info?: LogLocationInfo
  [member: string]: unknown
}

export interface LogLocationInfo {
  country_code?: string
  country_code3?: string
  country_name?: string
  city_name?: string
  latitude?: number
  longitude?: number
  time_zone?: string
  continent_code?: string
  [member: string]: unknown
}

export interface LogSecurityContext {
  ja3?: string
  ja4?: string
  [member: string]: unknown
}

export type LogStream = LogStreamHttp | LogStreamEventBridge | LogStreamEventGrid | LogStreamDatadog | LogStreamSplunk | LogStreamSumo | LogStreamSegment | LogStreamMixpanel

export interface LogStreamDatadog {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'datadog'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamDatadogSink
  [member: string]: unknown
}

export interface LogStreamDatadogSink {
  datadogApiKey: string
  datadogRegion: 'us' | 'eu' | 'us3' | 'us5'
}

export interface LogStreamEventBridge {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'eventbridge'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamEventBridgeSink
  [member: string]: unknown
}

export interface LogStreamEventBridgeSink {
  awsAccountId: string
  awsRegion: LogStreamEventBridgeSinkRegionEnum
  awsPartnerEventSource?: string
}

export type LogStreamEventBridgeSinkRegionEnum = 'af-south-1' | 'ap-east-1' | 'ap-east-2' | 'ap-northeast-1' | 'ap-northeast-2' | 'ap-northeast-3' | 'ap-south-1' | 'ap-south-2' | 'ap-southeast-1' | 'ap-southeast-2' | 'ap-southeast-3' | 'ap-southeast-4' | 'ap-southeast-5' | 'ap-southeast-6' | 'ap-southeast-7' | 'ca-central-1' | 'ca-west-1' | 'eu-central-1' | 'eu-central-2' | 'eu-north-1' | 'eu-south-1' | 'eu-south-2' | 'eu-west-1' | 'eu-west-2' | 'eu-west-3' | 'il-central-1' | 'me-central-1' | 'me-south-1' | 'mx-central-1' | 'sa-east-1' | 'us-gov-east-1' | 'us-gov-west-1' | 'us-east-1' | 'us-east-2' | 'us-west-1' | 'us-west-2'

export interface LogStreamEventGrid {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'eventgrid'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamEventGridSink
  [member: string]: unknown
}

export interface LogStreamEventGridSink {
  azureSubscriptionId: string
  azureRegion: ('australiacentral' | 'australiaeast' | 'australiasoutheast' | 'brazilsouth' | 'canadacentral' | 'canadaeast' | 'centralindia' | 'centralus' | 'eastasia' | 'eastus' | 'eastus2' | 'francecentral' | 'germanywestcentral' | 'japaneast' | 'japanwest' | 'koreacentral' | 'koreasouth' | 'northcentralus' | 'northeurope' | 'norwayeast' | 'southafricanorth' | 'southcentralus' | 'southeastasia' | 'southindia' | 'swedencentral' | 'switzerlandnorth' | 'uaenorth' | 'uksouth' | 'ukwest' | 'westcentralus' | 'westeurope' | 'westindia' | 'westus' | 'westus2')
  azureResourceGroup: string
  azurePartnerTopic?: string
}

export interface LogStreamFilter {
  type?: 'category'
  name?: ('auth.login.fail' | 'auth.login.notification' | 'auth.login.success' | 'auth.logout.fail' | 'auth.logout.success' | 'auth.signup.fail' | 'auth.signup.success' | 'auth.silent_auth.fail' | 'auth.silent_auth.success' | 'auth.token_exchange.fail' | 'auth.token_exchange.success' | 'management.fail' | 'management.success' | 'scim.event' | 'system.notification' | 'user.fail' | 'user.notification' | 'user.success' | 'actions' | 'other')
  [member: string]: unknown
}

export interface LogStreamHttp {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'http'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamHttpSink
  [member: string]: unknown
}

export interface LogStreamHttpSink {
  httpAuthorization?: string
  httpContentFormat?: 'JSONARRAY' | 'JSONLINES' | 'JSONOBJECT'
  httpContentType?: string
  httpEndpoint: string
  httpCustomHeaders?: HttpCustomHeader[]
}

export interface LogStreamMixpanel {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'mixpanel'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamMixpanelSink
  [member: string]: unknown
}

export interface LogStreamMixpanelSink {
  mixpanelRegion: 'us' | 'eu'
  mixpanelProjectId: string
  mixpanelServiceAccountUsername: string
  mixpanelServiceAccountPassword: string
}

export interface LogStreamMixpanelSinkPatch {
  mixpanelRegion: 'us' | 'eu'
  mixpanelProjectId: string
  mixpanelServiceAccountUsername: string
  mixpanelServiceAccountPassword?: string
}

export interface LogStreamPiiConfig {
  log_fields: ('first_name' | 'last_name' | 'username' | 'email' | 'phone' | 'address')[]
  method?: 'mask' | 'hash'
  algorithm?: 'xxhash'
}

export interface LogStreamSegment {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'segment'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamSegmentSinkWriteKey
  [member: string]: unknown
}

export interface LogStreamSegmentSink {
  segmentWriteKey?: string
}

export interface LogStreamSegmentSinkWriteKey {
  segmentWriteKey: string
}

export interface LogStreamSplunk {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'splunk'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamSplunkSink
  [member: string]: unknown
}

export interface LogStreamSplunkSink {
  splunkDomain: string
  splunkPort: string
  splunkToken: string
  splunkSecure: boolean
}

export interface LogStreamSumo {
  id?: string
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  type?: 'sumo'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: LogStreamSumoSink
  [member: string]: unknown
}

export interface LogStreamSumoSink {
  sumoSourceAddress: string
}

export interface MdlPresentationProperties {
  family_name?: boolean
  given_name?: boolean
  birth_date?: boolean
  issue_date?: boolean
  expiry_date?: boolean
  issuing_country?: boolean
  issuing_authority?: boolean
  portrait?: boolean
  driving_privileges?: boolean
  resident_address?: boolean
  portrait_capture_date?: boolean
  age_in_years?: boolean
  age_birth_year?: boolean
  issuing_jurisdiction?: boolean
  nationality?: boolean
  resident_city?: boolean
  resident_state?: boolean
  resident_postal_code?: boolean
  resident_country?: boolean
  family_name_national_character?: boolean
  given_name_national_character?: boolean
  [member: string]: unknown
}

export interface MdlPresentationRequest {
  'org.iso.18013.5.1.mDL': MdlPresentationRequestProperties
}

export interface MdlPresentationRequestProperties {
  'org.iso.18013.5.1': MdlPresentationProperties
}

export interface MemberIds {
  members: string[]
}

export interface NativeSocialLogin {
  apple?: EnabledOption
  facebook?: EnabledOption
  google?: EnabledOption
}

export interface NativeSocialLoginPatch {
  apple?: EnabledOption | null
  facebook?: EnabledOption | null
  google?: EnabledOption | null
}

export interface NetworkAcl {
  id?: string
  description?: string
  active?: boolean
  priority?: number
  rule?: NetworkAclRule
  created_at?: string
  updated_at?: string
  [member: string]: unknown
}

export interface NetworkAclAction {
  block?: true
  allow?: true
  log?: true
  redirect?: true
  redirect_uri?: string
}

export interface NetworkAclHttpMessageSignature {
  keys: IdOnly[]
}

export interface NetworkAclMatch {
  asns?: number[]
  geo_country_codes?: string[]
  geo_subdivision_codes?: string[]
  ipv4_cidrs?: string[]
  ipv6_cidrs?: string[]
  ja3_fingerprints?: string[]
  ja4_fingerprints?: string[]
  user_agents?: string[]
  hostnames?: string[]
  connecting_ipv4_cidrs?: string[]
  connecting_ipv6_cidrs?: string[]
  auth0_managed?: string[]
  http_message_signature?: NetworkAclHttpMessageSignature
}

export interface NetworkAclRequest {
  description: string
  active: boolean
  priority?: number
  rule: NetworkAclRule
}

export interface NetworkAclRule {
  action: NetworkAclAction
  match?: NetworkAclMatch
  not_match?: NetworkAclMatch
  scope: ('management' | 'authentication' | 'tenant' | 'dynamic_client_registration')
  match_all?: boolean
}

export interface OffsetQuery {
  page?: number
  per_page?: number
}

export interface Organization {
  id?: string
  name?: string
  display_name?: string
  branding?: OrganizationBranding
  metadata?: Record<string, string | null>
  token_quota?: TokenQuota
  third_party_client_access?: 'block' | 'allow'
  is_app_entitlement_active?: boolean
  client?: OrganizationClientAssociation
  [member: string]: unknown
}

export interface OrganizationAllConnection {
  organization_connection_name?: string
  assign_membership_on_login?: boolean
  show_as_button?: boolean
  is_signup_enabled?: boolean
  organization_access_level?: 'none' | 'readonly' | 'limited' | 'full'
  is_enabled?: boolean
  connection_id: string
  connection?: OrganizationConnectionInformation
}

export interface OrganizationBranding {
  logo_url?: string
  colors?: OrganizationBrandingColors
}

export interface OrganizationBrandingColors {
  primary: string
  page_background: string
}

export interface OrganizationClientAssociation {
  use_for_member_access?: boolean
}

export interface OrganizationClientGrant {
  id?: string
  client_id?: string
  audience?: string
  scope?: string[]
  organization_usage?: 'deny' | 'allow' | 'require'
  allow_any_organization?: boolean
}

export interface OrganizationConnection {
  connection_id?: string
  assign_membership_on_login?: boolean
  show_as_button?: boolean
  is_signup_enabled?: boolean
  connection?: OrganizationConnectionInformation
}

export interface OrganizationConnectionInformation {
  name?: string
  strategy?: string
  [member: string]: unknown
}

export interface OrganizationDiscoveryDomain {
  id: string
  domain: string
  status: 'pending' | 'verified'
  use_for_organization_discovery?: boolean
  verification_txt: string
  verification_host: string
}

export interface OrganizationEnabledConnection {
  connection_id?: string
  assign_membership_on_login?: boolean
  show_as_button?: boolean
  is_signup_enabled?: boolean
  connection?: OrganizationConnectionInformation
  [member: string]: unknown
}

export interface OrganizationInvitation {
  id?: string
  organization_id?: string
  inviter?: OrganizationInvitationInviter
  invitee?: OrganizationInvitationInvitee
  invitation_url?: string
  created_at?: string
  expires_at?: string
  client_id?: string
  connection_id?: string
  app_metadata?: AppMetadata
  user_metadata?: UserMetadata
  roles?: string[]
  ticket_id?: string
}

export interface OrganizationInvitationInvitee {
  email: string
}

export interface OrganizationInvitationInviter {
  name: string
}

export interface OrganizationMember {
  user_id?: string
  picture?: string
  name?: string
  email?: string
  roles?: OrganizationMemberRole[]
}

export interface OrganizationMemberRole {
  id?: string
  name?: string
}

export interface PartialPhoneTemplateContent {
  from?: string
  body?: PhoneTemplateBody
}

export interface PatchClientCredentialRequest {
  expires_at?: string | null
}

export interface PatchPhoneProviderProtectionRequest {
  type: 'exponential' | 'none' | 'default'
}

export interface PatchRateLimitPolicyRequest {
  configuration: RateLimitPolicyConfiguration
}

export interface PermissionRequest {
  resource_server_identifier: string
  permission_name: string
}

export interface PermissionsRequest {
  permissions: PermissionRequest[]
}

export interface PhoneAttribute {
  identifier?: PhoneAttributeIdentifier
  profile_required?: boolean
  signup?: SignupVerified
}

export interface PhoneAttributeIdentifier {
  active?: boolean
  default_method?: 'password' | 'phone_otp'
}

export type PhoneProviderConfiguration = TwilioProviderConfiguration | CustomProviderConfiguration

export type PhoneProviderCredentials = TwilioProviderCredentials | Record<string, unknown>

export interface PhoneProviderProtection {
  type: 'exponential' | 'none' | 'default'
  [member: string]: unknown
}

export interface PhoneProviderSendTest {
  code?: number
  message?: string
}

export interface PhoneTemplate {
  id?: string
  channel?: string
  customizable?: boolean
  tenant?: string
  content: PhoneTemplateContent
  type: PhoneTemplateNotificationTypeEnum
  disabled: boolean
}

export interface PhoneTemplateBody {
  text?: string
  voice?: string
}

export interface PhoneTemplateContent {
  syntax?: string
  from?: string
  body?: PhoneTemplateBody
}

export type PhoneTemplateNotificationTypeEnum = 'otp_verify' | 'otp_enroll' | 'change_password' | 'blocked_account' | 'password_breach'

export interface PhoneTemplateTestNotification {
  message: string
  [member: string]: unknown
}

export interface PhoneTemplates {
  templates?: PhoneTemplate[]
}

export interface PhoneTestRequest {
  to: string
  delivery_method?: 'text' | 'voice'
}

export interface PostClientCredentialRequest {
  credential_type: 'public_key' | 'cert_subject_dn' | 'x509_cert'
  name?: string
  subject_dn?: string
  pem?: string
  alg?: 'RS256' | 'RS384' | 'PS256'
  parse_expiry_from_cert?: boolean
  expires_at?: string
  kid?: string
}

export interface PreviewCimdMetadataResult {
  client_id?: string
  errors?: string[]
  validation?: CimdValidationResult
  mapped_fields?: CimdMappedClientFields
  [member: string]: unknown
}

export interface PromptSettings {
  universal_login_experience?: 'new' | 'classic'
  identifier_first?: boolean
  webauthn_platform_first_factor?: boolean
  [member: string]: unknown
}

export interface PublicKeyCredential {
  credential_type: 'public_key'
  name?: string
  pem: string
  alg?: 'RS256' | 'RS384' | 'PS256'
  parse_expiry_from_cert?: boolean
  expires_at?: string
  kid?: string
}

export interface PublicKeyDeviceCredential {
  id: string
  [member: string]: unknown
}

export interface RateLimitPolicy {
  id: string
  resource: 'oauth_authentication_api'
  consumer: 'client'
  consumer_selector: string
  configuration: RateLimitPolicyConfiguration
  created_at?: string
  updated_at?: string
}

export type RateLimitPolicyConfiguration = { action: 'allow' } | { action: 'block' | 'log'; limit: number } | { action: 'redirect'; limit: number; redirect_uri: string }

export interface RefreshToken {
  id?: string
  user_id?: string
  created_at?: string | Record<string, unknown> | null
  idle_expires_at?: string | Record<string, unknown> | null
  expires_at?: string | Record<string, unknown> | null
  device?: RefreshTokenDevice
  client_id?: string
  session_id?: string | null
  rotating?: boolean
  resource_servers?: RefreshTokenResourceServer[]
  refresh_token_metadata?: Record<string, unknown> | null
  last_exchanged_at?: string | Record<string, unknown> | null
  [member: string]: unknown
}

export interface RefreshTokenDevice {
  initial_ip?: string
  initial_asn?: string
  initial_user_agent?: string
  last_ip?: string
  last_asn?: string
  last_user_agent?: string
  [member: string]: unknown
}

export interface RefreshTokenResourceServer {
  audience?: string
  scopes?: string
  [member: string]: unknown
}

export interface RegenerateUsersRecoveryCodeResult {
  recovery_code?: string
  [member: string]: unknown
}

export interface RegisterCimdClientResult {
  client_id: string
  mapped_fields: CimdMappedClientFields
  validation: CimdValidationResult
  [member: string]: unknown
}

export type RemainingIdentities = { connection: string; user_id: string | number; provider: string; isSocial?: boolean; access_token?: string; access_token_secret?: string; refresh_token?: string; profileData?: UserProfileData }[]

export interface ReplaceSynchronizedGroupsRequest {
  groups: SynchronizedGroup[]
}

export interface ResourceServer {
  id?: string
  name?: string
  is_system?: boolean
  identifier?: string
  scopes?: ResourceServerScope[]
  signing_alg?: 'HS256' | 'RS256' | 'RS512' | 'PS256'
  signing_secret?: string
  allow_offline_access?: boolean
  allow_online_access?: boolean
  allow_online_access_with_ephemeral_sessions?: boolean
  skip_consent_for_verifiable_first_party_clients?: boolean
  token_lifetime?: number
  token_lifetime_for_web?: number
  enforce_policies?: boolean
  token_dialect?: ResourceServerTokenDialectSchemaEnum
  token_encryption?: ResourceServerTokenEncryption | null
  consent_policy?: 'transactional-authorization-with-mfa' | null
  authorization_details?: unknown[] | null
  proof_of_possession?: ResourceServerProofOfPossession | null
  subject_type_authorization?: ResourceServerSubjectTypeAuthorization
  authorization_policy?: ResourceServerAuthorizationPolicy | null
  client_id?: string
  token_lifetime_for_anonymous_access_tokens?: number
}

export interface ResourceServerAuthorizationPolicy {
  policy_id: string
}

export interface ResourceServerProofOfPossession {
  mechanism: 'mtls' | 'dpop'
  required: boolean
  required_for?: 'public_clients' | 'all_clients'
}

export interface ResourceServerScope {
  value: string
  description?: string
}

export interface ResourceServerSubjectTypeAuthorization {
  user?: ResourceServerSubjectTypeAuthorizationUser
  client?: ResourceServerSubjectTypeAuthorizationClient
  anonymous_user?: ResourceServerSubjectTypeAuthorizationClient
}

export interface ResourceServerSubjectTypeAuthorizationClient {
  policy?: 'deny_all' | 'require_client_grant'
  [member: string]: unknown
}

export interface ResourceServerSubjectTypeAuthorizationUser {
  policy?: 'allow_all' | 'deny_all' | 'require_client_grant'
  [member: string]: unknown
}

export type ResourceServerTokenDialectSchemaEnum = 'access_token' | 'access_token_authz' | 'rfc9068_profile' | 'rfc9068_profile_authz'

export interface ResourceServerTokenEncryption {
  format: 'compact-nested-jwe'
  encryption_key: ResourceServerTokenEncryptionKey
}

export interface ResourceServerTokenEncryptionKey {
  name?: string
  alg: 'RSA-OAEP-256' | 'RSA-OAEP-384' | 'RSA-OAEP-512'
  kid?: string
  pem: string
}

export interface RevokeRefreshTokensRequest {
  ids?: string[]
  user_id?: string
  client_id?: string
  audience?: string
}

export interface RevokeUserAccessRequest {
  session_id?: string
  preserve_refresh_tokens?: boolean
}

export interface RiskAssessmentsSettingsNewDevice {
  remember_for: number
}

export interface Role {
  id?: string
  name?: string
  description?: string
  type?: 'tenant' | 'organization'
  owner_id?: string
}

export interface RoleIds {
  roles: string[]
}

export interface RolePermission {
  resource_server_identifier?: string
  permission_name?: string
  resource_server_name?: string
  description?: string
}

export interface RoleUser {
  user_id?: string
  picture?: string
  name?: string
  email?: string
}

export interface RollbackActionModuleRequest {
  module_version_id: string
}

export interface RotateConnectionsKeysResult {
  kid: string
  cert: string
  pkcs?: string
  next?: boolean
  fingerprint: string
  thumbprint: string
  algorithm?: string
  key_use?: 'encryption' | 'signing'
  subject_dn?: string
  [member: string]: unknown
}

export interface RotatedSigningKey {
  cert: string
  kid: string
  [member: string]: unknown
}

export interface Rule {
  name?: string
  id?: string
  enabled?: boolean
  script?: string
  order?: number
  stage?: string
}

export interface RulesConfig {
  key?: string
  [member: string]: unknown
}

export interface ScimConfiguration {
  connection_id: string
  connection_name: string
  strategy: string
  tenant_name: string
  user_id_attribute: string
  mapping: ScimMappingItem[]
  created_at: string
  updated_on: string
}

export interface ScimConfigurationDefaultMapping {
  mapping?: ScimMappingItem[]
}

export interface ScimMappingItem {
  auth0?: string
  scim?: string
  [member: string]: unknown
}

export interface ScimToken {
  token_id?: string
  token?: string
  scopes?: string[]
  created_at?: string
  valid_until?: string
}

export interface ScimTokenItem {
  token_id?: string
  scopes?: string[]
  created_at?: string
  valid_until?: string
  last_used_at?: string
  [member: string]: unknown
}

export interface Segment {
  id: string
  name: string
  description?: string
  type: 'self' | 'auth0'
  rules: SegmentRule[]
  created_at: string
  updated_at: string
}

export interface SegmentContainsExpression {
  contains: string[]
}

export interface SegmentEndsWithExpression {
  ends_with: string[]
}

export interface SegmentExistsExpression {
  exists: boolean
}

export interface SegmentMatchConditions {
  client_id?: SegmentMatchExpression
  connection?: SegmentMatchExpression
  connection_type?: SegmentMatchExpression
  organization_id?: SegmentMatchExpression
  domain?: SegmentMatchExpression
  device_type?: SegmentMatchExpression
  browser?: SegmentMatchExpression
  platform?: SegmentMatchExpression
  user_agent?: SegmentMatchExpression
  country?: SegmentMatchExpression
  region?: SegmentMatchExpression
}

export type SegmentMatchExpression = string[] | SegmentContainsExpression | SegmentStartsWithExpression | SegmentEndsWithExpression | SegmentExistsExpression

export interface SegmentRule {
  match?: SegmentMatchConditions
  not_match?: SegmentMatchConditions
}

export interface SegmentStartsWithExpression {
  starts_with: string[]
}

export interface SelfServiceProfile {
  id?: string
  name?: string
  description?: string
  user_attributes?: SelfServiceProfileUserAttribute[]
  created_at?: string
  updated_at?: string
  branding?: SelfServiceProfileBrandingProperties
  allowed_strategies?: SelfServiceProfileAllowedStrategyEnum[]
  user_attribute_profile_id?: string
}

export type SelfServiceProfileAllowedStrategyEnum = 'oidc' | 'samlp' | 'waad' | 'google-apps' | 'adfs' | 'okta' | 'auth0-samlp' | 'okta-samlp' | 'keycloak-samlp' | 'pingfederate'

export interface SelfServiceProfileBrandingColors {
  primary: string
  [member: string]: unknown
}

export interface SelfServiceProfileBrandingProperties {
  logo_url?: string
  colors?: SelfServiceProfileBrandingColors
  [member: string]: unknown
}

export interface SelfServiceProfileSsoTicket {
  ticket?: string
}

export interface SelfServiceProfileSsoTicketConnectionConfig {
  name: string
  display_name?: string
  is_domain_connection?: boolean
  show_as_button?: boolean
  metadata?: Record<string, string | null>
  options?: SelfServiceProfileSsoTicketConnectionOptions | null
}

export interface SelfServiceProfileSsoTicketConnectionOptions {
  icon_url?: string | null
  domain_aliases?: string[] | null
  idpinitiated?: SelfServiceProfileSsoTicketIdpInitiatedOptions | null
}

export interface SelfServiceProfileSsoTicketDomainAliasesConfig {
  domain_verification: 'none' | 'optional' | 'required'
  pending_domains?: string[]
}

export interface SelfServiceProfileSsoTicketEnabledFeatures {
  sso?: boolean
  domain_verification?: boolean
  provisioning?: boolean
}

export interface SelfServiceProfileSsoTicketEnabledOrganization {
  organization_id: string
  assign_membership_on_login?: boolean
  show_as_button?: boolean
}

export interface SelfServiceProfileSsoTicketGoogleWorkspaceConfig {
  sync_users: boolean
  sync_groups?: boolean
}

export interface SelfServiceProfileSsoTicketIdpInitiatedOptions {
  enabled?: boolean
  client_id?: string
  client_protocol?: 'samlp' | 'wsfed' | 'oauth2'
  client_authorizequery?: string
}

export interface SelfServiceProfileSsoTicketProvisioningConfig {
  scopes?: ('get:users' | 'post:users' | 'put:users' | 'patch:users' | 'delete:users' | 'get:groups' | 'post:groups' | 'put:groups' | 'patch:groups' | 'delete:groups')[]
  google_workspace?: SelfServiceProfileSsoTicketGoogleWorkspaceConfig
  token_lifetime?: number | null
}

export interface SelfServiceProfileUserAttribute {
  name: string
  description: string
  is_optional: boolean
}

export interface Session {
  id?: string
  user_id?: string
  created_at?: string | Record<string, unknown> | null
  updated_at?: string | Record<string, unknown> | null
  authenticated_at?: string | Record<string, unknown> | null
  idle_expires_at?: string | Record<string, unknown> | null
  expires_at?: string | Record<string, unknown> | null
  last_interacted_at?: string | Record<string, unknown> | null
  device?: SessionDeviceMetadata
  clients?: SessionClientMetadata[]
  authentication?: SessionAuthenticationSignals
  cookie?: SessionCookieMetadata
  session_metadata?: Record<string, unknown> | null
  actor?: SessionActorMetadata
  [member: string]: unknown
}

export interface SessionActorMetadata {
  sub: string
}

export interface SessionAuthenticationSignal {
  name?: string
  timestamp?: string | Record<string, unknown> | null
  type?: string
  [member: string]: unknown
}

export interface SessionAuthenticationSignals {
  methods?: SessionAuthenticationSignal[]
  [member: string]: unknown
}

export interface SessionClientMetadata {
  client_id?: string
  [member: string]: unknown
}

export interface SessionCookie {
  mode: 'persistent' | 'non-persistent'
}

export interface SessionCookieMetadata {
  mode?: 'non-persistent' | 'persistent'
  [member: string]: unknown
}

export interface SessionDeviceMetadata {
  initial_user_agent?: string
  initial_ip?: string | null
  initial_asn?: string
  last_user_agent?: string
  last_ip?: string | null
  last_asn?: string
  [member: string]: unknown
}

export interface SetCustomSigningKeysRequest {
  keys: CustomSigningKeyJWK[]
}

export interface SetGuardianFactorPhoneMessageTypesRequest {
  message_types: ('sms' | 'voice')[]
}

export interface SetGuardianFactorsProviderPhoneRequest {
  provider: 'auth0' | 'twilio' | 'phone-message-hook'
}

export interface SetGuardianFactorsProviderPushNotificationApnsRequest {
  sandbox?: boolean
  bundle_id?: string | null
  p12?: string | null
}

export interface SetGuardianFactorsProviderPushNotificationFcmRequest {
  server_key?: string | null
}

export interface SetGuardianFactorsProviderPushNotificationFcmv1Request {
  server_credentials?: string | null
}

export interface SetGuardianFactorsProviderPushNotificationRequest {
  provider: 'guardian' | 'sns' | 'direct'
}

export interface SetRulesConfigRequest {
  value: string
}

export interface SetRulesConfigResponse {
  key: string
  value: string
  [member: string]: unknown
}

export interface SetUserAuthenticationMethodResponse {
  id?: string
  type: 'phone' | 'email' | 'totp' | 'webauthn-roaming'
  name?: string
  totp_secret?: string
  phone_number?: string
  email?: string
  authentication_methods?: UserAuthenticationMethodProperties[]
  preferred_authentication_method?: 'voice' | 'sms'
  key_id?: string
  public_key?: string
  aaguid?: string
  relying_party_identifier?: string
  created_at?: string
}

export interface SetUserAuthenticationMethods {
  type: 'phone' | 'email' | 'totp'
  preferred_authentication_method?: 'voice' | 'sms'
  name?: string
  phone_number?: string
  email?: string
  totp_secret?: string
}

export type SetUserAuthenticationMethodsRequest = SetUserAuthenticationMethods[]

export interface SigningKey {
  kid: string
  cert: string
  pkcs7?: string
  current?: boolean
  next?: boolean
  previous?: boolean
  current_since?: string | Record<string, unknown>
  current_until?: string | Record<string, unknown>
  fingerprint: string
  thumbprint: string
  revoked?: boolean
  revoked_at?: string | Record<string, unknown>
}

export interface Signup {
  status?: 'required' | 'optional' | 'inactive'
}

export interface SignupVerified {
  status?: 'required' | 'optional' | 'inactive'
  verification?: ActiveOption
}

export interface SubscribeEventsQuery {
  from?: string
  from_timestamp?: string
  event_type?: EventStreamEventTypeEnum | readonly EventStreamEventTypeEnum[]
}

export interface SupplementalSignals {
  akamai_enabled?: boolean
  [member: string]: unknown
}

export type SupportedLocales = 'am' | 'ar' | 'ar-EG' | 'ar-SA' | 'az' | 'bg' | 'bn' | 'bs' | 'ca-ES' | 'cnr' | 'cs' | 'cy' | 'da' | 'de' | 'el' | 'en' | 'en-CA' | 'es' | 'es-419' | 'es-AR' | 'es-MX' | 'et' | 'eu-ES' | 'fa' | 'fi' | 'fr' | 'fr-CA' | 'fr-FR' | 'gl-ES' | 'gu' | 'he' | 'hi' | 'hr' | 'hu' | 'hy' | 'id' | 'is' | 'it' | 'ja' | 'ka' | 'kk' | 'kn' | 'ko' | 'lt' | 'lv' | 'mk' | 'ml' | 'mn' | 'mr' | 'ms' | 'my' | 'nb' | 'nl' | 'nn' | 'no' | 'pa' | 'pl' | 'pt' | 'pt-BR' | 'pt-PT' | 'ro' | 'ru' | 'sk' | 'sl' | 'so' | 'sq' | 'sr' | 'sv' | 'sw' | 'ta' | 'te' | 'th' | 'tl' | 'tr' | 'uk' | 'ur' | 'vi' | 'zgh' | 'zh-CN' | 'zh-HK' | 'zh-MO' | 'zh-TW'

export interface SuspiciousIPThrottlingPreLoginStage {
  max_attempts?: number
  rate?: number
}

export interface SuspiciousIPThrottlingSettings {
  enabled?: boolean
  shields?: ('block' | 'admin_notification')[]
  allowlist?: string[]
  stage?: SuspiciousIPThrottlingStage
}

export interface SuspiciousIPThrottlingStage {
  'pre-login'?: SuspiciousIPThrottlingPreLoginStage
  'pre-user-registration'?: SuspiciousIPThrottlingPreLoginStage
  'pre-custom-token-exchange'?: SuspiciousIPThrottlingPreLoginStage
}

export interface SynchronizedGroup {
  id: string
  name?: string
  email?: string
  direct_members_count?: number
}

export interface TenantOIDCLogoutSettings {
  rp_logout_end_session_endpoint_discovery?: boolean
}

export interface TenantSettings {
  change_password?: TenantSettingsGuardianPage | null
  guardian_mfa_page?: TenantSettingsGuardianPage | null
  default_audience?: string
  default_directory?: string
  error_page?: TenantSettingsErrorPage | null
  device_flow?: TenantSettingsDeviceFlow | null
  default_token_quota?: DefaultTokenQuota | null
  flags?: TenantSettingsFlags
  friendly_name?: string
  picture_url?: string
  support_email?: string
  support_url?: string
  allowed_logout_urls?: string[]
  session_lifetime?: number
  idle_session_lifetime?: number
  ephemeral_session_lifetime?: number
  idle_ephemeral_session_lifetime?: number
  sandbox_version?: string
  legacy_sandbox_version?: string
  sandbox_versions_available?: string[]
  default_redirection_uri?: string
  enabled_locales?: SupportedLocales[]
  security_headers?: TenantSettingsNullableSecurityHeaders | null
  session_cookie?: SessionCookie | null
  sessions?: TenantSettingsSessions | null
  oidc_logout?: TenantOIDCLogoutSettings
  allow_organization_name_in_authentication_api?: boolean
  customize_mfa_in_postlogin_action?: boolean
  acr_values_supported?: string[] | null
  mtls?: TenantSettingsMTLS | null
  pushed_authorization_requests_supported?: boolean
  authorization_response_iss_parameter_supported?: boolean | null
  skip_non_verifiable_callback_uri_confirmation_prompt?: boolean | null
  resource_parameter_profile?: 'audience' | 'compatibility'
  client_id_metadata_document_supported?: boolean
  phone_consolidated_experience?: boolean
  enable_ai_guide?: boolean
  include_session_metadata_in_tenant_logs?: boolean
  dynamic_client_registration_security_mode?: 'strict' | 'permissive'
  country_codes?: TenantSettingsCountryCodes
}

export interface TenantSettingsCountryCodes {
  list?: string[]
  mode?: 'allow' | 'deny'
}

export interface TenantSettingsDeviceFlow {
  charset?: 'base20' | 'digits'
  mask?: string
}

export interface TenantSettingsErrorPage {
  html?: string
  show_log_link?: boolean
  url?: string
}

export interface TenantSettingsFlags {
  change_pwd_flow_v1?: boolean
  enable_apis_section?: boolean
  disable_impersonation?: boolean
  enable_client_connections?: boolean
  enable_pipeline2?: boolean
  allow_legacy_delegation_grant_types?: boolean
  allow_legacy_ro_grant_types?: boolean
  allow_legacy_tokeninfo_endpoint?: boolean
  enable_legacy_profile?: boolean
  enable_idtoken_api2?: boolean
  enable_public_signup_user_exists_error?: boolean
  enable_sso?: boolean
  allow_changing_enable_sso?: boolean
  disable_clickjack_protection_headers?: boolean
  no_disclose_enterprise_connections?: boolean
  enforce_client_authentication_on_passwordless_start?: boolean
  enable_adfs_waad_email_verification?: boolean
  revoke_refresh_token_grant?: boolean
  dashboard_log_streams_next?: boolean
  dashboard_insights_view?: boolean
  disable_fields_map_fix?: boolean
  mfa_show_factor_list_on_enrollment?: boolean
  remove_alg_from_jwks?: boolean
  improved_signup_bot_detection_in_classic?: boolean
  genai_trial?: boolean
  enable_dynamic_client_registration?: boolean
  disable_management_api_sms_obfuscation?: boolean
  trust_azure_adfs_email_verified_connection_property?: boolean
  custom_domains_provisioning?: boolean
  local_resource_discovery?: boolean
}

export interface TenantSettingsGuardianPage {
  enabled?: boolean
  html?: string
}

export interface TenantSettingsMTLS {
  enable_endpoint_aliases?: boolean
}

export interface TenantSettingsNullableSecurityHeaders {
  content_security_policy?: ContentSecurityPolicyConfig | null
  x_xss_protection?: XssProtectionConfig | null
}

export interface TenantSettingsSessions {
  oidc_logout_prompt_enabled?: boolean
  anonymous?: TenantSettingsSessionsAnonymous | null
}

export interface TenantSettingsSessionsAnonymous {
  lifetime_in_minutes?: number
  activate_cookie?: boolean
}

export interface TestActionRequest {
  payload: Record<string, unknown>
}

export interface TestActionResult {
  payload?: Record<string, unknown>
}

export interface TestCustomDomainResult {
  success: boolean
  message?: string
}

export interface ThirdPartyClientAccessConfig {
  allow_configuration: boolean
}

export interface Ticket {
  ticket: string
  [member: string]: unknown
}

export interface TokenExchangeProfile {
  id?: string
  name?: string
  subject_token_type?: string
  action_id?: string
  type?: 'custom_authentication'
  created_at?: string
  updated_at?: string
  [member: string]: unknown
}

export interface TokenQuota {
  client_credentials: TokenQuotaClientCredentials
}

export interface TokenQuotaClientCredentials {
  enforce?: boolean
  per_day?: number
  per_hour?: number
}

export interface TokenQuotaConfiguration {
  client_credentials: TokenQuotaClientCredentials
  [member: string]: unknown
}

export interface TokenVaultPrivilegedAccessGrant {
  connection: string
  scopes: string[]
}

export interface TwilioProviderConfiguration {
  default_from?: string
  mssid?: string
  sid: string
  delivery_methods: ('text' | 'voice')[]
}

export interface TwilioProviderCredentials {
  auth_token: string
}

export type UniversalLoginTemplate = GetUniversalLoginTemplate | string

export interface UpdateActionBindingsRequest {
  bindings?: ActionBindingWithRef[]
}

export interface UpdateActionModuleRequest {
  code?: string
  secrets?: ActionModuleSecretRequest[]
  dependencies?: ActionModuleDependencyRequest[]
}

export interface UpdateActionRequest {
  name?: string
  supported_triggers?: ActionTrigger[]
  code?: string
  dependencies?: ActionVersionDependency[]
  runtime?: string
  secrets?: ActionSecretRequest[]
  modules?: ActionModuleReference[]
}

export interface UpdateAculResponse {
  rendering_mode?: 'advanced' | 'standard'
  context_configuration?: AculContextConfiguration
  default_head_tags_disabled?: boolean | null
  use_page_template?: boolean | null
  head_tags?: AculHeadTag[] | null
  filters?: AculFilters | null
  [member: string]: unknown
}

export interface UpdateAttackProtectionCaptchaRequest {
  active_provider_id?: ('arkose' | 'auth_challenge' | 'friendly_captcha' | 'hcaptcha' | 'recaptcha_v2' | 'recaptcha_enterprise' | 'simple_captcha')
  arkose?: AttackProtectionUpdateCaptchaArkose
  auth_challenge?: AttackProtectionCaptchaAuthChallengeRequest
  hcaptcha?: AttackProtectionUpdateCaptchaHcaptcha
  friendly_captcha?: AttackProtectionUpdateCaptchaHcaptcha
  recaptcha_enterprise?: AttackProtectionUpdateCaptchaRecaptchaEnterprise
  recaptcha_v2?: AttackProtectionUpdateCaptchaHcaptcha
  simple_captcha?: Record<string, unknown>
}

export interface UpdateBotDetectionSettingsRequest {
  bot_detection_level?: 'low' | 'medium' | 'high'
  challenge_password_policy?: 'never' | 'when_risky' | 'always'
  challenge_passwordless_policy?: 'never' | 'when_risky' | 'always'
  challenge_password_reset_policy?: 'never' | 'when_risky' | 'always'
  allowlist?: string[]
  monitoring_mode_enabled?: boolean
}

export interface UpdateBrandingColors {
  primary?: string | null
  page_background?: string | Record<string, unknown> | null
}

export interface UpdateBrandingFont {
  url?: string | null
}

export interface UpdateBrandingPhoneProviderRequest {
  name?: 'twilio' | 'custom'
  disabled?: boolean
  credentials?: PhoneProviderCredentials
  configuration?: PhoneProviderConfiguration
}

export interface UpdateBrandingRequest {
  colors?: UpdateBrandingColors | null
  favicon_url?: string | null
  logo_url?: string | null
  font?: UpdateBrandingFont | null
}

export interface UpdateClientGrantRequest {
  scope?: string[] | null
  organization_usage?: 'deny' | 'allow' | 'require' | null
  allow_any_organization?: boolean | null
  authorization_details_types?: string[]
  allow_all_scopes?: boolean | null
}

export interface UpdateClientRequest {
  name?: string
  description?: string
  client_secret?: string
  logo_uri?: string
  callbacks?: string[]
  oidc_logout?: ClientOIDCBackchannelLogoutSettings
  oidc_backchannel_logout?: ClientOIDCBackchannelLogoutSettings
  session_transfer?: ClientSessionTransferConfiguration | null
  allowed_origins?: string[]
  web_origins?: string[]
  grant_types?: string[]
  client_aliases?: string[]
  allowed_clients?: string[]
  allowed_logout_urls?: string[]
  jwt_configuration?: ClientJwtConfiguration
  encryption_key?: ClientEncryptionKey | null
  sso?: boolean
  cross_origin_authentication?: boolean
  cross_origin_loc?: string | null
  sso_disabled?: boolean
  custom_login_page_on?: boolean
  token_endpoint_auth_method?: 'none' | 'client_secret_post' | 'client_secret_basic' | null
  is_token_endpoint_ip_header_trusted?: boolean
  app_type?: ClientAppTypeEnum
  is_first_party?: boolean
  oidc_conformant?: boolean
  custom_login_page?: string
  custom_login_page_preview?: string
  token_quota?: TokenQuota | null
  form_template?: string
  addons?: ClientAddons
  client_metadata?: Record<string, unknown>
  mobile?: ClientMobile
  initiate_login_uri?: string
  native_social_login?: NativeSocialLoginPatch | null
  fedcm_login?: FedCMLoginPatch | null
  refresh_token?: ClientRefreshTokenConfiguration | null
  default_organization?: ClientDefaultOrganization | null
  organization_usage?: 'deny' | 'allow' | 'require' | null
  organization_require_behavior?: 'no_prompt' | 'pre_login_prompt' | 'post_login_prompt' | null
  organization_discovery_methods?: ('email' | 'organization_name')[] | null
  client_authentication_methods?: ClientAuthenticationMethod | null
  require_pushed_authorization_requests?: boolean
  require_proof_of_possession?: boolean
  signed_request_object?: ClientSignedRequestObjectWithCredentialId
  token_vault_privileged_access?: ClientTokenVaultPrivilegedAccessWithCredentialId
  compliance_level?: ClientComplianceLevelEnum
  skip_non_verifiable_callback_uri_confirmation_prompt?: boolean | null
  token_exchange?: ClientTokenExchangeConfiguration | null
  par_request_expiry?: number | null
  express_configuration?: ExpressConfiguration | null
  my_organization_configuration?: ClientMyOrganizationPostConfiguration | null
  async_approval_notification_channels?: ('guardian-push' | 'email')[] | null
  third_party_security_mode?: 'strict' | 'permissive'
  redirection_policy?: 'allow_always' | 'open_redirect_protection'
  identity_assertion_authorization_grant?: AnonymousSessions | null
  anonymous_sessions?: AnonymousSessions | null
  b2b_integration_configuration?: B2BIntegrationConfiguration
}

export interface UpdateConnectionOptions {
  validation?: ConnectionValidationOptions | null
  non_persistent_attrs?: string[] | null
  precedence?: ('email' | 'phone_number' | 'username')[]
  attributes?: ConnectionAttributes
  enable_script_context?: boolean
  enabledDatabaseCustomization?: boolean
  import_mode?: boolean
  configuration?: Record<string, string | null> | null
  customScripts?: ConnectionCustomScripts
  authentication_methods?: ConnectionAuthenticationMethods | null
  passkey_options?: ConnectionPasskeyOptions | null
  passwordPolicy?: 'none' | 'low' | 'fair' | 'good' | 'excellent' | null
  password_complexity_options?: ConnectionPasswordComplexityOptions | null
  password_history?: ConnectionPasswordHistoryOptions | null
  password_no_personal_info?: ConnectionPasswordNoPersonalInfoOptions | null
  password_dictionary?: ConnectionPasswordDictionaryOptions | null
  api_enable_users?: boolean
  api_enable_groups?: boolean
  basic_profile?: boolean
  ext_admin?: boolean
  ext_is_suspended?: boolean
  ext_agreed_terms?: boolean
  ext_groups?: boolean
  ext_assigned_plans?: boolean
  ext_profile?: boolean
  disable_self_service_change_password?: boolean
  upstream_params?: (Record<string, (ConnectionUpstreamAlias | ConnectionUpstreamValue)> | null)
  set_user_root_attributes?: 'on_each_login' | 'on_first_login' | 'never_on_login'
  gateway_authentication?: ConnectionGatewayAuthentication | null
  federated_connections_access_tokens?: ActiveOption | null
  password_options?: ConnectionPasswordOptions
  assertion_decryption_settings?: ConnectionAssertionDecryptionSettings
  id_token_signed_response_algs?: (('ES256' | 'ES384' | 'PS256' | 'PS384' | 'RS256' | 'RS384' | 'RS512')[] | null)
  dpop_signing_alg?: 'ES256' | 'ES384' | 'ES512' | 'Ed25519'
  token_endpoint_auth_method?: 'client_secret_post' | 'private_key_jwt' | null
  token_endpoint_auth_signing_alg?: ('ES256' | 'ES384' | 'PS256' | 'PS384' | 'RS256' | 'RS384' | 'RS512' | null)
  token_endpoint_jwtca_aud_format?: 'issuer' | 'token_endpoint'
  id_token_session_expiry_supported?: boolean
  [member: string]: unknown
}

export interface UpdateConnectionProfileRequest {
  name?: string
  organization?: ConnectionProfileOrganization
  connection_name_prefix_template?: string
  enabled_features?: ('scim' | 'universal_logout')[]
  connection_config?: Record<string, unknown>
  strategy_overrides?: ConnectionProfileStrategyOverrides
  provisioning?: ConnectionProfileProvisioning
  cross_app_access_resource_app?: ConnectionProfileCrossAppAccessResourceApp
}

export interface UpdateConnectionRequest {
  display_name?: string
  options?: UpdateConnectionOptions | null
  enabled_clients?: string[] | null
  is_domain_connection?: boolean
  show_as_button?: boolean
  realms?: string[]
  metadata?: Record<string, string | null>
  authentication?: AnonymousSessions
  connected_accounts?: ConnectionConnectedAccountsPurpose
  cross_app_access_requesting_app?: AnonymousSessions
  cross_app_access_resource_app?: CrossAppAccessResourceApp | null
}

export interface UpdateCustomDomainRequest {
  tls_policy?: 'recommended'
  custom_client_ip_header?: CustomDomainCustomClientIpHeader
  domain_metadata?: Record<string, string | null>
  relying_party_identifier?: string | null
}

export interface UpdateEmailProviderRequest {
  name?: EmailProviderNameEnum
  enabled?: boolean
  default_from_address?: string
  credentials?: EmailProviderCredentialsSchema
  settings?: Record<string, unknown> | null
}

export type UpdateEnabledClientConnectionsRequest = { client_id: string; status: boolean }[]

export interface UpdateEventStreamRequest {
  name?: string
  subscriptions?: EventStreamSubscription[]
  destination?: (EventStreamWebhookDestination | EventStreamActionDestination)
  status?: 'enabled' | 'disabled'
}

export interface UpdateExperimentRequest {
  name?: string
  description?: string | null
  assignment_config?: AssignmentConfig
  allocations?: AllocationRequestItem[]
}

export interface UpdateExperimentStatusRequest {
  status: 'active' | 'paused' | 'completed' | 'archived'
}

export interface UpdateFeatureFlagRequest {
  name?: string
  description?: string | null
  parameters?: FeatureFlagConfigParams
}

export interface UpdateFeatureFlagStatusRequest {
  status: 'draft' | 'active' | 'archived'
}

export interface UpdateFlowRequest {
  name?: string
  actions?: FlowAction[] | null
}

export interface UpdateFlowsVaultConnectionRequest {
  name?: string
  setup?: (FlowsVaultConnectioSetupApiKeyWithBaseUrl | FlowsVaultConnectioSetupApiKey | FlowsVaultConnectioSetupOauthApp | FlowsVaultConnectioSetupBigqueryOauthJwt | FlowsVaultConnectioSetupSecretApiKey | FlowsVaultConnectioSetupOauthCode | FlowsVaultConnectioSetupHttpBearer | FlowsVaultConnectionHttpBasicAuthSetup | FlowsVaultConnectionHttpApiKeySetup | FlowsVaultConnectionHttpOauthClientCredentialsSetup | FlowsVaultConnectioSetupJwt | FlowsVaultConnectioSetupMailjetApiKey | FlowsVaultConnectioSetupToken | FlowsVaultConnectioSetupWebhook | FlowsVaultConnectioSetupStripeKeyPair | FlowsVaultConnectioSetupTwilioApiKey)
}

export interface UpdateFormRequest {
  name?: string
  messages?: (FormMessages | null)
  languages?: (FormLanguages | null)
  translations?: Record<string, Record<string, unknown>> | null
  nodes?: (FormNodeList | null)
  start?: (FormStartNode | null)
  ending?: (FormEndingNode | null)
  style?: (FormStyle | null)
}

export interface UpdateHookRequest {
  name?: string
  script?: string
  enabled?: boolean
  dependencies?: Record<string, string>
}

export interface UpdateLogStreamRequest {
  name?: string
  status?: 'active' | 'paused' | 'suspended'
  isPriority?: boolean
  filters?: LogStreamFilter[]
  pii_config?: LogStreamPiiConfig
  sink?: (LogStreamHttpSink | LogStreamDatadogSink | LogStreamSplunkSink | LogStreamSumoSink | LogStreamSegmentSink | LogStreamMixpanelSinkPatch)
}

export interface UpdateNetworkAclRequest {
  description?: string
  active?: boolean
  priority?: number
  rule?: NetworkAclRule
}

export interface UpdateOrganizationAllConnectionRequest {
  organization_connection_name?: string | null
  assign_membership_on_login?: boolean
  show_as_button?: boolean
  is_signup_enabled?: boolean
  organization_access_level?: 'none' | 'readonly' | 'limited' | 'full' | null
  is_enabled?: boolean | null
}

export interface UpdateOrganizationConnectionRequest {
  assign_membership_on_login?: boolean
  is_signup_enabled?: boolean
  show_as_button?: boolean
}

export interface UpdateOrganizationDiscoveryDomainRequest {
  status?: 'pending' | 'verified'
  use_for_organization_discovery?: boolean
}

export interface UpdateOrganizationRequest {
  display_name?: string
  name?: string
  branding?: OrganizationBranding
  metadata?: Record<string, string | null>
  token_quota?: TokenQuota | null
  third_party_client_access?: 'block' | 'allow'
  is_app_entitlement_active?: boolean
}

export interface UpdatePhoneTemplateRequest {
  content?: PartialPhoneTemplateContent
  disabled?: boolean
}

export interface UpdateRefreshTokenRequest {
  refresh_token_metadata?: Record<string, unknown> | null
}

export interface UpdateResourceServerRequest {
  name?: string
  scopes?: ResourceServerScope[]
  signing_alg?: 'HS256' | 'RS256' | 'RS512' | 'PS256'
  signing_secret?: string
  skip_consent_for_verifiable_first_party_clients?: boolean
  allow_offline_access?: boolean
  allow_online_access?: boolean
  allow_online_access_with_ephemeral_sessions?: boolean
  token_lifetime?: number
  token_dialect?: ResourceServerTokenDialectSchemaEnum
  enforce_policies?: boolean
  token_encryption?: ResourceServerTokenEncryption | null
  consent_policy?: 'transactional-authorization-with-mfa' | null
  authorization_details?: unknown[] | null
  proof_of_possession?: ResourceServerProofOfPossession | null
  subject_type_authorization?: ResourceServerSubjectTypeAuthorization
  authorization_policy?: ResourceServerAuthorizationPolicy | null
  token_lifetime_for_anonymous_access_tokens?: number | null
}

export interface UpdateRoleRequest {
  name?: string
  description?: string
}

export interface UpdateRuleRequest {
  script?: string
  name?: string
  order?: number
  enabled?: boolean
}

export interface UpdateScimConfigurationRequest {
  user_id_attribute: string
  mapping: ScimMappingItem[]
}

export interface UpdateSegmentRequest {
  name?: string
  description?: string | null
  rules?: SegmentRule[]
}

export interface UpdateSelfServiceProfileRequest {
  name?: string
  description?: string | null
  branding?: (SelfServiceProfileBrandingProperties | null)
  allowed_strategies?: SelfServiceProfileAllowedStrategyEnum[]
  user_attributes?: (SelfServiceProfileUserAttribute[] | null)
  user_attribute_profile_id?: string | null
}

export interface UpdateSessionRequest {
  session_metadata?: Record<string, unknown> | null
}

export interface UpdateSettingsRequest {
  universal_login_experience?: 'new' | 'classic'
  identifier_first?: boolean | null
  webauthn_platform_first_factor?: boolean | null
}

export interface UpdateSupplementalSignalsRequest {
  akamai_enabled: boolean
}

export interface UpdateTenantSettingsRequest {
  change_password?: TenantSettingsGuardianPage | null
  device_flow?: TenantSettingsDeviceFlow | null
  guardian_mfa_page?: TenantSettingsGuardianPage | null
  default_audience?: string
  default_directory?: string
  error_page?: TenantSettingsErrorPage | null
  default_token_quota?: DefaultTokenQuota | null
  flags?: TenantSettingsFlags
  friendly_name?: string
  picture_url?: string
  support_email?: string
  support_url?: string
  allowed_logout_urls?: string[]
  session_lifetime?: number
  session_lifetime_in_minutes?: number
  idle_session_lifetime?: number
  idle_session_lifetime_in_minutes?: number
  ephemeral_session_lifetime?: number
  idle_ephemeral_session_lifetime?: number
  ephemeral_session_lifetime_in_minutes?: number
  idle_ephemeral_session_lifetime_in_minutes?: number
  sandbox_version?: string
  legacy_sandbox_version?: string
  default_redirection_uri?: string
  enabled_locales?: SupportedLocales[]
  security_headers?: TenantSettingsNullableSecurityHeaders | null
  session_cookie?: SessionCookie | null
  sessions?: TenantSettingsSessions | null
  oidc_logout?: TenantOIDCLogoutSettings
  customize_mfa_in_postlogin_action?: boolean | null
  allow_organization_name_in_authentication_api?: boolean | null
  acr_values_supported?: string[] | null
  mtls?: TenantSettingsMTLS | null
  pushed_authorization_requests_supported?: boolean | null
  authorization_response_iss_parameter_supported?: boolean | null
  skip_non_verifiable_callback_uri_confirmation_prompt?: boolean | null
  resource_parameter_profile?: 'audience' | 'compatibility'
  client_id_metadata_document_supported?: boolean
  enable_ai_guide?: boolean
  phone_consolidated_experience?: boolean
  include_session_metadata_in_tenant_logs?: boolean
  dynamic_client_registration_security_mode?: 'strict' | 'permissive'
  country_codes?: TenantSettingsCountryCodes | null
}

export interface UpdateTokenExchangeProfileRequest {
  name?: string
  subject_token_type?: string
}

export type UpdateUniversalLoginTemplateRequest = string | { template: string }

export interface UpdateUserAttributeProfileRequest {
  name?: string
  user_id?: (UserAttributeProfileUserId | null)
  user_attributes?: UserAttributeProfileUserAttributes
}

export interface UpdateUserAuthenticationMethodRequest {
  name?: string
  preferred_authentication_method?: 'voice' | 'sms'
}

export interface UpdateUserAuthenticationMethodResponse {
  id?: string
  type: 'phone' | 'email' | 'totp' | 'webauthn-roaming'
  name?: string
  totp_secret?: string
  phone_number?: string
  email?: string
  authentication_methods?: UserAuthenticationMethodProperties[]
  preferred_authentication_method?: 'voice' | 'sms'
  key_id?: string
  public_key?: string
  aaguid?: string
  relying_party_identifier?: string
  confirmed?: boolean
  created_at?: string
}

export interface UpdateUserRequest {
  blocked?: boolean
  email_verified?: boolean
  email?: string | null
  phone_number?: string | null
  phone_verified?: boolean
  user_metadata?: UserMetadata
  /** Merged with what is there, one level deep; `null` takes a field away. */
  app_metadata?: AppMetadata
  given_name?: string | null
  family_name?: string | null
  name?: string | null
  nickname?: string | null
  picture?: string | null
  /** Whether the new address gets an e-mail that verifies it. Default true. */
  verify_email?: boolean
  verify_phone_number?: boolean
  password?: string | null
  /** The connection whose password, name or address changes; needed where the user has several identities. */
  connection?: string
  /** The application, where `email` or `phone_number` changes. */
  client_id?: string
  username?: string | null
}

export interface UpdateVariationRequest {
  name?: string
  description?: string | null
  overrides?: VariationOverridesMap
}

export interface UpdateVerifiableCredentialTemplateRequest {
  name?: string | null
  type?: string | null
  dialect?: string | null
  presentation?: MdlPresentationRequest
  well_known_trusted_issuers?: string | null
  version?: number | null
}

export interface User {
  /** The identifier in Auth0, provider included: `auth0|507f1f77bcf86cd799439020`. */
  user_id?: string
  email?: string
  /** Whether the user has proved that the address is theirs. */
  email_verified?: boolean
  username?: string
  phone_number?: string
  phone_verified?: boolean
  created_at?: string
  updated_at?: string
  /** The accounts of the user; more than one after accounts were linked. The first is the primary one. */
  identities?: UserIdentitySchema[]
  /** What the application knows of the user, e.g. a plan; users cannot change it. */
  app_metadata?: AppMetadata
  /** What users may change themselves, e.g. preferences. */
  user_metadata?: UserMetadata
  picture?: string
  name?: string
  nickname?: string
  multifactor?: string[]
  multifactor_last_modified?: string
  last_ip?: string
  /** When the user logged in last, ISO 8601. */
  last_login?: string
  last_password_reset?: string
  /** How often the user has logged in. */
  logins_count?: number
  /** Whether an administrator has blocked the user. Blocks of attack protection are `userBlocks`. */
  blocked?: boolean
  given_name?: string
  family_name?: string
  [member: string]: unknown
}

export interface UserAttributeProfile {
  id?: string
  name?: string
  user_id?: UserAttributeProfileUserId
  user_attributes?: UserAttributeProfileUserAttributes
}

export interface UserAttributeProfileOidcMapping {
  mapping: string
  display_name?: string
}

export interface UserAttributeProfileStrategyOverrides {
  pingfederate?: UserAttributeProfileStrategyOverridesMapping
  ad?: UserAttributeProfileStrategyOverridesMapping
  adfs?: UserAttributeProfileStrategyOverridesMapping
  waad?: UserAttributeProfileStrategyOverridesMapping
  'google-apps'?: UserAttributeProfileStrategyOverridesMapping
  okta?: UserAttributeProfileStrategyOverridesMapping
  oidc?: UserAttributeProfileStrategyOverridesMapping
  samlp?: UserAttributeProfileStrategyOverridesMapping
}

export interface UserAttributeProfileStrategyOverridesMapping {
  oidc_mapping?: UserAttributeProfileOidcMapping
  saml_mapping?: string[]
  scim_mapping?: string
}

export interface UserAttributeProfileStrategyOverridesUserId {
  pingfederate?: UserAttributeProfileStrategyOverridesUserIdMapping
  ad?: UserAttributeProfileStrategyOverridesUserIdMapping
  adfs?: UserAttributeProfileStrategyOverridesUserIdMapping
  waad?: UserAttributeProfileStrategyOverridesUserIdMapping
  'google-apps'?: UserAttributeProfileStrategyOverridesUserIdMapping
  okta?: UserAttributeProfileStrategyOverridesUserIdMapping
  oidc?: UserAttributeProfileStrategyOverridesUserIdMapping
  samlp?: UserAttributeProfileStrategyOverridesUserIdMapping
}

export interface UserAttributeProfileStrategyOverridesUserIdMapping {
  oidc_mapping?: 'sub' | 'oid' | 'email'
  saml_mapping?: string[]
  scim_mapping?: string
}

export interface UserAttributeProfileTemplate {
  name?: string
  user_id?: UserAttributeProfileUserId
  user_attributes?: UserAttributeProfileUserAttributes
}

export interface UserAttributeProfileTemplateItem {
  id?: string
  display_name?: string
  template?: UserAttributeProfileTemplate
}

export interface UserAttributeProfileUserAttributeAdditionalProperties {
  description: string
  label: string
  profile_required: boolean
  auth0_mapping: string
  oidc_mapping?: UserAttributeProfileOidcMapping
  saml_mapping?: string[]
  scim_mapping?: string
  strategy_overrides?: UserAttributeProfileStrategyOverrides
}

export type UserAttributeProfileUserAttributes = Record<string, UserAttributeProfileUserAttributeAdditionalProperties>

export interface UserAttributeProfileUserId {
  oidc_mapping?: 'sub'
  saml_mapping?: string[]
  scim_mapping?: string
  strategy_overrides?: UserAttributeProfileStrategyOverridesUserId
}

export interface UserAuthenticationMethod {
  id: string
  type: ('recovery-code' | 'totp' | 'push' | 'phone' | 'email' | 'email-verification' | 'webauthn-roaming' | 'webauthn-platform' | 'guardian' | 'passkey' | 'password')
  confirmed?: boolean
  name?: string
  authentication_methods?: UserAuthenticationMethodProperties[]
  preferred_authentication_method?: 'voice' | 'sms'
  link_id?: string
  phone_number?: string
  email?: string
  key_id?: string
  public_key?: string
  created_at: string
  enrolled_at?: string
  last_auth_at?: string
  credential_device_type?: string
  credential_backed_up?: boolean
  identity_user_id?: string
  user_agent?: string
  user_handle?: string
  transports?: string[]
  aaguid?: string
  relying_party_identifier?: string
}

export interface UserAuthenticationMethodProperties {
  type?: 'totp' | 'push' | 'sms' | 'voice'
  id?: string
  [member: string]: unknown
}

export interface UserBlockIdentifier {
  identifier?: string
  ip?: string
  connection?: string
  [member: string]: unknown
}

export interface UserBlocks {
  blocked_for?: UserBlockIdentifier[]
}

export interface UserEffectivePermission {
  resource_server_identifier?: string
  permission_name?: string
  resource_server_name?: string
  description?: string
  sources?: ('direct' | 'roles')[]
}

export interface UserEffectivePermissionRoleSource {
  id?: string
  name?: string
  description?: string
  sources?: ('direct' | 'groups')[]
  type?: 'tenant' | 'organization'
  owner_id?: string
}

export interface UserEffectiveRole {
  id: string
  name: string
  description: string
  sources: ('direct' | 'groups')[]
}

export interface UserGrant {
  id?: string
  clientID?: string
  user_id?: string
  audience?: string
  scope?: string[]
  organization_id?: string
}

export type UserGroup = Group & { membership_created_at?: string; [member: string]: unknown }

export interface UserIdentity {
  connection: string
  user_id: string | number
  provider: string
  profileData?: UserProfileData
  isSocial?: boolean
  access_token?: string
  access_token_secret?: string
  refresh_token?: string
}

export interface UserIdentitySchema {
  connection?: string
  user_id?: string | number
  provider?: IdentityProviderEnum
  isSocial?: boolean
  access_token?: string
  access_token_secret?: string
  refresh_token?: string
  profileData?: UserProfileData
}

export interface UserPermission {
  sources?: unknown
  resource_server_identifier?: string
  permission_name?: string
  resource_server_name?: string
  description?: string
}

export interface UserProfileData {
  email?: string
  email_verified?: boolean
  name?: string
  username?: string
  given_name?: string
  phone_number?: string
  phone_verified?: boolean
  family_name?: string
  [member: string]: unknown
}

export interface UsernameAllowedTypes {
  email?: boolean
  phone_number?: boolean
}

export interface UsernameAttribute {
  identifier?: ActiveOption
  profile_required?: boolean
  signup?: Signup
  validation?: UsernameValidation
}

export interface UsernameValidation {
  min_length?: number
  max_length?: number
  allowed_types?: UsernameAllowedTypes
}

export interface UsersEnrollment {
  id?: string
  status?: 'pending' | 'confirmed'
  type?: string
  name?: string
  identifier?: string
  phone_number?: string
  auth_method?: ('authenticator' | 'guardian' | 'sms' | 'webauthn-platform' | 'webauthn-roaming')
  enrolled_at?: string
  last_auth?: string
  [member: string]: unknown
}

export interface ValidateExperimentResult {
  is_valid: boolean
  errors: ExperimentValidationError[]
}

export interface Variation {
  id: string
  feature_flag_id: string
  name: string
  description?: string
  overrides: VariationOverridesMap
  created_at: string
  updated_at: string
}

export interface VariationOverrideValue {
  value: unknown
}

export type VariationOverridesMap = Record<string, VariationOverrideValue>

export interface Variations {
  variations: Variation[]
}

export interface VerifiableCredentialTemplate {
  id?: string
  name?: string
  type?: string
  dialect?: string
  presentation?: MdlPresentationRequest
  custom_certificate_authority?: string | null
  well_known_trusted_issuers?: string | null
  created_at?: string
  updated_at?: string
  [member: string]: unknown
}

export interface VerificationEmailJob {
  status: string
  type: string
  created_at?: string
  id: string
  [member: string]: unknown
}

export interface VerifyCustomDomainResult {
  custom_domain_id: string
  domain: string
  primary: boolean
  status: 'pending_verification' | 'ready' | 'failed'
  type: 'auth0_managed_certs' | 'self_managed_certs'
  cname_api_key?: string
  origin_domain_name?: string
  verification?: DomainVerification
  custom_client_ip_header?: string | null
  tls_policy?: string
  domain_metadata?: Record<string, string | null>
  certificate?: DomainCertificate
}

export interface VerifyEmailTicketRequest {
  result_url?: string
  user_id: string
  client_id?: string
  organization_id?: string
  ttl_sec?: number
  includeEmailInRedirect?: boolean
  identity?: Identity
}

export interface WholeEmailTemplate {
  template: EmailTemplateNameEnum
  body: string | null
  from: string | null
  resultUrl?: string | null
  subject: string | null
  syntax: string | null
  urlLifetimeInSeconds?: number | null
  includeEmailInRedirect?: boolean
  enabled: boolean | null
}

export interface X509CertificateCredential {
  credential_type: 'x509_cert'
  name?: string
  pem: string
}

export interface XssProtectionConfig {
  enabled?: boolean
  mode?: 'block'
  report_uri?: string
}
