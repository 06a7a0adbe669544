// Types of operations that Auth0's OpenAPI document does not hold yet, written by hand.

import type {
  CheckpointQuery, Client, FieldsQuery, ListOrganizationsQuery, ListRolesQuery, Organization, ResourceServer,
  SynchronizedGroup
} from './management-generated.js'

/** An AI agent of the tenant. */
export interface Agent {
  agent_id: string
  name: string
  created_at: string
  updated_at: string
  external_agent_id?: string
  metadata: Record<string, unknown>
}

export interface CreateAgentRequest {
  name: string
  client_id?: string
  external_agent_id?: string
  metadata?: Record<string, unknown>
}

export interface UpdateAgentRequest {
  name?: string
  metadata?: Record<string, unknown> | null
}

/** Auth0 documents no parameters; what is given is sent. */
export interface SearchClientsQuery extends CheckpointQuery {
  q?: string
  [parameter: string]: string | number | boolean | readonly string[] | undefined
}

/** The answer of the client search, which Auth0 does not document. */
export interface ClientSearch {
  clients?: Client[]
  next?: string
  [member: string]: unknown
}

export interface SynchronizedGroupsRequest {
  groups: SynchronizedGroup[]
}

export interface SynchronizedGroupsQuery extends CheckpointQuery {
  q?: string
}

export interface AdvanceRampRequest {
  target_level: number
}

export interface AdvancedRamp {
  experiment_id: string
  from_level: number
  to_level: number
  current_level: number
}

export interface GuardianSettings {
  display_remember_me_checkbox: boolean
  remember_me_default_value: boolean
  mfa_session_inactivity_timeout: number
  mfa_session_overall_timeout: number
}

/** One-time codes sent by e-mail or phone. */
export interface OneTimeCodeSettings {
  otp_length: number
  otp_expiration_time: number
}

export interface NetworkAclKey {
  id: string
  name: string
  alg: 'hmac-sha256'
  fingerprint: string
  created_at: string
  updated_at: string
}

export interface CreateNetworkAclKeyRequest {
  name: string
  alg: 'hmac-sha256'
  value: string
}

export interface SearchOrganizationsQuery extends CheckpointQuery {
  q?: string
  parser?: 'scim' | 'lucene'
  sort?: 'name' | 'display_name' | 'created_at'
}

export interface FoundOrganization extends Organization {
  third_party_client_access?: 'block' | 'allow'
  is_app_entitlement_active?: boolean
}

export interface OrganizationsQuery extends ListOrganizationsQuery {
  include_client_association_for?: string
}

/** An application's access to an organization. */
export interface OrganizationClient {
  client_id: string
  use_for_member_access: boolean
  client?: {
    name?: string,
    app_type?: string,
    logo_uri?: string | null,
    is_first_party?: boolean,
    grant_types?: string[],
    organization_usage?: 'deny' | 'allow' | 'require'
  }
}

export interface CreateOrganizationClientsRequest {
  clients: { client_id: string, use_for_member_access: boolean }[]
}

export interface UpdateOrganizationClientRequest {
  use_for_member_access?: boolean
}

export interface ClientIds {
  clients: string[]
}

export interface OrganizationTemplate {
  id?: string
  name?: string
  is_default?: boolean
  organization_deletion_behavior?: 'allow' | 'allow_if_empty'
  connection_deletion_behavior?: 'allow' | 'allow_if_empty'
  enforce_permission_ceiling?: boolean
  enforce_self_assignment_restriction?: boolean
  connection_profile_id?: string
  user_attribute_profile_id?: string
  allowed_strategies?: ('adfs' | 'google-apps' | 'oidc' | 'okta' | 'pingfederate' | 'samlp' | 'waad')[]
  invitation_landing_client_id?: string
  admin_roles_assignment?: string[]
  use_for_organization_discovery?: { default_value: boolean, allowed_values?: boolean[] } | null
  role_visibility_policy?: {
    default_value: RoleVisibility,
    overrides?: { role_id: string, access: RoleVisibility }[]
  } | null
  created_at?: string
  updated_at?: string
}

export type RoleVisibility = 'write' | 'read_only' | 'hidden'

export interface RoleGroup {
  id: string
  name: string
  external_id?: string
  connection_id?: string
  organization_id?: string | null
  tenant_name?: string
  description?: string | null
  created_at?: string
  updated_at?: string
}

export interface RoleMember {
  user_id?: string
  picture?: string
  name?: string
  email?: string
}

export interface OrganizationRoleMembersQuery extends CheckpointQuery, FieldsQuery {}

export interface RolesQuery extends ListRolesQuery {
  type?: 'tenant' | 'organization'
  owner_id?: string
}

export interface SearchResourceServersQuery extends CheckpointQuery, FieldsQuery {
  q?: string
  parser?: 'scim' | 'lucene'
  sort?: 'name' | 'identifier' | 'updated_at'
}

export interface FoundResourceServer extends ResourceServer {
  token_lifetime_for_anonymous_access_tokens?: number
}

/** A token on the deny list that Auth0 removed. */
export interface BlacklistedToken {
  aud?: string
  jti: string
}
