import type {
  AssociateOrganizationClientGrantRequest, ClientIds, ConnectionForOrganization, CreateOrganizationAllConnectionRequest,
  CreateOrganizationClientsRequest, CreateOrganizationDiscoveryDomainRequest, CreateOrganizationInvitationRequest,
  CreateOrganizationRequest, CreateOrganizationResponse, FieldsQuery, FoundOrganization, Group,
  ListOrganizationAllConnectionsQuery, ListOrganizationClientGrantsQuery, ListOrganizationInvitationsQuery,
  ListOrganizationMembersQuery, ListOrganizationMemberRoleSourceGroupsQuery, MemberIds, Organization,
  OrganizationAllConnection, OrganizationClient, OrganizationClientGrant, OrganizationConnection,
  OrganizationDiscoveryDomain, OrganizationInvitation, OrganizationMember, OrganizationRoleMembersQuery,
  OrganizationTemplate, OrganizationsQuery, Role, RoleGroup, RoleIds, RoleMember, SearchOrganizationsQuery,
  UpdateOrganizationAllConnectionRequest, UpdateOrganizationClientRequest, UpdateOrganizationConnectionRequest,
  UpdateOrganizationDiscoveryDomainRequest, UpdateOrganizationRequest, UserEffectiveRole
} from '../../../types/management.js'
import { del, get, of, optional, patch, post, put } from '../endpoint.js'
import { checkpointList, eitherList, offsetList, uncountedList } from '../lists.js'

