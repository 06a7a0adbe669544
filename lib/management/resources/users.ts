import type {
  ClearAssessorsRequest, ConnectedAccount, CreateUserAuthenticationMethodRequest,
  CreateUserAuthenticationMethodResponse, CreateUserRequest, FederatedConnectionTokenSet, FieldsQuery,
  GetUserGroupsQuery, Group, LinkUserIdentityRequest, ListUserEffectivePermissionRoleSourceQuery,
  ListUserEffectivePermissionsQuery, ListUserLogsQuery, ListUserRoleSourceGroupsQuery, ListUsersByEmailQuery,
  ListUsersQuery, Log, Organization, PermissionsRequest, RefreshToken, RegenerateUsersRecoveryCodeResult,
  RemainingIdentities, RevokeUserAccessRequest, Role, RoleIds, Session, SetUserAuthenticationMethodResponse,
  SetUserAuthenticationMethodsRequest, UpdateUserAuthenticationMethodRequest, UpdateUserAuthenticationMethodResponse,
  UpdateUserRequest, User, UserAuthenticationMethod, UserEffectivePermission, UserEffectivePermissionRoleSource,
  UserEffectiveRole, UserGroup, UserIdentity, UserPermission, UsersEnrollment
} from '../../../types/management.js'
import { del, get, of, optional, patch, post, put } from '../endpoint.js'
import { checkpointList, eitherList, offsetList } from '../lists.js'

