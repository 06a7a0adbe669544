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

/** Body of `agents.create()`. */
export interface CreateAgentRequest {
  name: string
  client_id?: string
  external_agent_id?: string
  metadata?: Record<string, unknown>
}

/** Body of `agents.update()`. */
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

/** Groups that a connection synchronizes. */
export interface SynchronizedGroupsRequest {
  groups: SynchronizedGroup[]
}

/** Query of the list of synchronized groups. */
export interface SynchronizedGroupsQuery extends CheckpointQuery {
  q?: string
}

/** Body of the call that advances a ramp. */
export interface AdvanceRampRequest {
  target_level: number
}

/** A ramp after it was advanced. */
export interface AdvancedRamp {
  experiment_id: string
  from_level: number
  to_level: number
  current_level: number
}

/** Settings of multi-factor authentication. */
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

/** A key of network access control lists. */
export interface NetworkAclKey {
  id: string
  name: string
  alg: 'hmac-sha256'
  fingerprint: string
  created_at: string
  updated_at: string
}

/** Body that creates a key of network access control lists. */
export interface CreateNetworkAclKeyRequest {
  name: string
  alg: 'hmac-sha256'
  value: string
}

/** Query of the search for organizations. */
export interface SearchOrganizationsQuery extends CheckpointQuery {
  q?: string
  parser?: 'scim' | 'lucene'
  sort?: 'name' | 'display_name' | 'created_at'
}

/** An organization that a search found. */
export interface FoundOrganization extends Organization {
  third_party_client_access?: 'block' | 'allow'
  is_app_entitlement_active?: boolean
}

/** Query of the list of organizations. */
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

/** Applications that get access to an organization. */
export interface CreateOrganizationClientsRequest {
  clients: { client_id: string, use_for_member_access: boolean }[]
}

/** Changes of an application's access to an organization. */
export interface UpdateOrganizationClientRequest {
  use_for_member_access?: boolean
}

/** A list of client IDs. */
export interface ClientIds {
  clients: string[]
}

/** A template for organizations. */
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

/** Who may see and change a role. */
export type RoleVisibility = 'write' | 'read_only' | 'hidden'

/** A group that has a role. */
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

/** A member that has a role. */
export interface RoleMember {
  user_id?: string
  picture?: string
  name?: string
  email?: string
}

/** Query of the list of members with a role in an organization. */
export interface OrganizationRoleMembersQuery extends CheckpointQuery, FieldsQuery {}

/** Query of the list of roles. */
export interface RolesQuery extends ListRolesQuery {
  type?: 'tenant' | 'organization'
  owner_id?: string
}

/** Query of the search for APIs. */
export interface SearchResourceServersQuery extends CheckpointQuery, FieldsQuery {
  q?: string
  parser?: 'scim' | 'lucene'
  sort?: 'name' | 'identifier' | 'updated_at'
}

/** An API that a search found. */
export interface FoundResourceServer extends ResourceServer {
  token_lifetime_for_anonymous_access_tokens?: number
}

/** A token on the deny list that Auth0 removed. */
export interface BlacklistedToken {
  aud?: string
  jti: string
}