export const organizations = {
  /** Lists organizations. Scope: `read:organizations` or `read:organizations_summary`. */
  list: eitherList('/organizations', 'organizations', { query: of<OrganizationsQuery>(), items: of<Organization>() }),
  /** Creates an organization. Scope: `create:organizations` or `create:organization_connections`. */
  create: post('/organizations', { body: of<CreateOrganizationRequest>(), returns: of<CreateOrganizationResponse>() }),
  /** Deletes an organization. Scope: `delete:organizations`. */
  delete: del('/organizations/{id}'),
  /** Gets an organization. Scope: `read:organizations` or `read:organizations_summary`. */
  get: get('/organizations/{id}', { returns: of<Organization>() }),
  /** Updates an organization. Scope: `update:organizations`. */
  update: patch('/organizations/{id}', { body: optional<UpdateOrganizationRequest>(), returns: of<Organization>() }),
  /** Gets an organization by its name. Scope: `read:organizations`. */
  getByName: get('/organizations/name/{name}', { returns: of<Organization>() }),
  /** Searches organizations. */
  search: checkpointList('/organizations/search', 'organizations', {
    query: of<SearchOrganizationsQuery>(),
    items: of<FoundOrganization>()
  }),
  clientGrants: {
    /** Lists the client grants of an organization. Scope: `read:organization_client_grants`. */
    list: offsetList('/organizations/{id}/client-grants', 'client_grants',
      { query: of<ListOrganizationClientGrantsQuery>(), items: of<OrganizationClientGrant>() }),
    /** Associates a client grant with an organization. Scope: `create:organization_client_grants`. */
    create: post('/organizations/{id}/client-grants', {
      body: of<AssociateOrganizationClientGrantRequest>(),
      returns: of<OrganizationClientGrant>()
    }),
    /** Takes a client grant away from an organization. Scope: `delete:organization_client_grants`. */
    delete: del('/organizations/{id}/client-grants/{grant_id}')
  },
  clients: {
    /** Takes applications away from an organization. Early access. Scope: `delete:organization_clients`. */
    delete: del('/organizations/{id}/clients', { body: of<ClientIds>() }),
    /** Lists the applications of an organization. Early access. Scope: `read:organization_clients`. */
    list: checkpointList('/organizations/{id}/clients', 'clients', { items: of<OrganizationClient>() }),
    /** Gives applications access to an organization. Early access. Scope: `create:organization_clients`. */
    create: post('/organizations/{id}/clients', {
      body: of<CreateOrganizationClientsRequest>(),
      returns: of<OrganizationClient[]>()
    }),
    /** Gets an application of an organization. Early access. Scope: `read:organization_clients`. */
    get: get('/organizations/{id}/clients/{client_id}', { returns: of<OrganizationClient>() }),
    /** Changes an application's access to an organization. Early access. Scope: `update:organization_clients`. */
    update: patch('/organizations/{id}/clients/{client_id}', {
      body: optional<UpdateOrganizationClientRequest>(),
      returns: of<OrganizationClient>()
    })
  },
  connections: {
    /** Lists all connections of an organization. Early access. Scope: `read:organization_connections`. */
    list: offsetList('/organizations/{id}/connections', 'connections', {
      query: of<ListOrganizationAllConnectionsQuery>(),
      items: of<OrganizationAllConnection>()
    }),
    /** Adds a connection to an organization. Early access. Scope: `create:organization_connections`. */
    create: post('/organizations/{id}/connections', {
      body: of<CreateOrganizationAllConnectionRequest>(),
      returns: of<OrganizationAllConnection>()
    }),
    /** Takes a connection away from an organization. Early access. Scope: `delete:organization_connections`. */
    delete: del('/organizations/{id}/connections/{connection_id}'),
    /** Gets a connection of an organization. Early access. Scope: `read:organization_connections`. */
    get: get('/organizations/{id}/connections/{connection_id}', { returns: of<OrganizationAllConnection>() }),
    /** Updates a connection of an organization. Early access. Scope: `update:organization_connections`. */
    update: patch('/organizations/{id}/connections/{connection_id}', {
      body: optional<UpdateOrganizationAllConnectionRequest>(),
      returns: of<OrganizationAllConnection>()
    })
  },
  discoveryDomains: {
    /** Lists the discovery domains of an organization. Scope: `read:organization_discovery_domains`. */
    list: checkpointList('/organizations/{id}/discovery-domains', 'domains', {
      items: of<OrganizationDiscoveryDomain>()
    }),
    /** Creates a discovery domain of an organization. Scope: `create:organization_discovery_domains`. */
    create: post('/organizations/{id}/discovery-domains', {
      body: of<CreateOrganizationDiscoveryDomainRequest>(),
      returns: of<OrganizationDiscoveryDomain>()
    }),
    /** Deletes a discovery domain of an organization. Scope: `delete:organization_discovery_domains`. */
    delete: del('/organizations/{id}/discovery-domains/{discovery_domain_id}'),
    /** Gets a discovery domain of an organization. Scope: `read:organization_discovery_domains`. */
    get: get('/organizations/{id}/discovery-domains/{discovery_domain_id}', {
      returns: of<OrganizationDiscoveryDomain>()
    }),
    /** Updates a discovery domain of an organization. Scope: `update:organization_discovery_domains`. */
    update: patch('/organizations/{id}/discovery-domains/{discovery_domain_id}', {
      body: optional<UpdateOrganizationDiscoveryDomainRequest>(),
      returns: of<OrganizationDiscoveryDomain>()
    }),
    /** Gets a discovery domain of an organization by its name. Scope: `read:organization_discovery_domains`. */
    getByName: get('/organizations/{id}/discovery-domains/name/{discovery_domain}', {
      returns: of<OrganizationDiscoveryDomain>()
    })
  },
  enabledConnections: {
    /** Lists the connections enabled for an organization. Scope: `read:organization_connections`. */
    list: offsetList('/organizations/{id}/enabled_connections', 'enabled_connections', {
      items: of<OrganizationConnection>()
    }),
    /** Enables a connection for an organization. Scope: `create:organization_connections`. */
    add: post('/organizations/{id}/enabled_connections', {
      body: of<ConnectionForOrganization>(),
      returns: of<OrganizationConnection>()
    }),
    /** Disables a connection for an organization. Scope: `delete:organization_connections`. */
    delete: del('/organizations/{id}/enabled_connections/{connectionId}'),
    /** Gets a connection enabled for an organization. Scope: `read:organization_connections`. */
    get: get('/organizations/{id}/enabled_connections/{connectionId}', { returns: of<OrganizationConnection>() }),
    /** Updates a connection enabled for an organization. Scope: `update:organization_connections`. */
    update: patch('/organizations/{id}/enabled_connections/{connectionId}', {
      body: optional<UpdateOrganizationConnectionRequest>(),
      returns: of<OrganizationConnection>()
    })
  },
  groups: {
    /** Lists the groups of an organization. Scope: `read:organization_groups`. */
    list: checkpointList('/organizations/{organization_id}/groups', 'groups', { items: of<Group>() }),
    roles: {
      /** Takes roles in an organization away from a group. Scope: `delete:organization_group_roles`. */
      delete: del('/organizations/{organization_id}/groups/{group_id}/roles', { body: of<RoleIds>() }),
      /** Lists the roles a group has in an organization. Scope: `read:organization_group_roles`. */
      list: checkpointList('/organizations/{organization_id}/groups/{group_id}/roles', 'roles', { items: of<Role>() }),
      /** Assigns roles to a group in an organization. Scope: `create:organization_group_roles`. */
      create: post('/organizations/{organization_id}/groups/{group_id}/roles', { body: of<RoleIds>() })
    }
  },
  invitations: {
    /** Lists the invitations to an organization. Scope: `read:organization_invitations`. */
    list: uncountedList('/organizations/{id}/invitations', 'invitations', {
      query: of<ListOrganizationInvitationsQuery>(),
      items: of<OrganizationInvitation>()
    }),
    /** Invites somebody to an organization. Scope: `create:organization_invitations`. */
    create: post('/organizations/{id}/invitations', {
      body: of<CreateOrganizationInvitationRequest>(),
      returns: of<OrganizationInvitation>(),
      customDomain: true
    }),
    /** Withdraws an invitation to an organization. Scope: `delete:organization_invitations`. */
    delete: del('/organizations/{id}/invitations/{invitation_id}'),
    /** Gets an invitation to an organization. Scope: `read:organization_invitations`. */
    get: get('/organizations/{id}/invitations/{invitation_id}', {
      query: of<FieldsQuery>(),
      returns: of<OrganizationInvitation>()
    })
  },
  members: {
    /** Takes users out of an organization. Scope: `delete:organization_members`. */
    delete: del('/organizations/{id}/members', { body: of<MemberIds>() }),
    /** Lists the members of an organization. Scope: `read:organization_members`. */
    list: eitherList('/organizations/{id}/members', 'members', {
      query: of<ListOrganizationMembersQuery>(),
      items: of<OrganizationMember>()
    }),
    /** Adds users to an organization. Scope: `create:organization_members`. */
    create: post('/organizations/{id}/members', { body: of<MemberIds>() }),
    effectiveRoles: {
      /**
       * Lists the roles a member has in an organization, by assignment or by group. Scope:
       * `read:organization_member_effective_roles`.
       */
      list: checkpointList('/organizations/{id}/members/{user_id}/effective-roles', 'roles', {
        items: of<UserEffectiveRole>()
      }),
      sources: {
        groups: {
          /** Lists the groups a member has a role by. Scope: `read:organization_member_role_source_groups`. */
          list: checkpointList('/organizations/{id}/members/{user_id}/effective-roles/sources/groups', 'groups', {
            query: of<ListOrganizationMemberRoleSourceGroupsQuery>(),
            items: of<Group>()
          })
        }
      }
    },
    roles: {
      /** Takes roles away from a member of an organization. Scope: `delete:organization_member_roles`. */
      delete: del('/organizations/{id}/members/{user_id}/roles', { body: of<RoleIds>() }),
      /** Lists the roles assigned to a member of an organization. Scope: `read:organization_member_roles`. */
      list: offsetList('/organizations/{id}/members/{user_id}/roles', 'roles', { items: of<Role>() }),
      /** Assigns roles to a member of an organization. Scope: `create:organization_member_roles`. */
      assign: post('/organizations/{id}/members/{user_id}/roles', { body: of<RoleIds>() })
    }
  },
  organizationTemplate: {
    /** Gets the template assigned to an organization. */
    get: get('/organizations/{id}/organization-templates', { returns: of<OrganizationTemplate>() }),
    /** Takes the template away from an organization. */
    unassignOrganizationTemplate: del('/organizations/{id}/organization-templates/{template_id}'),
    /** Assigns a template to an organization. */
    assignOrganizationTemplate: put('/organizations/{id}/organization-templates/{template_id}')
  },
  roles: {
    groups: {
      /** Lists the groups with a role in an organization (early access). Scope: `read:organization_groups`. */
      list: checkpointList('/organizations/{organization_id}/roles/{role_id}/groups', 'groups', {
        items: of<RoleGroup>()
      })
    },
    members: {
      /** Lists the members with a role in an organization (early access). Scope: `read:organization_members`. */
      list: checkpointList('/organizations/{id}/roles/{role_id}/members', 'members', {
        query: of<OrganizationRoleMembersQuery>(),
        items: of<RoleMember>()
      })
    }
  }
}
