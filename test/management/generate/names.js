// What a group of equal declarations is called.

/** Names where no rule finds a good one; each stands for its whole group. */
const CHOSEN = {
  ListGroupRolesQuery: 'CheckpointQuery',
  ListUserRolesQuery: 'OffsetQuery',
  GetUserQuery: 'FieldsQuery',
  ListUserBlocksResponseContent: 'UserBlocks',
  VerifyEmailTicketResponseContent: 'Ticket',
  RotateSigningKeysResponseContent: 'RotatedSigningKey',
  GetSigningKeysResponseContent: 'SigningKey',
  SetGuardianFactorRequestContent: 'EnabledSetting',
  NativeSocialLoginApple: 'EnabledOption',
  SignupVerification: 'ActiveOption',
  CredentialId: 'IdOnly',
  AssignUserRolesRequestContent: 'RoleIds',
  AssignRoleGroupsRequestContent: 'GroupIds',
  CreateOrganizationMemberRequestContent: 'MemberIds',
  AddRolePermissionsRequestContent: 'PermissionsRequest',
  GetAculResponseContent: 'Acul',
  UpdateAculRequestContent: 'AculSettings',
  GetSettingsResponseContent: 'PromptSettings',
  GetEmailTemplateResponseContent: 'EmailTemplate',
  SetEmailTemplateRequestContent: 'WholeEmailTemplate',
  ActionVersion: 'ActionVersion',
  SetNetworkAclRequestContent: 'NetworkAclRequest',
  CreateBrandingThemeRequestContent: 'BrandingThemeRequest',
  CreateDirectoryProvisioningRequestContent: 'DirectoryProvisioningRequest',
  PostConnectionKeysRequestContent: 'ConnectionKeysRequest',
  RegisterCimdClientRequestContent: 'CimdClientRequest',
  CreatePhoneProviderSendTestRequestContent: 'PhoneTestRequest',
  BrandingThemeFontLinks: 'BrandingThemeFontStyle',
  GetGuardianFactorSmsTemplatesResponseContent: 'GuardianMessageTemplates',
  GetGuardianFactorsProviderSmsResponseContent: 'GuardianFactorsProviderPhone',
  SetGuardianFactorsProviderSmsRequestContent: 'SetGuardianFactorsProviderPhoneRequest',
  GetGuardianFactorsProviderSmsTwilioResponseContent: 'GuardianFactorsProviderTwilio',
  CreateEncryptionKeyResponseContent: 'EncryptionKey',
  CreateExportUsersResponseContent: 'ExportUsersJob',
  CreateImportUsersResponseContent: 'ImportUsersJob',
  CreateVerificationEmailResponseContent: 'VerificationEmailJob',
  DeleteUserIdentityResponseContent: 'RemainingIdentities',
  PostConnectionsKeysResponseContent: 'CreatedConnectionKeys',
  PermissionsResponsePayload: 'RolePermission',
  UserGroupsResponseSchema: 'UserGroup',
  GetUserAttributeProfileTemplateResponseContent: 'UserAttributeProfileTemplateItem',
  GetConnectionProfileTemplateResponseContent: 'ConnectionProfileTemplateItem'
}

const SUFFIX = /(ResponseContent|ResponsePayload|ResponseSchema|Response|Schema|Payload)$/
const VERB = /^(Get|List|Create|Update|Set|Patch|Post|Put|Read|Add)(?=[A-Z])/
const ACTION = /^(BulkUpdate|Deploy|Export|Import|Preview|Regenerate|Register|Rotate|Test|Validate|Verify)(?=[A-Z])/

function candidates (name) {
  if (name.endsWith('Query')) return [name.replace(/(?:Query)?Parameters(?=Query$)/, '')]
  if (/RequestContent/.test(name)) return [name.replace('RequestContent', 'Request')]
  const short = name.replace(SUFFIX, '').replace('ResponseContent', '')
  if (!name.includes('ResponseContent')) return [short, name]
  if (ACTION.test(short)) return [`${short}Result`]
  return VERB.test(short) ? [short.replace(VERB, ''), `${short}Response`] : [short]
}

/** Queries that are equal by chance keep their own names: only a chosen name can stand for several. */
export function separateQueries (groups) {
  return groups.flatMap(group =>
    group[0].endsWith('Query') && !group.some(member => CHOSEN[member]) ? group.map(name => [name]) : [group]
  )
}

/**
 * One name per group: the shortest a member offers that nobody else wants.
 * @param {string[][]} groups
 * @returns {Map<string, string>} declared name -> name of its group
 */
export function nameGroups (groups) {
  const wanted = new Map()
  for (const group of groups) {
    for (const name of new Set(group.flatMap(candidates))) wanted.set(name, (wanted.get(name) ?? 0) + 1)
  }
  const names = new Map()
  const taken = new Set(Object.values(CHOSEN))
  for (const group of groups) {
    const offered = [...new Set(group.flatMap(candidates))]
      .filter(name => wanted.get(name) === 1 || group.includes(name))
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    const name = group.map(member => CHOSEN[member]).find(Boolean) ?? offered.find(name => !taken.has(name)) ?? group[0]
    taken.add(name)
    for (const member of group) names.set(member, name)
  }
  return names
}