export const users = {
  /** Deleted all users. @deprecated Auth0 removed this endpoint; delete users one by one. */
  deleteAllUsers: del('/users'),
  /** Lists users, or searches them with `q`. Scope: `read:users` or `read:user_idp_tokens`. */
  list: offsetList('/users', 'users', {
    query: of<ListUsersQuery>(),
    items: of<User>(),
    beyond: 'export them with jobs.usersExports.create() and waitForJob()'
  }),
  /** Creates a user. Scope: `create:users`. */
  create: post('/users', { body: of<CreateUserRequest>(), returns: of<User>(), customDomain: true }),
  /** Lists the users with an e-mail address (case counts). Scope: `read:users`. */
  listUsersByEmail: get('/users-by-email', { query: of<ListUsersByEmailQuery>(), returns: of<User[]>() }),
  /** Deletes a user. Scope: `delete:users` or `delete:current_user`. */
  delete: del('/users/{id}'),
  /** Gets a user. Scope: `read:users`, `read:current_user` or `read:user_idp_tokens`. */
  get: get('/users/{id}', { query: of<FieldsQuery>(), returns: of<User>() }),
  /** Updates a user. Scope: `update:users`, `update:users_app_metadata` or `update:current_user_metadata`. */
  update: patch('/users/{id}', { body: optional<UpdateUserRequest>(), returns: of<User>(), customDomain: true }),
  /** Gives a user a new MFA recovery code. Scope: `update:users`. */
  regenerateRecoveryCode: post('/users/{id}/recovery-code-regeneration', {
    returns: of<RegenerateUsersRecoveryCodeResult>()
  }),
  /** Ends sessions and revokes refresh tokens of a user. Scope: `delete:sessions` or `delete:refresh_tokens`. */
  revokeAccess: post('/users/{id}/revoke-access', { body: optional<RevokeUserAccessRequest>() }),
  authenticationMethods: {
    /** Deletes all authentication methods of a user. Scope: `delete:authentication_methods`. */
    deleteAll: del('/users/{id}/authentication-methods'),
    /** Lists the authentication methods of a user. Scope: `read:authentication_methods`. */
    list: offsetList('/users/{id}/authentication-methods', 'authenticators', { items: of<UserAuthenticationMethod>() }),
    /** Creates an authentication method of a user. Scope: `create:authentication_methods`. */
    create: post('/users/{id}/authentication-methods', {
      body: of<CreateUserAuthenticationMethodRequest>(),
      returns: of<CreateUserAuthenticationMethodResponse>()
    }),
    /** Replaces the authentication methods of a user. Scope: `update:authentication_methods`. */
    set: put('/users/{id}/authentication-methods', {
      body: of<SetUserAuthenticationMethodsRequest>(),
      returns: of<SetUserAuthenticationMethodResponse[]>()
    }),
    /** Deletes an authentication method of a user. Scope: `delete:authentication_methods`. */
    delete: del('/users/{id}/authentication-methods/{authentication_method_id}'),
    /** Gets an authentication method of a user. Scope: `read:authentication_methods`. */
    get: get('/users/{id}/authentication-methods/{authentication_method_id}', {
      returns: of<UserAuthenticationMethod>()
    }),
    /** Updates an authentication method of a user. Scope: `update:authentication_methods`. */
    update: patch('/users/{id}/authentication-methods/{authentication_method_id}', {
      body: optional<UpdateUserAuthenticationMethodRequest>(),
      returns: of<UpdateUserAuthenticationMethodResponse>()
    })
  },
  authenticators: {
    /** Deletes all authenticators of a user. Scope: `delete:guardian_enrollments`. */
    deleteAll: del('/users/{id}/authenticators')
  },
  connectedAccounts: {
    /** Lists the connected accounts of a user. Scope: `read:users`. */
    list: checkpointList('/users/{id}/connected-accounts', 'connected_accounts', { items: of<ConnectedAccount>() })
  },
  effectivePermissions: {
    /** Lists the permissions a user has, by assignment or by role. Scope: `read:user_effective_permissions`. */
    list: checkpointList('/users/{id}/effective-permissions', 'permissions', {
      query: of<ListUserEffectivePermissionsQuery>(),
      items: of<UserEffectivePermission>()
    }),
    sources: {
      roles: {
        /** Lists the roles a user has a permission by. Scope: `read:user_permission_source_roles`. */
        list: checkpointList('/users/{id}/effective-permissions/sources/effective-roles', 'roles', {
          query: of<ListUserEffectivePermissionRoleSourceQuery>(),
          items: of<UserEffectivePermissionRoleSource>()
        })
      }
    }
  },
  effectiveRoles: {
    /** Lists the roles a user has, by assignment or by group. Scope: `read:user_effective_roles`. */
    list: checkpointList('/users/{id}/effective-roles', 'roles', { items: of<UserEffectiveRole>() }),
    sources: {
      groups: {
        /** Lists the groups a user has a role by. Scope: `read:user_role_source_groups`. */
        list: checkpointList('/users/{id}/effective-roles/sources/groups', 'groups', {
          query: of<ListUserRoleSourceGroupsQuery>(),
          items: of<Group>()
        })
      }
    }
  },
  enrollments: {
    /** Lists the MFA enrollments of a user. Scope: `read:users` or `read:current_user`. */
    get: get('/users/{id}/enrollments', { returns: of<UsersEnrollment[]>() })
  },
  federatedConnectionsTokensets: {
    /**
     * Lists the token sets of a user in Token Vault. Scope: `read:federated_connections_tokens`. @deprecated Auth0
     * removed this endpoint; use `users.connectedAccounts`.
     */
    list: get('/users/{id}/federated-connections-tokensets', { returns: of<FederatedConnectionTokenSet[]>() }),
    /**
     * Deletes a token set of a user in Token Vault. Scope: `delete:federated_connections_tokens`. @deprecated Auth0
     * removed this endpoint; use `users.connectedAccounts`.
     */
    delete: del('/users/{id}/federated-connections-tokensets/{tokenset_id}')
  },
  groups: {
    /** Lists the groups a user is a member of. Scope: `read:groups`. */
    get: eitherList('/users/{id}/groups', 'groups', { query: of<GetUserGroupsQuery>(), items: of<UserGroup>() })
  },
  identities: {
    /** Links another account to a user. Scope: `update:users` or `update:current_user_identities`. */
    link: post('/users/{id}/identities', { body: optional<LinkUserIdentityRequest>(), returns: of<UserIdentity[]>() }),
    /** Unlinks an account from a user. Scope: `update:users` or `update:current_user_identities`. */
    delete: del('/users/{id}/identities/{provider}/{user_id}', { returns: of<RemainingIdentities>() })
  },
  logs: {
    /** Lists the log events of a user. Scope: `read:logs` or `read:logs_users`. */
    list: offsetList('/users/{id}/logs', 'logs', { query: of<ListUserLogsQuery>(), items: of<Log>() })
  },
  multifactor: {
    /** Deletes a user's enrollment with an MFA provider. Scope: `update:users`. */
    deleteProvider: del('/users/{id}/multifactor/{provider}'),
    /** Forgets the browsers in which a user need not use MFA. Scope: `update:users`. */
    invalidateRememberBrowser: post('/users/{id}/multifactor/actions/invalidate-remember-browser')
  },
  organizations: {
    /** Lists the organizations a user is a member of. Scope: `read:organizations`. */
    list: offsetList('/users/{id}/organizations', 'organizations', { items: of<Organization>() })
  },
  permissions: {
    /** Takes permissions away from a user. Scope: `update:users`. */
    delete: del('/users/{id}/permissions', { body: of<PermissionsRequest>() }),
    /** Lists the permissions assigned to a user. Scope: `read:users`. */
    list: offsetList('/users/{id}/permissions', 'permissions', { items: of<UserPermission>() }),
    /** Assigns permissions to a user. Scope: `update:users`. */
    create: post('/users/{id}/permissions', { body: of<PermissionsRequest>() })
  },
  refreshToken: {
    /** Revokes all refresh tokens of a user. Scope: `delete:refresh_tokens`. */
    delete: del('/users/{user_id}/refresh-tokens'),
    /** Lists the refresh tokens of a user. Scope: `read:refresh_tokens`. */
    list: checkpointList('/users/{user_id}/refresh-tokens', 'tokens', { items: of<RefreshToken>() })
  },
  riskAssessments: {
    /** Clears what risk assessments know of a user. Scope: `update:users`. */
    clear: post('/users/{id}/risk-assessments/clear', { body: of<ClearAssessorsRequest>() })
  },
  roles: {
    /** Takes roles away from a user. Scope: `update:users` or `delete:role_members`. */
    delete: del('/users/{id}/roles', { body: of<RoleIds>() }),
    /** Lists the roles assigned to a user. Scope: `read:users`, `read:roles` or `read:role_members`. */
    list: offsetList('/users/{id}/roles', 'roles', { items: of<Role>() }),
    /** Assigns roles to a user. Scope: `update:users` or `create:role_members`. */
    assign: post('/users/{id}/roles', { body: of<RoleIds>() })
  },
  sessions: {
    /** Ends all sessions of a user. Scope: `delete:sessions`. */
    delete: del('/users/{user_id}/sessions'),
    /** Lists the sessions of a user. Scope: `read:sessions`. */
    list: checkpointList('/users/{user_id}/sessions', 'sessions', { items: of<Session>() })
  }
}
